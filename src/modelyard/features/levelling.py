"""A table's columns as one grid of numbers, scaled ones first and codes of levels last, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.types import Column, Kind
from modelyard.data import values

if TYPE_CHECKING:
    from modelyard.core.augmenting import Sample
    from modelyard.core.types import Floats, Ints, Values

SCALED = frozenset({Kind.NUMBER, Kind.TIME})
PIECE = 1 << 22  # distances that are held at once


@dataclass(frozen=True)
class Level:
    """What each column needs on its way to the grid and back.

    A number or a time is `(x - centre) / scale`, with a code of 1 where it is missing and any are; of what is a level
    the `levels` are known, in the order of their codes.
    """

    known: Mapping[str, Column]
    scales: Mapping[str, tuple[float, float]]
    gaps: tuple[str, ...]
    levels: Mapping[str, tuple[Any, ...]]

    @property
    def categories(self) -> int:
        """How many columns of the grid are codes."""
        return len(self.gaps) + len(self.levels)

    @property
    def width(self) -> int:
        """How many columns the grid has."""
        return len(self.scales) + self.categories

    def grid(self, rows: Sample) -> Floats:
        """[rows, width] float64."""
        out = np.empty((len(rows), self.width))
        for place, (name, (centre, scale)) in enumerate(self.scales.items()):
            out[:, place] = np.nan_to_num((_numbers(rows.columns[name]) - centre) / scale, nan=0.0)
        for place, name in enumerate(self.gaps, len(self.scales)):
            out[:, place] = values.missing(rows.columns[name])
        for place, (name, levels) in enumerate(self.levels.items(), len(self.scales) + len(self.gaps)):
            codes = {level: code for code, level in enumerate(levels)}
            out[:, place] = [codes[level] for level in _levels(rows.columns[name])]
        return out

    def columns(self, grid: Floats) -> dict[str, Values]:
        """Values [rows] of each column of a grid [rows, width]; whole numbers are whole again."""
        gone = {name: grid[:, place] > 0.5 for place, name in enumerate(self.gaps, len(self.scales))}
        out: dict[str, Values] = {}
        for place, (name, (centre, scale)) in enumerate(self.scales.items()):
            found = np.where(gone.get(name, False), np.nan, grid[:, place] * scale + centre)
            out[name] = _restored(found, self.known[name])
        for place, (name, levels) in enumerate(self.levels.items(), len(self.scales) + len(self.gaps)):
            out[name] = np.array([levels[code] for code in grid[:, place].round().astype(int)], dtype=object)
            if self.known[name].kind is Kind.BOOLEAN:
                out[name] = np.array([np.nan if level is None else level for level in out[name]], dtype=np.float64)
        return {name: out[name] for name in self.known}


def fit(rows: Sample) -> Level:
    """The means and deviations of what is a number or a time, and the levels of all else."""
    scales, gaps, levels = dict[str, tuple[float, float]](), list[str](), dict[str, tuple[Any, ...]]()
    for name, held in rows.columns.items():
        if rows.known[name].kind not in SCALED:
            levels[name] = tuple(dict.fromkeys(_levels(held)))
            continue
        told = _numbers(held)
        there = told[~np.isnan(told)]
        deviation = float(there.std()) if len(there) else 0.0
        scales[name] = (float(there.mean()) if len(there) else 0.0, deviation if deviation > 0 else 1.0)
        if len(there) < len(told):
            gaps.append(name)
    return Level(rows.known, scales, tuple(gaps), levels)


def nearest(grid: Floats, target: npt.NDArray[Any], new: Floats, codes: npt.NDArray[Any]) -> Ints:
    """The row of `grid` [rows, width] that is nearest to each of `new` [made, width] in its class: [made]."""
    out = np.zeros(len(new), dtype=np.int64)
    for code in np.unique(codes):
        mine, theirs = np.flatnonzero(codes == code), np.flatnonzero(target == code)
        squares = (grid[theirs] ** 2).sum(axis=1)
        for some in np.array_split(mine, max(len(mine) * len(theirs) // PIECE, 1)):
            out[some] = theirs[(squares - 2 * new[some] @ grid[theirs].T).argmin(axis=1)]
    return out


def _numbers(held: Values) -> Floats:
    """Numbers as they are, times in microseconds, NaN where one is missing."""
    if held.dtype.kind != "M":
        return held
    told = held.astype("datetime64[us]").astype(np.int64).astype(np.float64)
    return np.where(np.isnat(held), np.nan, told)


def _levels(held: Values) -> list[Any]:
    """What is a level, None where it is missing."""
    return [None if value is None or value != value else value for value in held.tolist()]  # noqa: PLR0124 - NaN


def _restored(found: Floats, column: Column) -> Values:
    if column.kind is Kind.TIME:
        told = np.where(np.isnan(found), 0.0, found).round().astype(np.int64).astype("datetime64[us]")
        return np.where(np.isnan(found), np.datetime64("NaT"), told)
    return np.round(found) if column.storage == "integer" else found
