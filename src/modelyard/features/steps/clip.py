"""Extreme numbers brought to a bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from modelyard.core import threads
from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import choosing


@dataclass(frozen=True)
class FittedClip(FittedStep):
    """A low and a high bound a column."""

    bounds: Mapping[str, tuple[float, float]]
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each; what is missing stays so."""
        return {name: v.clip(*self.bounds[name]) if name in self.bounds else v for name, v in columns.items()}

    @property
    def reads(self) -> frozenset[str]:
        """Those with bounds."""
        return frozenset(self.bounds)

    @property
    def made(self) -> tuple[Column, ...]:
        """Nothing new."""
        return ()

    def state(self) -> State:
        """The bounds."""
        return {"bounds": {name: list(pair) for name, pair in self.bounds.items()}}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the bounds."""
        kept: Any = state["bounds"]
        return cls({str(name): (float(low), float(high)) for name, (low, high) in kept.items()})


@part
class Clip(Step):
    """Numbers beyond the quantiles `low` and `high` of the training rows are brought to them (winsorizing)."""

    fitted: ClassVar[type[FittedStep]] = FittedClip

    columns: tuple[str, ...] = Field(default=(), description="all columns of numbers if not said")
    low: float = Field(default=0.01, ge=0, lt=1)
    high: float = Field(default=0.99, gt=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low}) is to lie below high ({self.high})")
        return self

    def fit(
        self,
        columns: Mapping[str, Values],
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002 - the target says nothing of bounds
        seed: int,  # noqa: ARG002 - nor does chance
    ) -> FittedClip:
        """Learn the quantiles of the numbers that are there.

        Raises:
            RecipeError: a column is not there or holds no numbers.
        """
        bounds, beyond = {}, []
        names = choosing.columns(self.columns, known, {Kind.NUMBER}, "clip")
        rows = len(columns[names[0]]) if names else 0
        for name, found in zip(
            names, threads.each(lambda name: self._bounds(columns[name]), names, 64.0 * rows), strict=True
        ):
            if found is not None:
                low, high, changed = found
                bounds[name] = (low, high)
                beyond.append(f"{changed} of {name}")
        return FittedClip(bounds, (f"extreme values were brought to a bound: {', '.join(beyond)}",) if beyond else ())

    def _bounds(self, values: Values) -> tuple[float, float, int] | None:
        """The quantiles of the numbers that are there, and how many lie beyond them; None where none is."""
        there = values[~np.isnan(values)]
        if len(there) == 0:
            return None
        low, high = np.quantile(there, [self.low, self.high])
        return float(low), float(high), int(np.count_nonzero((there < low) | (there > high)))
