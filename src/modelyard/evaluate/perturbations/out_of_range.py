"""Numbers beyond all that training has seen."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values


@part
class OutOfRange(Perturbation):
    """A `share` of each column's numbers lie above the largest or below the smallest of training, by chance.

    They lie up to so many times its range `beyond` it: for ages of 20 to 80 and `beyond` 1, from -40 to 140.
    """

    alone: ClassVar[bool] = False

    share: float = Field(default=0.1, gt=0, le=1)
    beyond: float = Field(default=1.0, gt=0)

    def applies(self, column: Column) -> bool:
        """Numbers."""
        return column.kind is Kind.NUMBER

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] float64; what is missing stays so."""
        known = seen[~np.isnan(seen)]
        if not len(known):
            return values.copy()
        low, high = float(known.min()), float(known.max())
        far = random.random(len(values)) * self.beyond * ((high - low) or abs(high) or 1.0)
        outside = np.where(random.random(len(values)) < 0.5, low - far, high + far)
        return np.where((random.random(len(values)) < self.share) & ~np.isnan(values), outside, values)
