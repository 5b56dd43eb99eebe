"""Rows that are the same in all that is learnt from: found by hashes, and compared value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.core.types import Column, Ints, Kind, Table
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Sequence

READ = frozenset({Kind.NUMBER, Kind.BOOLEAN, Kind.TIME})  # kinds that write one value in several ways


def copied(tables: Sequence[Table]) -> Ints:
    """For each row of tables of one schema, one below the other, the first of its copies; -1 without any: [rows].

    Copies have the same value in every feature, as a model reads it; what is missing is the same everywhere, and a row
    that holds nothing is no copy.
    """
    features = tables[0].schema.features
    found = np.full(sum(map(len, tables)), -1, dtype=np.int64)
    if not features:
        return found
    named = {str(i): _column([table.frame[c.name] for table in tables], c) for i, c in enumerate(features)}
    frame = pl.DataFrame(named).fill_nan(None)
    # Few rows share a hash, so that few are compared; equal hashes alone prove nothing.
    says = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    places = (frame.hash_rows().is_duplicated() & says).arg_true().to_numpy().astype(np.int64)
    some = frame[places].with_row_index("row")
    same = some.select(first=pl.col("row").min().over(frame.columns), count=pl.len().over(frame.columns))
    first = places[same["first"].to_numpy()] if len(places) else places
    found[places] = np.where(same["count"].to_numpy() > 1, first, -1)
    return found


def codes(series: Sequence[pl.Series]) -> Ints:
    """A number for each value of a column's parts, in the values' order; -1 for what is missing: [rows]."""
    whole = _joined(series)
    if whole.dtype.is_float():
        whole = whole.fill_nan(None)
    return whole.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1


def shared(key: Ints, part: Ints) -> npt.NDArray[np.bool_]:
    """The rows whose key [rows] is in a part [rows] of a higher number; -1 is in none: [rows] bool."""
    last = np.full(int(key.max(initial=-1)) + 1, -1)
    there = key >= 0
    np.maximum.at(last, key[there], part[there])
    found = np.zeros(len(key), dtype=bool)
    found[there] = last[key[there]] > part[there]
    return found


def _column(series: Sequence[pl.Series], column: Column) -> pl.Series:
    """The values of a feature, as far as what is written differs from what is meant."""
    if column.kind in READ:
        return pl.Series(np.concatenate([values.from_series(each, column) for each in series]))
    return _joined(series)


def _joined(series: Sequence[pl.Series]) -> pl.Series:
    if len({each.dtype for each in series}) > 1:  # files that hold the same values in other ways
        written = [[None if value is None else values.level(value) for value in each.to_list()] for each in series]
        series = [pl.Series(each, dtype=pl.String) for each in written]
    return pl.concat(series)
