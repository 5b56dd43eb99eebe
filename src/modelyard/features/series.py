"""Columns that are a series: how a recipe names them, and what they hold between their moments."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BeforeValidator

from modelyard.core.errors import Problems, RecipeError, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from modelyard.core.types import Column, Floats, Kind


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Patterns = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])]


def matching(
    patterns: Sequence[str], columns: Sequence[Column], kinds: Collection[Kind], augment: str
) -> tuple[str, ...]:
    """The columns of these kinds that patterns name: in the patterns' order, those of one pattern in the table's.

    Raises:
        RecipeError: a pattern names none of them; all at once.
    """
    fit = [column.name for column in columns if column.kind in kinds]
    found, told = Problems(RecipeError), dict[str, None]()
    for pattern in patterns:
        named = [name for name in fit if name == pattern or fnmatchcase(name, pattern)]
        told |= dict.fromkeys(named)
        if not named:
            wanted = " or ".join(sorted(kinds))
            found.add(f"'{pattern}' names no column of the kind {wanted}", f"augment: {augment}", nearest(pattern, fit))
    found.raise_any()
    return tuple(told)


def read_at(series: Floats, places: Floats) -> Floats:
    """Series [rows, length] at places [rows, asked] between the first moment, 0, and the last; linear in between."""
    low = np.floor(places).astype(np.int64).clip(0, series.shape[1] - 1)
    high = np.minimum(low + 1, series.shape[1] - 1)
    share = places - low
    first, second = (np.take_along_axis(series, at, axis=1) for at in (low, high))
    return np.where(share <= 0.0, first, first * (1 - share) + second * share)
