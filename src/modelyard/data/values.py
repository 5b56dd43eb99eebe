"""One meaning for a value, wherever it comes from: a frame's column and a request's field become the same `Values`.

This is where training and serving meet, so nothing else converts a raw value.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.errors import Problem
from modelyard.core.types import Column, Ints, Kind, Storage, Values
from modelyard.data import cleaning, pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

TRUE = frozenset({"true", "yes", "y", "t", "1", "on", "是", "真"})
FALSE = frozenset({"false", "no", "n", "f", "0", "off", "否", "假"})
NUMERAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")  # 01234 is a code
# What has matched is not tried again (`++`, `*+`): else a long row of digits with a letter behind it takes hours.
WRITTEN = re.compile(r"[+-]?([0-9]++\.?[0-9]*+|\.[0-9]++)([eE][+-]?[0-9]++)?")
# How most moments are written, and the very shape of each: what a parser would take beyond it is no ISO 8601.
SHAPES = {
    "%Y-%m-%d": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "%Y-%m-%d %H:%M:%S": r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
    "%Y-%m-%dT%H:%M:%S": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
}
DTYPES: dict[Kind, Any] = {Kind.NUMBER: np.float64, Kind.BOOLEAN: np.float64, Kind.TIME: "datetime64[us]"}


def level(value: object) -> str:
    """A category's level, as text.

    >>> level("rent"), level(3), level(3.0), level(2.5), level(True)
    ('rent', '3', '3', '2.5', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def numeral(value: object) -> str:
    """The level of a category that the source held as numbers: a number written as text is that number.

    >>> numeral(3), numeral("3.0"), numeral("03"), numeral("XL")
    ('3', '3', '03', 'XL')
    """
    if isinstance(value, str) and NUMERAL.fullmatch(value):
        return level(float(value)) if "." in value else str(int(value))
    return level(value)


def cell(written: str, column: Column) -> str | float:
    """A cell of a text file: the number that it writes in a column of numbers, else the text itself.

    >>> cell("1e3", Column("fee", Kind.NUMBER)), cell("01", Column("code", Kind.CATEGORY))
    (1000.0, '01')
    """
    if column.kind is not Kind.NUMBER or (column.clean and cleaning.of(column.clean).reads_text):
        return written
    return float(written) if WRITTEN.fullmatch(written) else written


def number(value: object) -> float:
    """A number; a boolean or a text is none.

    Raises:
        ValueError: it is no finite number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"expected a number, got {_sort(value)}")
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError("expected a finite number")
    return converted


def truth(value: object) -> float:
    """1.0 for true, 0.0 for false, in the ways that people write it.

    >>> truth("Yes"), truth(0), truth(True)
    (1.0, 0.0, 1.0)
    """
    word = level(value).strip().lower()
    if word in TRUE:
        return 1.0
    if word in FALSE:
        return 0.0
    raise ValueError(f"expected true or false, got {_sort(value)}")


def moment(value: object) -> np.datetime64:
    """A moment in UTC from ISO 8601; a date is its midnight."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        if isinstance(value, datetime):
            if value.tzinfo is not None:
                value = value.astimezone(UTC).replace(tzinfo=None)
            return np.datetime64(value, "us")
        if isinstance(value, date):
            return np.datetime64(value, "us")
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        f"expected a date or time in ISO 8601, such as 2026-03-31 or 2026-03-31T12:30:00, got {_sort(value)}"
    )


def text(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {_sort(value)}")
    return value


READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: number,
    Kind.BOOLEAN: truth,
    Kind.TIME: moment,
    Kind.CATEGORY: level,
    Kind.TEXT: text,
    Kind.IMAGE: pictures.read,
    Kind.IDENTIFIER: level,
}


def reader(column: Column) -> Callable[[Any], Any]:
    """What a written value of a column is read by: its cleaners, then its kind."""
    read = numeral if _numbered(column) else READERS[column.kind]
    if not column.clean:
        return read
    mend = cleaning.of(column.clean)

    def mended(value: object) -> object:
        after = mend(value)
        return None if after is None else read(after)

    return mended


def from_list(raw: Sequence[object], column: Column, problems: Callable[[int, Problem], None]) -> Values:
    """Values of plain Python values: [rows].

    `problems` is called with the row of each value that does not fit; the value then counts as missing.
    """
    read = reader(column)
    converted: list[Any] = []
    for row, value in enumerate(raw):
        if value is None:
            converted.append(None)
            if not column.nullable:
                problems(row, Problem("is missing", column.name, "the training data had a value in every row"))
            continue
        try:
            converted.append(read(value))
        except ValueError as error:
            converted.append(None)
            problems(row, Problem(str(error), column.name))
            continue
        if converted[-1] is None:  # a cleaner says that it is missing
            if not column.nullable:
                problems(row, Problem("is missing", column.name, "the training data had a value in every row"))
            continue
        if column.closed and converted[-1] not in column.levels:
            problems(row, Problem("is none of the levels that the recipe allows", column.name, _allowed(column)))
    return np.array(converted, dtype=DTYPES.get(column.kind, object))


