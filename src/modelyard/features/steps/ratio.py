"""One number over another."""

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
class FittedRatio(FittedStep):
    """A column `name` beside the two that it comes from."""

    above: str
    below: str
    name: str

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each; a ratio to zero, to what is missing, or beyond a float is missing."""
        with np.errstate(all="ignore"):
            found = columns[self.above] / columns[self.below]
        return {**columns, self.name: np.where(np.isfinite(found), found, np.nan)}

    @property
    def made(self) -> tuple[Column, ...]:
        """The ratio."""
        return (Column(self.name, Kind.NUMBER, storage="float", reason=f"{self.above} over {self.below}"),)

    def state(self) -> State:
        """Three names."""
        return {"of": [self.above, self.below], "name": self.name}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From three names."""
        of: Any = state["of"]
        return cls(str(of[0]), str(of[1]), str(state["name"]))


@part
class Ratio(Step):
    """The first column of `of` over the second, as a column beside them."""

    fitted: ClassVar[type[FittedStep]] = FittedRatio

    of: tuple[str, str]
    name: str | None = Field(
        default=None, min_length=1, description="of the new column; `first_per_second` if not said"
    )

    def fit(
        self,
        columns: Mapping[str, Values],  # noqa: ARG002 - a ratio has nothing to learn
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> FittedRatio:
        """Look that both are numbers.

        Raises:
            RecipeError: a column is not there or holds no numbers, or the name is taken.
        """
        above, below = choosing.columns(self.of, known, {Kind.NUMBER}, "ratio")
        name = self.name or f"{above}_per_{below}"
        choosing.fresh([name], known, "ratio")
        return FittedRatio(above, below, name)
