"""Numbers cut at quantiles into categories, so that a linear model may bend and numbers can be crossed with levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field

from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import choosing


@dataclass(frozen=True)
class FittedBin(FittedStep):
    """The edges of each column's bins; the first bin is below the first edge, and holds it."""

    edges: Mapping[str, tuple[float, ...]]

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each: the number of the bin as a level, None where it is missing."""
        return {name: self._cut(name, found) if name in self.edges else found for name, found in columns.items()}

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns, which are categories now."""
        return tuple(
            Column(name, Kind.CATEGORY, levels=_levels(edges), closed=True, reason="numbers cut at quantiles")
            for name, edges in self.edges.items()
        )

    def state(self) -> State:
        """The edges."""
        return {"edges": [[name, list(edges)] for name, edges in self.edges.items()]}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the edges."""
        kept: Any = state["edges"]
        return cls({str(name): tuple(map(float, edges)) for name, edges in kept})

    def _cut(self, name: str, found: Values) -> Values:
        levels = np.array([*_levels(self.edges[name]), None], dtype=object)
        places = np.searchsorted(np.array(self.edges[name]), found)
        places[np.isnan(found)] = len(levels) - 1
        return levels[places]


@part
class Bin(Step):
    """`into` bins of as many training rows each; fewer where many rows hold the same number."""

    fitted: ClassVar[type[FittedStep]] = FittedBin

    columns: tuple[str, ...] = Field(default=(), description="all columns of numbers if not said")
    into: int = Field(default=8, ge=2, le=1000)

    def fit(
        self,
        columns: Mapping[str, Values],
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002 - bins are of rows alone
        seed: int,  # noqa: ARG002
    ) -> FittedBin:
        """Learn the quantiles of the numbers that are there.

        Raises:
            RecipeError: a column is not there or holds no numbers.
        """
        edges = {}
        for name in choosing.columns(self.columns, known, {Kind.NUMBER}, "bin"):
            there = columns[name][~np.isnan(columns[name])]
            shares = np.arange(1, self.into) / self.into
            found = np.unique(np.quantile(there, shares, method="lower")) if len(there) else np.zeros(0)
            edges[name] = tuple(found[found < there.max(initial=-np.inf)].tolist())
        return FittedBin(edges)


def _levels(edges: tuple[float, ...]) -> tuple[str, ...]:
    """The bins' names, the lowest first; as wide as each other, so that they sort as they stand."""
    width = len(str(len(edges) + 1))
    return tuple(f"{number:0{width}d}" for number in range(1, len(edges) + 2))
