"""Numbers by their logarithm, for what grows by factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from pydantic import Field

from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import choosing

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class FittedLog(FittedStep):
    """The columns that are taken by their logarithm."""

    columns: tuple[str, ...]

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each; what is missing stays so."""
        return {name: _log(found) if name in self.columns else found for name, found in columns.items()}

    @property
    def made(self) -> tuple[Column, ...]:
        """Nothing new."""
        return ()

    def state(self) -> State:
        """The columns."""
        return {"columns": list(self.columns)}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the columns."""
        kept: Any = state["columns"]
        return cls(tuple(map(str, kept)))


@part
class Log(Step):
    """sign(x) * ln(1 + |x|) in the place of x: it takes zero and what is below, and keeps the order."""

    fitted: ClassVar[type[FittedStep]] = FittedLog

    columns: tuple[str, ...] = Field(default=(), description="all columns of numbers if not said")

    def fit(
        self,
        columns: Mapping[str, Values],  # noqa: ARG002 - a logarithm has nothing to learn
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> FittedLog:
        """Look that they are numbers.

        Raises:
            RecipeError: a column is not there or holds no numbers.
        """
        return FittedLog(tuple(choosing.columns(self.columns, known, {Kind.NUMBER}, "log")))


def _log(found: Values) -> Values:
    return np.sign(found) * np.log1p(np.abs(found))
