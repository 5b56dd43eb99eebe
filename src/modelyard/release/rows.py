"""The edge: rows as people have them. The only file that knows that pandas exists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import DataError, Problems, nearest
from modelyard.core.registry import missing_extra
from modelyard.core.types import Column, Kind, Role, Schema, Values
from modelyard.data import pictures, values
from modelyard.data.plain import plain, unreadable

if TYPE_CHECKING:
    import polars as pl

SHOWN = 3


def frame_of(rows: Any) -> pl.DataFrame | None:  # noqa: ANN401 - whatever people have
    """A Polars frame, of plain values, of a Polars, pandas or Arrow table; None where `rows` is no table.

    Where Polars is not installed it is None for what `records_of` can read without it.

    Raises:
        DataError: two columns have one name.
        MissingExtraError: the table is read by Polars alone, which is not installed.
    """
    kind = type(rows).__module__.partition(".")[0]
    if kind not in {"polars", "pandas"} and not hasattr(rows, "__arrow_c_stream__"):
        return None
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        if kind == "pandas" or hasattr(rows, "to_pylist"):
            return None
        raise missing_extra(error, "rows") from error

    if isinstance(rows, pl.LazyFrame):
        return plain(rows.collect())
    if not hasattr(rows, "columns") and kind in {"polars", "pandas"}:  # a column is no table
        return None
    try:
        return plain(_from_pandas(rows) if kind == "pandas" else pl.DataFrame(rows))
    except pl.exceptions.DuplicateError as error:
        raise DataError("two columns have one name", "rows", "give each column a name of its own") from error


def records_of(rows: Any, known: Collection[str] = ()) -> list[Mapping[str, Any]]:  # noqa: ANN401 - as above
    """A list of mappings of one mapping or several, or of a frame's `known` columns where Polars is not installed.

    Raises:
        DataError: `rows` is none of these.
    """
    if hasattr(rows, "columns") and not isinstance(rows, Mapping):
        return _unframed(rows, known)
    if isinstance(rows, Mapping):
        return [rows]
    if isinstance(rows, Sequence) and not isinstance(rows, (str, bytes)) and all(isinstance(r, Mapping) for r in rows):
        return list(rows)
    raise DataError(
        f"cannot read rows from {type(rows).__name__}",
        "rows",
        "give a dict, a list of dicts, a Polars or pandas frame, or an Arrow table",
    )


def columns_of(frame: pl.DataFrame, schema: Schema, group: Column | None = None) -> dict[str, Values]:
    """A frame's feature columns as values [rows], and that of a `group` where one is asked for; others are left alone.

    Raises:
        DataError: a feature column is not there, or holds what its kind does not allow; all that is wrong at once.
    """
    found = Problems(DataError)
    out: dict[str, Values] = {}
    strange = unreadable(frame)
    for column in schema.features if group is None else (*schema.features, group):
        if column.name not in frame.columns:
            found.add("no such column", column.name, nearest(column.name, frame.columns))
            continue
        if column.name in strange:
            found.add(f"holds {strange[column.name]}, which no kind reads", column.name)
            continue
        series = frame[column.name]
        out[column.name] = values.from_series(series, column)
        _check(series, column, found)
    found.raise_any()
    return out


def dicts_of(frame: pl.DataFrame, schema: Schema, group: Column | None = None) -> list[dict[str, Any]]:
    """A frame's rows as a client would send them: what is read, dates in ISO 8601, pictures as base64 text."""
    asked = group.name if group is not None else None
    names = [column.name for column in schema.columns if column.role is Role.FEATURE or column.name == asked]
    moments = [name for name in names if frame.schema[name].is_temporal()]
    rows = frame.select(names).to_dicts()
    for name in moments:
        for row in rows:
            row[name] = row[name] and row[name].isoformat()
    for column in [column for column in schema.features if column.kind is Kind.IMAGE]:
        for row in rows:
            content = row[column.name]
            row[column.name] = pictures.written(content) if isinstance(content, bytes) else content
    return rows


def _check(series: pl.Series, column: Column, found: Problems) -> None:
    """What `values.from_list` would say of each different value, counted."""
    wrong, count = values.misfits(series, column)
    if wrong:
        found.add(f"{next(iter(wrong.values())).problem}, in {count} of {len(series)} rows", column.name)
    if not column.nullable and series.null_count():
        hint = "the training data had a value in every row"
        found.add(f"is missing in {series.null_count()} of {len(series)} rows", column.name, hint)


def _unframed(rows: Any, known: Collection[str]) -> list[Mapping[str, Any]]:  # noqa: ANN401 - of pandas or Arrow
    names = rows.column_names if hasattr(rows, "to_pylist") else list(rows.columns)
    kept = [name for name in names if name in known]
    if len(set(kept)) < len(kept):
        raise DataError("two columns have one name", "rows", "give each column a name of its own")
    listed: list[Mapping[str, Any]]
    listed = rows.select(kept).to_pylist() if hasattr(rows, "to_pylist") else rows[kept].to_dict("records")
    return listed


def _from_pandas(rows: Any) -> pl.DataFrame:  # noqa: ANN401 - a pandas frame, known by its module alone
    import polars as pl

    listed = [rows.iloc[:, place].tolist() for place in range(rows.shape[1])]
    series = [
        pl.Series(str(name), [None if _absent(value) else value for value in column], strict=False)
        for name, column in zip(rows.columns, listed, strict=True)
    ]
    return pl.DataFrame(series)


def _absent(value: Any) -> bool:  # noqa: ANN401 - NaN, NaT, pd.NA and None
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value  # noqa: PLR0124 - NaN
