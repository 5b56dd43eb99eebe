"""Two columns combined into one: numbers by arithmetic, levels by standing together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from modelyard.core.types import Column, Kind, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

How: TypeAlias = Literal["product", "difference", "sum", "levels"]
ARITHMETIC: Mapping[How, Callable[[Values, Values], Values]] = {
    "product": np.multiply,
    "difference": np.subtract,
    "sum": np.add,
}
LEVELS = frozenset({Kind.CATEGORY, Kind.BOOLEAN})
BETWEEN = " & "  # crossed levels
WORDS: Mapping[How, str] = {"product": "times", "difference": "minus", "sum": "plus", "levels": "with"}


@dataclass(frozen=True)
class Crossing:
    """Two columns, and how they are combined."""

    first: str
    second: str
    how: How

    @property
    def name(self) -> str:
        """Of the column that they become."""
        return f"{self.first}_{WORDS[self.how]}_{self.second}"

    def __call__(self, columns: Mapping[str, Values]) -> Values:
        """Values [rows]; where one is missing, or a number is beyond a float, both are."""
        first, second = columns[self.first], columns[self.second]
        if self.how == "levels":
            pairs = zip(_written(first), _written(second), strict=True)
            told = [None if a is None or b is None else f"{a}{BETWEEN}{b}" for a, b in pairs]
            return np.array([*told, None], dtype=object)[:-1]
        with np.errstate(all="ignore"):
            found = ARITHMETIC[self.how](first, second)
        return np.where(np.isfinite(found), found, np.nan)

    @property
    def column(self) -> Column:
        """What it becomes."""
        kind = Kind.CATEGORY if self.how == "levels" else Kind.NUMBER
        reason = f"{self.first} {WORDS[self.how]} {self.second}"
        return Column(self.name, kind, storage="string" if self.how == "levels" else "float", reason=reason)


def _written(values: Values) -> list[str | None]:
    """Levels, and truth values as levels."""
    if values.dtype == object:
        return list(values.tolist())
    return [None if np.isnan(value) else "true" if value else "false" for value in values]
