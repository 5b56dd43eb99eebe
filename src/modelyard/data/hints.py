"""Columns of text that would be numbers or dates if they were cleaned: how a first recipe says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from modelyard.core.errors import DataError
from modelyard.data.cleaning import CLEANERS, Cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelyard.core.featuring import Cleaner
    from modelyard.core.types import Json, Kind

LOOKED_AT = 2_000  # different values
CODE = re.compile(r"0[0-9]|[A-Za-z]{1,3}[0-9]")  # 01234, K00017 and T100 are codes and no amounts
DIGIT = re.compile(r"[0-9\uff10-\uff19一二三四五六七八九十百千万]")
WAYS: tuple[tuple[str, Mapping[str, Json]], ...] = (
    ("dates", {}),
    ("number", {}),
    *(("number", {"unit": unit}) for unit in ("kg", "m", "m2", "l", "s")),
)


class Hint(NamedTuple):
    """What a column would be, how it is cleaned as a recipe says it, and why."""

    kind: Kind
    clean: list[Json]
    reason: str


def hint(series: pl.Series) -> Hint | None:
    """How a column of text becomes one of numbers or dates, where each of its values does.

    >>> import polars as pl
    >>> hint(pl.Series("Price", ["1.234,50 €", "?", "7,90 €"]))
    Hint(kind=<Kind.NUMBER: 'number'>, clean=['missing', 'number'], reason='reads as number once it is cleaned')
    """
    if str(series.dtype) != "String":
        return None
    known = series.drop_nulls().unique(maintain_order=True).head(LOOKED_AT).to_list()
    missing = CLEANERS.build("missing", {})
    told = [value for value in known if missing(value) is not None]
    if len(told) < 2 or not all(map(DIGIT.search, told)):
        return None
    coded = any(map(CODE.match, told))
    first: list[Json] = ["missing"] if len(told) < len(known) else []
    for name, said in WAYS:
        if coded and name != "dates":
            continue
        cleaner = CLEANERS.build(name, said)
        if (kind := _reads(cleaner, told)) is not None:
            way: Json = {"clean": name, **said} if said else name
            return Hint(kind, [*first, way], f"reads as {kind} once it is cleaned")
    return None


def _reads(cleaner: Cleaner, written: Sequence[str]) -> Kind | None:
    """What all values become; nothing where one cannot be read, or the values leave open how."""
    try:
        settled = Cleaned([cleaner.settled(written)])
        for value in written:
            settled(value)
    except (ValueError, DataError):
        return None
    return settled.kind
