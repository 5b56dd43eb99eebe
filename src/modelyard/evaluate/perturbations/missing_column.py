"""A column that does not arrive."""

from typing import ClassVar

import numpy as np

from modelyard.core.protocols import Perturbation
from modelyard.core.registry import part
from modelyard.core.types import Column, Kind, Values

EMPTY = {Kind.NUMBER: np.nan, Kind.BOOLEAN: np.nan, Kind.TIME: np.datetime64("NaT")}


@part
class MissingColumn(Perturbation):
    """Every value of one column is missing, each column in turn; a text that must be there is empty.

    Any other column that had a value in every training row is left out: a bundle refuses rows without it.
    """

    alone: ClassVar[bool] = True

    def applies(self, column: Column) -> bool:
        """What may be missing, and texts."""
        return column.nullable or column.kind is Kind.TEXT

    def __call__(self, values: Values, column: Column, seen: Values, random: np.random.Generator) -> Values:  # noqa: ARG002
        """[rows] of nothing."""
        empty = EMPTY.get(column.kind) if column.nullable else ""
        return np.full(len(values), empty, dtype=values.dtype)
