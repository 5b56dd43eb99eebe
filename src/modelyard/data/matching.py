"""Which rows of another table belong to each row: those of the same key, and where a time is named those known by then.

The other table is sorted by key and time once. Of each row the matches then lie side by side, from a first to a last,
which two binary searches find; what is taken or reckoned of them never looks beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.errors import DataError
from modelyard.core.types import Column, Ints, Kind
from modelyard.data import values

if TYPE_CHECKING:
    import numpy.typing as npt
    import polars as pl  # noqa: TC004 - for the type checker alone

    from modelyard.recipe.joins import Aggregate, AsOfSpec

CODE = "\x00code"  # a column's name that no table has
DAY = 86_400_000_000  # microseconds
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Span:
    """The matches of each row, as places in the sorted table: from `low` [rows] up to and without `high` [rows]."""

    low: Ints
    high: Ints

    @property
    def any(self) -> npt.NDArray[np.bool_]:
        """Which rows have a match: [rows] bool."""
        return self.high > self.low

    def part(self, start: int, rows: int) -> Span:
        """That of so many rows from `start` on."""
        return Span(self.low[start : start + rows], self.high[start : start + rows])


@dataclass(frozen=True)
class Index:
    """A table by its keys and times: `order` [known] are its rows sorted, `marks` [known] what is searched in.

    `codes` names each key by a number, and a mark is the key's number times `len(moments) + 1` and the place of the
    row's time among `moments`, which are all times that occur.
    """

    codes: pl.DataFrame
    order: Ints
    marks: Ints
    moments: Ints

    @classmethod
    def of(cls, keys: pl.DataFrame, times: Ints | None = None) -> Index:
        """The index of a table by its key columns; `times` [rows] int64, NEVER for a row that is never known."""
        codes = keys.unique(maintain_order=True).with_row_index(CODE)
        code = _coded(keys, codes)
        times = np.zeros(len(keys), dtype=np.int64) if times is None else times
        known = np.flatnonzero((code >= 0) & (times != NEVER))
        moments, place = np.unique(times[known], return_inverse=True)
        marks = code[known] * (len(moments) + 1) + place
        sort = np.argsort(marks, kind="stable")  # rows of one key and one moment stay in the table's order
        return cls(codes, known[sort], marks[sort], moments)

    def repeated(self) -> int:
        """How many rows have the key, and the time, of an earlier one."""
        return int((np.diff(self.marks) == 0).sum())

    def all(self, keys: pl.DataFrame) -> Span:
        """Every row of the same key: `keys` [rows]."""
        return self._between(_coded(keys, self.codes), 0, len(self.moments))

    def known(self, keys: pl.DataFrame, times: Times) -> Span:
        """The rows of the same key that were known at the rows' own times, and since no longer than is said."""
        high = np.searchsorted(self.moments, times.left, side="right" if times.equal else "left")
        high = np.where(times.left == NEVER, 0, high)
        low = np.searchsorted(self.moments, times.since, side="left")
        return self._between(_coded(keys, self.codes), np.minimum(low, high), high)

    def _between(self, code: Ints, low: Ints | int, high: Ints | int) -> Span:
        start = code * (len(self.moments) + 1)
        first, end = np.searchsorted(self.marks, start + low), np.searchsorted(self.marks, start + high)
        return Span(np.where(code < 0, 0, first), np.where(code < 0, 0, end))


@dataclass(frozen=True)
class Times:
    """When rows are of, and since when the joined table's are known: microseconds since 1970 in UTC, [rows] int64.

    `left` are the rows' own, `since` the earliest that counts for each, `right` the other table's; NEVER where missing.
    Where one of the two columns tells days alone, both count by their days: what became known on a day may have done so
    in its last minute.
    """

    left: Ints
    since: Ints
    right: Ints
    equal: bool

    @classmethod
    def of(cls, rows: pl.DataFrame, other: pl.DataFrame, said: AsOfSpec, within: float | None, where: str) -> Times:
        """The times of both tables; `within` days.

        Raises:
            DataError: a column holds no dates or times.
        """
        (left, days), (right, others) = _times(rows[said.left], where), _times(other[said.right], where)
        if days or others:
            left, right = _by_days(left), _by_days(right)
        span = None if within is None else round(within * DAY)
        since = np.full(len(left), NEVER) if span is None else np.where(left == NEVER, NEVER, left - span)
        return cls(left, since, right, said.equal)

    @property
    def untimed(self) -> int:
        """How many of the joined table's rows have no time."""
        return int((self.right == NEVER).sum())


