"""Rows that are the same in all that is learnt from: found by hashes, and compared value by value."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.core import threads
from modelyard.core.types import Column, Ints, Kind, Table
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Sequence

MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: the order of columns matters
MEANT = {Kind.NUMBER: pl.Float64(), Kind.BOOLEAN: pl.Boolean(), Kind.TIME: pl.Datetime("us")}  # as they are read
READ = frozenset({Kind.NUMBER, Kind.BOOLEAN, Kind.TIME})  # kinds that write one value in several ways


def copied(tables: Sequence[Table]) -> Ints:
    """For each row of tables of one schema, one below the other, the first of its copies; -1 without any: [rows].

    Copies have the same value in every feature, as a model reads it; what is missing is the same everywhere, and a row
    that holds nothing is no copy.
    """
    features = tables[0].schema.features
    rows = sum(map(len, tables))
    found = np.full(rows, -1, dtype=np.int64)
    hashed, says = np.zeros(rows, dtype=np.uint64), np.zeros(rows, dtype=bool)
    # A few at a time: all of them read would be the table once more.
    for told, there in threads.each(partial(_told, tables), features, 32.0 * rows):
        np.multiply(hashed, MIX, out=hashed)
        np.bitwise_xor(hashed, told, out=hashed)
        says |= there
    # Few rows share a hash, so that few are compared; equal hashes alone prove nothing.
    places = np.flatnonzero(pl.Series(hashed).is_duplicated().to_numpy() & says)
    if len(places):
        some = pl.DataFrame({str(i): _column(tables, each).gather(places) for i, each in enumerate(features)})
        same = some.with_row_index("row").select(
            first=pl.col("row").min().over(some.columns), count=pl.len().over(some.columns)
        )
        found[places] = np.where(same["count"].to_numpy() > 1, places[same["first"].to_numpy()], -1)
    return found


def _told(tables: Sequence[Table], column: Column) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The hashes of a feature's values, and which rows have one: [rows] and [rows]."""
    series = _column(tables, column)
    return series.hash().to_numpy(), series.is_not_null().to_numpy()


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


def _column(tables: Sequence[Table], column: Column) -> pl.Series:
    """The values of a feature in all tables, as far as what is written differs from what is meant."""
    series = [table.frame[column.name] for table in tables]
    as_is = {each.dtype for each in series} == {MEANT.get(column.kind)}
    if column.kind in READ and not as_is:
        read = pl.Series(np.concatenate([values.from_series(each, column) for each in series]))
    else:
        read = _joined(series)
    return read.fill_nan(None) if read.dtype.is_float() and read.is_nan().any() else read


def _joined(series: Sequence[pl.Series]) -> pl.Series:
    if len({each.dtype for each in series}) > 1:  # files that hold the same values in other ways
        written = [[None if value is None else values.level(value) for value in each.to_list()] for each in series]
        series = [pl.Series(each, dtype=pl.String) for each in written]
    return pl.concat(series)
