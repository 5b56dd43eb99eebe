"""A column's values as few whole numbers: what single columns are judged by, whatever their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.types import Kind
from modelyard.data import values

if TYPE_CHECKING:
    from modelyard.core.types import Column, Floats, Ints, Table, Values

BINS = 64  # of a number or a time
MOMENTS = (Kind.NUMBER, Kind.BOOLEAN, Kind.TIME)


def of_column(table: Table, column: Column) -> Ints:
    """A code for each row, [rows] int64: the quantile bin of a number or a moment, else the level; -1 where missing."""
    found = values.from_series(table.frame[column.name], column)
    return binned(as_floats(found)) if column.kind in MOMENTS else of_levels(found)


def of_levels(found: Values) -> Ints:
    """A code for each different value, in the order in which they come; -1 where missing: [rows] int64."""
    known: dict[object, int] = {}
    told = [-1 if value is None else known.setdefault(value, len(known)) for value in found.tolist()]
    return np.array(told, dtype=np.int64)


def as_floats(found: Values) -> Floats:
    """Numbers as they are and moments in days, NaN where missing: [rows] float64."""
    if found.dtype.kind != "M":
        return found.astype(np.float64)
    days = found.astype("datetime64[us]").astype(np.int64) / 86_400e6
    return np.where(np.isnat(found), np.nan, days)


def binned(found: Floats, bins: int = BINS) -> Ints:
    """The quantile bin of each number, or its own code where there are few different ones; -1 where it is missing."""
    known = found[~np.isnan(found)]
    if len(known) == 0:
        return np.full(len(found), -1, dtype=np.int64)
    distinct = np.unique(known)
    edges = distinct[1:] if len(distinct) <= bins else np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
    codes = np.searchsorted(edges, found, side="right").astype(np.int64)
    return np.where(np.isnan(found), -1, codes)


def scaled(found: Floats) -> Floats:
    """Numbers divided by the largest, so that their squares are numbers, too: [..., rows], NaN stays."""
    known = np.where(np.isnan(found), 0.0, np.abs(found))
    largest = known.max(axis=-1, keepdims=True, initial=0.0)
    made: Floats = found / np.where(largest > 0, largest, 1.0)
    return made


def ranks(found: Floats) -> Floats:
    """The mean rank of each number among all, in [0, 1]: [rows]."""
    _, place, counts = np.unique(found, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle = ends - (counts + 1) / 2
    shares: Floats = middle[place] / max(len(found) - 1, 1)
    return shares
