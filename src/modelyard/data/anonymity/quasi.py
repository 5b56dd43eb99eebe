"""Columns by which a person may be known again, as codes in an order, and what a span of codes is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.types import Floats, Ints
from modelyard.data.personal.columns import written

if TYPE_CHECKING:
    import polars as pl


ANY = "*"  # every value that there is
LISTED = 8  # words that a label lists; of more it tells the first and the last


@dataclass(frozen=True)
class Quasi:
    """A column's different `values` in their order, the missing one first where there is one, and each row's code.

    `codes` [rows] are places in `values`; `sizes` [values] tell how far from the first each value lies, from 0 to 1:
    by their amount for numbers and moments, by their place for words.
    """

    name: str
    values: tuple[Any, ...]
    codes: Ints
    sizes: Floats
    ordered: bool

    def width(self, low: int, high: int) -> float:
        """The share of the column's whole range that the codes from `low` to `high` cover: 0 for one value, 1 for all.

        Xu et al. 2006, normalised certainty penalty: for numbers (high - low) / range, for words how many of them.
        """
        if low == high:
            return 0.0
        return float(self.sizes[high] - self.sizes[low]) if self.ordered else (high - low + 1) / len(self.values)

    def label(self, low: int, high: int) -> str | None:
        """What the values from `low` to `high` are called: one by itself, others as a range, or as what they are.

        Missing is None by itself, and named where it is among others.
        """
        values = self.values[low : high + 1]
        if len(values) == 1:
            return None if values[0] is None else written(values[0])
        if len(values) == len(self.values):
            return ANY
        known = [written(value) for value in values if value is not None]
        missing = " or missing" if values[0] is None else ""
        if self.ordered:
            return (f"[{known[0]}, {known[-1]}]" if len(known) > 1 else known[0]) + missing
        if len(known) > LISTED:
            return f"{known[0]} .. {known[-1]}{missing}"
        return f"{{{', '.join(known)}}}{missing}"


def quasi(series: pl.Series) -> Quasi:
    """A frame's column as codes."""
    distinct = series.drop_nulls().unique().sort()
    ordered = series.dtype.is_numeric() or series.dtype.is_temporal()
    values: list[Any] = distinct.to_list()
    gaps = series.null_count() > 0
    places = {value: place + gaps for place, value in enumerate(values)}
    codes = np.array([0 if value is None else places[value] for value in series.to_list()], dtype=np.int64)
    sizes = _sizes(distinct, len(values)) if ordered else np.linspace(0, 1, len(values))
    if gaps:  # what is missing lies as far away as can be
        sizes = np.concatenate([[-1.0 if ordered else 0.0], sizes])
        sizes = (sizes + 1) / 2 if ordered else np.linspace(0, 1, len(sizes))
    return Quasi(series.name, (None, *values) if gaps else tuple(values), codes, sizes, ordered)


def _sizes(distinct: pl.Series, count: int) -> Floats:
    numbers = (distinct if distinct.dtype.is_numeric() else distinct.to_physical()).to_numpy().astype(np.float64)
    spread = float(numbers[-1] - numbers[0]) if count else 0.0
    return (numbers - numbers[0]) / spread if spread > 0 else np.zeros(count)
