"""What a class of rows that look alike must still leave open: l-diversity.

Machanavajjhala et al., l-diversity: privacy beyond k-anonymity, 2007: distinct, at least l different sensitive values;
entropy, -sum p log p >= log l. A value that is missing tells nothing, and so counts for none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from modelyard.core.types import Ints

Sort = Literal["distinct", "entropy"]
Diverse: TypeAlias = "Callable[[Ints], bool]"


def codes_of(series: pl.Series) -> Ints:
    """A sensitive column's values as codes [rows], -1 where it is missing."""
    places = {value: place for place, value in enumerate(series.drop_nulls().unique(maintain_order=True).to_list())}
    return np.array([-1 if value is None else places[value] for value in series.to_list()], dtype=np.int64)


def diversity(codes: Ints, sort: Sort) -> float:
    """How many values [rows] of a class leave open: as many as there are, or for entropy as many equal ones."""
    counts = np.unique(codes[codes >= 0], return_counts=True)[1]
    if sort == "distinct" or not len(counts):
        return float(len(counts))
    shares = counts / counts.sum()
    return math.exp(float(-(shares * np.log(shares)).sum()))


def diverse(columns: Sequence[Ints], least: float, sort: Sort) -> Diverse:
    """Whether rows, by their places, leave at least so many values open in each of the sensitive `columns` [rows]."""
    slack = 1e-9  # exp and log undo each other but for rounding

    def check(rows: Ints) -> bool:
        return all(diversity(column[rows], sort) >= least - slack for column in columns)

    return check
