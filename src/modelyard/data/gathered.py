"""Rows that come as plain Python values, a piece after the other, to one frame: no value is changed to fit a type."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from modelyard.core import room
from modelyard.core.errors import DataError, Problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import polars as pl

WIDEST = 1 << 63  # what a 64-bit number no longer holds
SORTS: tuple[tuple[tuple[type, ...], str], ...] = (  # a boolean is an int too, and a moment a date: the narrow first
    ((bool,), "true or false"),
    ((int,), "whole numbers"),
    ((float,), "numbers"),
    ((Decimal,), "decimals"),
    ((datetime,), "moments"),
    ((date,), "dates"),
    ((time,), "times of day"),
    ((timedelta,), "durations"),
    ((str, UUID), "texts"),
    ((bytes, bytearray, memoryview), "bytes"),
    ((list, tuple, dict), "lists or objects"),
)
STRANGE = "values of the type"
MADE: dict[str, Callable[[Any], Any]] = {  # a value as polars takes it
    "decimals": Decimal,
    "numbers": float,
    "texts": str,
    "bytes": bytes,
    "lists or objects": lambda value: json.dumps(value, default=str, ensure_ascii=False, sort_keys=True),
}
NUMERIC = {"whole numbers", "numbers", "decimals"}
WIDTH = 38  # digits of a decimal


def gathered(names: Sequence[str], pieces: Iterable[Sequence[Sequence[Any]]], where: str, hint: str) -> pl.DataFrame:
    """The rows of pieces, each [rows][columns], as one frame, which lies on disk where memory has no room for it.

    Raises:
        DataError: two columns have one name, a column holds values of different sorts, or there are no rows.
        RoomError: the rows fit neither into memory nor onto the disk.
    """
    _check(names, where)
    frames = [stored(_frame(names, rows, where, hint)) for rows in pieces if rows]
    if not frames:
        raise DataError("gives no rows", where)
    return united(frames, where, hint)


def united(frames: Sequence[pl.DataFrame], where: str, hint: str) -> pl.DataFrame:
    """Frames of the same columns, one's rows after the other's; numbers of several types become the widest of them.

    Raises:
        DataError: a column is of one sort in a frame and of another in the next, or a frame lacks one.
    """
    import polars as pl

    found = Problems(DataError)
    first = frames[0]
    for number, frame in enumerate(frames):
        if frame.columns != first.columns:
            raise DataError(f"piece {number + 1} has other columns than the first", where, hint)
    types = {name: _common([frame.schema[name] for frame in frames]) for name in first.columns}
    for name, dtype in types.items():
        if dtype is None:
            told = " and ".join(dict.fromkeys(str(frame.schema[name]) for frame in frames))
            found.add(f"the column '{name}' holds values of different sorts: {told}", where, hint)
    found.raise_any()
    known = {name: dtype for name, dtype in types.items() if dtype is not None}
    return pl.concat([_cast(frame, known) for frame in frames], rechunk=False)


def _cast(frame: pl.DataFrame, types: dict[str, pl.DataType]) -> pl.DataFrame:
    changed = {name: dtype for name, dtype in types.items() if frame.schema[name] != dtype}
    return stored(frame.cast(changed)) if changed else frame  # type: ignore[arg-type]


def stored(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows, on disk where memory has no room for them.

    Raises:
        RoomError: the disk has none either.
    """
    return frame if room.fits(frame.estimated_size()) else room.framed([frame])


def _check(names: Sequence[str], where: str) -> None:
    found = Problems(DataError)
    for name, count in Counter(names).items():
        if count > 1:
            found.add(f"{count} columns are called '{name}'", where, "give each a name of its own, such as by AS")
    found.raise_any()


def _frame(names: Sequence[str], rows: Sequence[Sequence[Any]], where: str, hint: str) -> pl.DataFrame:
    import polars as pl

    found, columns = Problems(DataError), []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        try:
            columns.append(_series(name, values))
        except ValueError as error:
            found.add(f"the column '{name}' {error}", where, hint)
    found.raise_any()
    return pl.DataFrame(columns)


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of values.

    Raises:
        ValueError: they are of different sorts, or too large.
    """
    sorts = {_sort(kind) for kind in {type(value) for value in values if value is not None}}
    if len(sorts) > 1 and sorts <= NUMERIC:
        sorts = {"numbers" if "numbers" in sorts else "decimals"}
    if len(sorts) > 1:
        raise ValueError(f"holds values of different sorts: {' and '.join(sorted(sorts))}")
    return _made(name, values, next(iter(sorts), ""))


def _made(name: str, values: Sequence[Any], sort: str) -> pl.Series:
    """The column, all of whose values are of one sort.

    Raises:
        ValueError: no column can hold them.
    """
    import polars as pl

    if sort.startswith(STRANGE):
        raise ValueError(f"holds {sort}, which no column can hold")
    if sort == "whole numbers" and any(value is not None and not -WIDEST <= value < WIDEST for value in values):
        raise ValueError("holds a whole number larger than 64 bits")
    if sort == "decimals" and not all(value is None or Decimal(value).is_finite() for value in values):
        sort = "numbers"
    if sort == "moments":
        return _moments(name, values)
    how = MADE.get(sort)
    told = [None if value is None else how(value) for value in values] if how else list(values)
    return pl.Series(name, told, strict=True)


def _moments(name: str, values: Sequence[Any]) -> pl.Series:
    """Moments with a zone in UTC, or such without one."""
    import polars as pl

    zoned = {value.tzinfo is not None for value in values if value is not None}
    if len(zoned) > 1:
        raise ValueError("holds moments with a zone and moments without one")
    if not zoned.pop():
        return pl.Series(name, list(values), dtype=pl.Datetime("us"))
    return pl.Series(name, [None if v is None else v.astimezone(UTC) for v in values], dtype=pl.Datetime("us", "UTC"))


def _sort(kind: type) -> str:
    return next((word for kinds, word in SORTS if issubclass(kind, kinds)), f"{STRANGE} {kind.__name__}")


def _common(types: Sequence[pl.DataType]) -> pl.DataType | None:
    """The type that holds all values of these; none where there is none."""
    import polars as pl

    known = [dtype for dtype in dict.fromkeys(types) if dtype != pl.Null]
    if len(known) <= 1:
        return known[0] if known else pl.Null()
    if not all(dtype.is_numeric() for dtype in known):
        return None
    if any(dtype.is_float() for dtype in known):
        return pl.Float64()
    scale = max((dtype.scale for dtype in known if isinstance(dtype, pl.Decimal)), default=None)
    return pl.Int64() if scale is None else pl.Decimal(WIDTH, scale)
