"""Capitals where there were none."""

from typing import ClassVar, Literal

import numpy as np

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values


@part
class Casing(Perturbation):
    """All letters become capitals (`upper`), small ones (`lower`), or the other of the two (`swapped`).

    Texts, and categories that may show a level which training has not.
    """

    alone: ClassVar[bool] = False

    to: Literal["upper", "lower", "swapped"] = "upper"

    def applies(self, column: Column) -> bool:
        """Texts, and categories that are not closed and hold no numbers."""
        open_words = column.kind is Kind.CATEGORY and not column.closed and column.storage == "string"
        return column.kind is Kind.TEXT or open_words

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] of text or None to as many."""
        change = {"upper": str.upper, "lower": str.lower, "swapped": str.swapcase}[self.to]
        out = np.empty(len(values), dtype=object)
        out[:] = [None if value is None else change(value) for value in values]
        return out