def _times(series: pl.Series, where: str) -> tuple[Ints, bool]:
    """A column's moments, and whether they are days alone.

    Raises:
        DataError: they are no dates or times in ISO 8601.
    """
    import polars as pl

    hint = "write dates and times in ISO 8601, such as 2026-03-31 or 2026-03-31T12:30:00"
    if series.dtype != pl.String and not isinstance(series.dtype, (pl.Date, pl.Datetime)):
        raise DataError(f"the column '{series.name}' holds no dates or times", where, hint)
    read = values.from_series(series, Column(series.name, Kind.TIME))
    wrong = int(np.isnat(read).sum()) - series.null_count()
    if wrong:
        raise DataError(f"{wrong} values of the column '{series.name}' are no dates or times", where, hint)
    short = series.dtype == pl.String and bool((series.drop_nulls().str.strip_chars().str.len_chars() <= 10).any())
    told = read.astype("datetime64[us]").astype(np.int64)
    return np.where(np.isnat(read), NEVER, told), short or series.dtype == pl.Date


def _by_days(moments: Ints) -> Ints:
    """The midnights that the moments' days begin with."""
    return np.where(moments == NEVER, NEVER, moments // DAY * DAY)


def reckoned(series: pl.Series, index: Index, span: Span, how: Aggregate) -> pl.Series:
    """A figure of each row's matches: [rows]. `count` and `sum` are 0 where there is none, all others missing.

    `count`, `sum`, `mean`, `min` and `max` are of the values that are there; `first` and `last` by time, then by the
    table's order.
    """
    if how in {"first", "last"}:
        return taken(series, index, span, first=how == "first")
    import polars as pl

    there = series.is_not_null().to_numpy()[index.order]
    count = _reduced(np.add, there.astype(np.int64), span)
    if how == "count":
        return pl.Series(count, dtype=pl.Int64)
    held = series.cast(pl.Float64).fill_null(math.nan).to_numpy()[index.order]
    held = np.where(there, held, 0.0) if how in {"sum", "mean"} else held
    rule = {"sum": np.add, "mean": np.add, "min": np.fmin, "max": np.fmax}[how]
    made = _reduced(rule, np.array(held, dtype=np.float64), span)
    if how == "mean":
        made = np.divide(made, count, out=np.full(len(made), np.nan), where=count > 0)
    made = np.where((count == 0) & (how != "sum"), np.nan, made)
    return pl.Series(made, dtype=pl.Float64).fill_nan(None)


def taken(series: pl.Series, index: Index, span: Span, *, first: bool = False) -> pl.Series:
    """The value of each row's last match, or its first one: [rows], missing where there is no match."""
    import polars as pl

    place = np.where(span.any, span.low if first else span.high - 1, len(index.order))
    rows = np.append(index.order, len(series))[place]  # after the last row where there is no match
    return series.extend_constant(None, 1).gather(pl.Series(rows))


def _reduced(rule: np.ufunc, held: npt.NDArray[Any], span: Span) -> npt.NDArray[Any]:
    """`rule` over each row's matches, 0 where there is none.

    Rows are gone through in the order of their matches, so that what `reduceat` reckons between two of them and nobody
    asks for is no more than the table itself.
    """
    made = np.zeros(len(span.low), dtype=held.dtype)
    rows = np.flatnonzero(span.any)
    if len(rows) == 0:
        return made
    rows = rows[np.argsort(span.low[rows], kind="stable")]
    edges = np.stack([span.low[rows], span.high[rows]], axis=1).ravel()
    made[rows] = rule.reduceat(np.append(held, held.dtype.type(0)), edges)[::2]
    return made


def _coded(keys: pl.DataFrame, codes: pl.DataFrame) -> Ints:
    """The number of each row's key [rows] int64, -1 where it is missing or no row of the joined table has it."""
    names = keys.columns
    found = keys.join(codes, on=names, how="left", maintain_order="left")[CODE]
    return found.cast(int).fill_null(-1).to_numpy().astype(np.int64)
