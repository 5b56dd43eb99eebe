"""The keys of two tables side by side: of the same types, or told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import DataError, Problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


def alike(
    left: pl.DataFrame, right: pl.DataFrame, pairs: Sequence[tuple[str, str]], where: str, *, as_text: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The key columns of both tables alone, named `0`, `1`, ..., each pair of one type.

    Raises:
        DataError: two that are of different types, for all of them at once.
    """
    import polars as pl

    found, mine, theirs = Problems(DataError), list[pl.Series](), list[pl.Series]()
    for place, (one, other) in enumerate(pairs):
        both = _common(left[one], right[other], as_text=as_text)
        if both is None:
            told = (
                f"the key is {_sort(left[one])} in '{one}' and {_sort(right[other])} in '{other}' of the joined table"
            )
            found.add(told, where, "say `as_text: true`, which compares both as they are written")
            continue
        mine.append(both[0].alias(str(place)))
        theirs.append(both[1].alias(str(place)))
    found.raise_any()
    return pl.DataFrame(mine), pl.DataFrame(theirs)


def written(series: pl.Series) -> pl.Series:
    """Values as they are written: whole numbers without a fraction, dates in ISO 8601."""
    import polars as pl

    if series.dtype.is_float():
        whole = series.cast(pl.Int64, strict=False)
        same = (whole.cast(pl.Float64) == series).fill_null(value=False)
        return whole.cast(pl.String).zip_with(same, series.cast(pl.String))
    return series.cast(pl.String)


def _common(one: pl.Series, other: pl.Series, *, as_text: bool) -> tuple[pl.Series, pl.Series] | None:
    import polars as pl

    if as_text:
        return written(one), written(other)
    if one.dtype == other.dtype and not one.dtype.is_float():
        return one, other
    if one.dtype.is_numeric() and other.dtype.is_numeric():
        if one.dtype.is_integer() or other.dtype.is_integer():  # as numbers with a fraction, long ones would be alike
            return _whole(one), _whole(other)
        return one.cast(pl.Float64, strict=False), other.cast(pl.Float64, strict=False)
    if one.null_count() == len(one):
        return one.cast(other.dtype), other
    return (one, other.cast(one.dtype)) if other.null_count() == len(other) else None


def _whole(series: pl.Series) -> pl.Series:
    """Numbers as whole ones; what is none has no match among such."""
    import polars as pl

    whole = series.cast(pl.Int64, strict=False)
    same = (whole.cast(series.dtype, strict=False) == series).fill_null(value=False)
    return whole.set(~same, None)


def _sort(series: pl.Series) -> str:
    dtype = series.dtype
    if dtype.is_integer():
        return "whole numbers"
    words = {"String": "text", "Boolean": "true or false", "Date": "dates", "Datetime": "times"}
    return "numbers" if dtype.is_numeric() else words.get(str(dtype.base_type()), str(dtype))
