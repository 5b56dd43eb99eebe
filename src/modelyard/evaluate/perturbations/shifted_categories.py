"""Another mixture of levels than the one that training has seen."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values


@part
class ShiftedCategories(Perturbation):
    """A `share` of each category's values, and of each boolean's, are drawn anew, every known level as likely.

    So rare levels come often, and what went together no longer does.
    """

    alone: ClassVar[bool] = False

    share: float = Field(default=0.2, gt=0, le=1)

    def applies(self, column: Column) -> bool:
        """Categories and booleans."""
        return column.kind in {Kind.CATEGORY, Kind.BOOLEAN}

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] of the same sort."""
        out, hit = values.copy(), random.random(len(values)) < self.share
        levels = np.array([0.0, 1.0] if column.kind is Kind.BOOLEAN else list(column.levels), dtype=values.dtype)
        if len(levels):
            out[hit] = levels[random.integers(0, len(levels), int(hit.sum()))]
        return out
