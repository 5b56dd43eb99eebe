"""The type of a column of a text file, told by all that is written in it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# 01234 is a code, not the number 1234; so is what no 64-bit number holds to the last digit.
CODE = r"^0[0-9]|^[+-]?[0-9]{19,}$"
BOOLEAN = r"^(?i:true|false)$"
INTEGER = r"^-?[0-9]+$"
NUMBER = r"^[-+]?(?:[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|[0-9]+\.|inf|NaN)$|^-?[0-9]+$"
LARGE = 1e18  # from here on a number may have nineteen digits


class Written(IntEnum):
    """What fields hold, from nothing at all to any text."""

    NOTHING = 0
    BOOLEAN = 1
    INTEGER = 2
    NUMBER = 3
    TEXT = 4


def joined(one: Written, other: Written) -> Written:
    """What holds both: integers and numbers are numbers, truth values and anything else are text.

    >>> joined(Written.INTEGER, Written.NUMBER).name, joined(Written.BOOLEAN, Written.INTEGER).name
    ('NUMBER', 'TEXT')
    """
    if Written.NOTHING in {one, other} or one is other:
        return max(one, other)
    return Written.TEXT if Written.BOOLEAN in {one, other} else max(one, other)


def of(texts: pl.Series) -> Written:
    """What a column of strings holds."""
    known = texts.drop_nulls()
    if not len(known):
        return Written.NOTHING
    if known.str.contains(BOOLEAN).all():
        return Written.BOOLEAN
    if not known.str.contains(NUMBER).all() or known.str.contains(CODE).any():
        return Written.TEXT
    return Written.INTEGER if known.str.contains(INTEGER).all() else Written.NUMBER


def dtype(written: Written) -> type[pl.DataType]:
    """How it is kept."""
    import polars as pl

    return {Written.BOOLEAN: pl.Boolean, Written.INTEGER: pl.Int64, Written.NUMBER: pl.Float64}.get(written, pl.String)


def doubtful(numbers: pl.Series) -> bool:
    """Whether a column that was parsed as numbers may be text: it holds one so large, or none that is finite."""
    if numbers.dtype.is_float():
        return not (numbers.is_finite() & (numbers.abs() < LARGE)).all()
    low, high = numbers.min(), numbers.max()
    return isinstance(low, int) and isinstance(high, int) and (low <= -LARGE or high >= LARGE)


def read(texts: pl.Series, written: Written) -> pl.Series:
    """Strings as what they were found to hold."""
    import polars as pl

    if texts.dtype != pl.String or written is Written.TEXT:
        return texts
    if written is Written.BOOLEAN:
        return texts.str.to_lowercase() == "true"
    return texts.cast(dtype(written))
