"""Numbers that are a little off, as another instrument or a rounding would have it."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values


@part
class NumberNoise(Perturbation):
    """Every number gets a normal error of `share` of the column's standard deviation in training."""

    alone: ClassVar[bool] = False

    share: float = Field(default=0.1, gt=0)

    def applies(self, column: Column) -> bool:
        """Numbers."""
        return column.kind is Kind.NUMBER

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] float64; what is missing stays so."""
        known = seen[~np.isnan(seen)]
        spread = float(known.std()) if len(known) else 0.0
        noisy: Values = values + random.normal(0.0, 1.0, len(values)) * self.share * spread
        return noisy
