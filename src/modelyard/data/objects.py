"""Flat objects, such as lines of JSON, as one frame, piece by piece, each column of the type that holds all."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from modelyard.core import room
from modelyard.core.errors import DataError
from modelyard.core.refusals import collecting
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import polars as pl

    Rows = Iterable[dict[str, Any]]

COLUMNS = 10_000  # that a table may have
NUMBERS = frozenset({int, float})


def framed(rows: Callable[[], Rows], name: str) -> pl.DataFrame:
    """All rows; `rows` gives them anew, for columns whose values turn out to be of several sorts, which become text.

    Raises:
        DataError: there is no row, or what no column can hold; `name` is the file's.
    """
    import polars as pl

    frames, sorts = list[pl.DataFrame](), dict[str, set[type]]()
    for piece in _pieces(rows()):
        columns = _columns(piece, sorts, name)
        frames.append(room.kept(pl.DataFrame([_series(key, values_, name) for key, values_ in columns.items()])))
    if not frames:
        raise DataError("holds no rows", name, "was it written to the end?")
    mixed = [key for key, seen in sorts.items() if _dtype(seen) == pl.String and seen != {str}]
    types = {key: _dtype(seen) for key, seen in sorts.items()}
    with collecting():  # what is refused was told the first time
        again = _pieces(rows()) if _lost(frames, mixed) else iter(())
        return pl.concat([_same(frame, types, mixed, next(again, None)) for frame in frames], rechunk=False)


def _pieces(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while piece := list(islice(source, room.PIECE)):
        yield piece


def _columns(piece: Sequence[dict[str, Any]], sorts: dict[str, set[type]], name: str) -> dict[str, list[Any]]:
    """The values of each column, in the order in which the columns were met; their sorts go to `sorts`."""
    for row in piece:
        if not row.keys() <= sorts.keys():
            for key in row:
                sorts.setdefault(key, set())
            if len(sorts) > COLUMNS:
                raise DataError(f"has more than {COLUMNS:,} columns", name, "are there names among the values?")
    columns = {key: [row.get(key) for row in piece] for key in sorts}
    for key, held in columns.items():
        sorts[key] |= set(map(type, held)) - {type(None)}
    return columns


def _series(key: str, held: list[Any], name: str) -> pl.Series:
    import polars as pl

    dtype = _dtype(set(map(type, held)) - {type(None)})
    try:
        if dtype == pl.String:
            return pl.Series(key, [None if value is None else values.level(value) for value in held], dtype)
        return pl.Series(key, held, dtype, strict=dtype != pl.Float64)
    except (pl.exceptions.PolarsError, TypeError, OverflowError) as error:
        raise DataError("holds a number larger than any column can hold", name, "write it as text") from error


def _dtype(sorts: set[type]) -> type[pl.DataType]:
    """What holds values of such sorts: numbers together, anything else together as text."""
    import polars as pl

    if sorts <= NUMBERS and sorts:
        return pl.Float64 if float in sorts else pl.Int64
    if sorts == {bool}:
        return pl.Boolean
    return pl.String if sorts else pl.Null


def _lost(frames: Sequence[pl.DataFrame], mixed: Sequence[str]) -> bool:
    """Whether a column of several sorts was kept as one of them in any piece, so that what was written is lost."""
    import polars as pl

    kept = (pl.String, pl.Null)
    return any(key in frame.columns and frame.schema[key] not in kept for frame in frames for key in mixed)


def _same(
    frame: pl.DataFrame,
    types: dict[str, type[pl.DataType]],
    mixed: Sequence[str],
    rows: Sequence[dict[str, Any]] | None,
) -> pl.DataFrame:
    """A piece with all columns, each of its type."""
    import polars as pl

    columns = []
    for key, dtype in types.items():
        if key in mixed and rows is not None:
            written = [row.get(key) for row in rows]
            columns.append(pl.Series(key, [None if v is None else values.level(v) for v in written], pl.String))
        elif key in frame.columns:
            columns.append(frame[key].cast(dtype))
        else:
            columns.append(pl.repeat(None, frame.height, dtype=dtype, eager=True).alias(key))
    return frame if all(frame.schema.get(c.name) == c.dtype for c in columns) else room.kept(pl.DataFrame(columns))
