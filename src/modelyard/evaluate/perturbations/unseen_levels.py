"""Levels that training has never shown."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values

UNSEEN = "never seen before"


@part
class UnseenLevels(Perturbation):
    """A `share` of each category's values become a level that is new.

    Categories whose levels the recipe names are left out, as no other is accepted there.
    """

    alone: ClassVar[bool] = False

    share: float = Field(default=0.1, gt=0, le=1)

    def applies(self, column: Column) -> bool:
        """Categories that are not closed."""
        return column.kind is Kind.CATEGORY and not column.closed

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] of text or None."""
        out = values.copy()
        out[random.random(len(values)) < self.share] = UNSEEN
        return out
