"""A frame as one of plain values, whatever a file or another library called them: what every table holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.data import pictures

if TYPE_CHECKING:
    import polars as pl

SAMPLE = 100  # values of bytes that tell whether a column holds pictures


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows as numbers, truths, dates, moments in UTC, text and bytes; NaN is missing, a duration its seconds.

    >>> import polars as pl
    >>> plain(pl.DataFrame({"x": [1.5, float("nan")]}))["x"].to_list()
    [1.5, None]
    """
    return frame.with_columns([_plain(series) for series in frame.get_columns()])


def unreadable(frame: pl.DataFrame) -> dict[str, str]:
    """The columns of a plain frame that no kind reads, and what they hold: lists, objects, bytes but for pictures."""
    import polars as pl

    plain_types = (pl.String, pl.Boolean, pl.Date, pl.Datetime)
    return {
        name: _told(dtype)
        for name, dtype in frame.schema.items()
        if not (dtype.is_numeric() or isinstance(dtype, plain_types) or pictured(frame[name]))
    }


def pictured(series: pl.Series) -> bool:
    """Whether a column holds bytes, of which most begin as pictures do."""
    import polars as pl

    if series.dtype != pl.Binary:
        return False
    some = series.drop_nulls().head(SAMPLE).to_list()
    return len(some) > 0 and 2 * sum(map(pictures.begins, some)) > len(some)


def _plain(series: pl.Series) -> pl.Series:
    import polars as pl

    dtype = series.dtype
    if dtype.is_float() or dtype.is_decimal():
        floats = series.cast(pl.Float64)
        return floats.fill_nan(None) if floats.is_nan().any() else floats  # rows without one are not copied
    if isinstance(dtype, pl.Duration):
        return series.dt.total_microseconds() / 1e6
    if isinstance(dtype, pl.Datetime):
        utc = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if dtype.time_zone else series
        return utc.cast(pl.Datetime("us"))
    if isinstance(dtype, pl.Struct) and dtype.to_schema() == {"bytes": pl.Binary(), "path": pl.String()}:
        return series.struct.field("bytes").alias(series.name)  # as the files of the Hugging Face hub hold a picture
    if isinstance(dtype, (pl.Categorical, pl.Enum, pl.Time, pl.Null)):
        return series.cast(pl.String)
    return series


def _told(dtype: pl.DataType) -> str:
    words = {"List": "lists", "Array": "lists", "Struct": "objects", "Binary": "bytes"}
    return words.get(str(dtype.base_type()), f"values of the type {dtype}")