def from_series(series: pl.Series, column: Column) -> Values:
    """Values of a frame's column, a column at a time: [rows]. What does not parse is missing."""
    import polars as pl

    mended = bool(column.clean) and cleaning.of(column.clean).applies(series.dtype)
    if column.kind is Kind.IMAGE and series.dtype == pl.Binary:  # decoded when it is checked, and when it is encoded
        return np.array(series.to_list() or [], dtype=object)
    if not mended and column.kind is Kind.NUMBER and series.dtype.is_numeric():
        values = series.cast(pl.Float64).fill_null(math.nan).to_numpy()
        return np.where(np.isfinite(values), values, math.nan)
    if not mended and column.kind is Kind.TIME and isinstance(series.dtype, (pl.Date, pl.Datetime)):
        if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return series.cast(pl.Datetime("us")).to_numpy().astype("datetime64[us]")
    if not mended and column.kind is Kind.TIME and series.dtype == pl.String:
        return moments(series).to_numpy().astype("datetime64[us]")
    if not mended and series.dtype == pl.String and READERS[column.kind] in {level, text} and not _numbered(column):
        return np.array(series.to_list() or [], dtype=object)
    # each is read once, and the rows share what it became
    different, places = distinct(series)
    known = np.empty(len(different) + 1, dtype=DTYPES.get(column.kind, object))
    known[:-1] = from_list(different.to_list(), column, lambda _row, _problem: None)
    known[-1] = {Kind.NUMBER: math.nan, Kind.BOOLEAN: math.nan, Kind.TIME: np.datetime64("NaT")}.get(column.kind)
    return known[places]


def moments(series: pl.Series) -> pl.Series:
    """A frame's column of written moments as Datetime in microseconds, as `moment` reads each; null where it cannot.

    The usual ways to write them are read a column at a time, all others one by one.
    """
    import polars as pl

    out = pl.Series(series.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(series))
    for form, shape in SHAPES.items():
        fits = series.str.contains(shape)
        if fits.any():
            read = series.set(~fits.fill_null(value=True), None).str.to_datetime(form, time_unit="us", strict=False)
            out = out.zip_with(read.is_null(), read)
    left = series.filter(out.is_null() & series.is_not_null()).unique()
    if len(left) == 0:
        return out
    known = from_list(left.to_list(), Column(series.name, Kind.TIME), lambda _row, _problem: None)
    slow = series.replace_strict(left, pl.Series(known), default=None, return_dtype=pl.Datetime("us"))
    return out.zip_with(out.is_not_null(), slow)


def misfits(series: pl.Series, column: Column) -> tuple[dict[object, Problem], int]:
    """The different values of a column that do not fit, each with its problem, and how many rows hold one."""
    unique = _doubtful(series, column).drop_nulls().unique(maintain_order=True).to_list()
    wrong: dict[object, Problem] = {}

    def keep(row: int, problem: Problem) -> None:
        wrong[unique[row]] = problem

    from_list(unique, column, keep)
    return wrong, int(series.is_in(list(wrong)).sum()) if wrong else 0


def missing(values: Values) -> Values:
    """Which values are missing: [rows] bool."""
    if values.dtype == object:
        return np.fromiter((value is None for value in values), dtype=bool, count=len(values))
    return np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)


def restored(level_: str, storage: Storage) -> str | int | float | bool:
    """A level as the source held it: what an answer returns.

    >>> restored("1", "integer"), restored("true", "boolean"), restored("bad", "string")
    (1, True, 'bad')
    """
    if storage == "integer":
        return int(level_)
    if storage == "float":
        return float(level_)
    if storage == "boolean":
        return level_ == "true"
    return level_


def storage_of(dtype: pl.DataType) -> Storage:
    """How a frame's column holds its values."""
    import polars as pl

    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "float"
    if dtype == pl.Date:
        return "date"
    if dtype == pl.Binary:
        return "bytes"
    return "datetime" if dtype == pl.Datetime else "string"


def _doubtful(series: pl.Series, column: Column) -> pl.Series:
    """The values that may not fit; those of a type that always does need not be read one by one."""
    import polars as pl

    if column.clean and cleaning.of(column.clean).applies(series.dtype):
        return series
    if column.kind is Kind.NUMBER and series.dtype.is_numeric() and not column.closed:
        return series.filter(~series.cast(pl.Float64).is_finite())
    if column.kind is Kind.TIME and series.dtype == pl.String and not column.closed:
        return series.filter(moments(series).is_null() & series.is_not_null())
    timed = column.kind is Kind.TIME and isinstance(series.dtype, (pl.Date, pl.Datetime))
    texts = column.kind is Kind.TEXT and series.dtype == pl.String
    fits = timed or texts or READERS[column.kind] is level
    return series.clear() if fits and not column.closed else series


def distinct(series: pl.Series) -> tuple[pl.Series, Ints]:
    """The different values of a column, and where each row's stands among them, [rows]; after them if it is missing."""
    import polars as pl

    different = series.unique().drop_nulls()
    last = len(different)
    if series.dtype == pl.String:
        places: Ints = series.cast(pl.Enum(different)).to_physical().fill_null(last).to_numpy()
        return different, places
    numbers = pl.int_range(last, dtype=pl.Int64, eager=True)
    return different, series.replace_strict(different, numbers, default=last, return_dtype=pl.Int64).to_numpy()


def _numbered(column: Column) -> bool:
    """Whether its levels are numbers."""
    return READERS[column.kind] is level and column.storage in {"integer", "float"}


def _allowed(column: Column) -> str:
    return "allowed: " + ", ".join(column.levels[:20]) + (" ..." if len(column.levels) > 20 else "")


def _sort(value: object) -> str:
    """What sort of thing a value is, without telling the value."""
    sorts: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number"),
        (bytes, "bytes"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for kind, name in sorts if isinstance(value, kind)), type(value).__name__)
