"""What is missing filled, and flagged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from modelyard.core.errors import Problems, RecipeError
from modelyard.core.featuring import FittedStep, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.data import values
from modelyard.features import chaining, choosing
from modelyard.features.filling import Chained, Fill, Guess, gaps_of, numbers

KINDS = frozenset({Kind.NUMBER, Kind.CATEGORY, Kind.BOOLEAN, Kind.TIME})
Way = Literal["constant", "median", "mean", "most_frequent", "model"]


@dataclass(frozen=True)
class FittedImpute(FittedStep):
    """What stands for a missing value of each column, and the flags of those that training knew to miss some."""

    chained: Chained
    flags: Mapping[str, str]  # column -> the flag's name
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each, without gaps, and the flags behind them."""
        gaps = gaps_of(columns, list(self.chained.guesses))
        whole = self.chained(columns, gaps) if any(gap.any() for gap in gaps.values()) else dict(columns)
        return whole | {flag: gaps[name].astype(np.float64) for name, flag in self.flags.items()}

    @property
    def made(self) -> tuple[Column, ...]:
        """The flags."""
        return tuple(
            Column(flag, Kind.BOOLEAN, nullable=False, storage="boolean", reason=f"whether {name} was missing")
            for name, flag in self.flags.items()
        )

    def state(self) -> State:
        """The guesses and the flags."""
        return {**self.chained.state(), "flags": [list(pair) for pair in self.flags.items()]}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the guesses and the flags."""
        kept: Any = state
        return cls(Chained.restore(kept), {str(name): str(flag) for name, flag in kept["flags"]})


@part
class Impute(Step):
    """Missing values are filled by what training rows show: one value a column, or by a `model` from the other columns.

    The median and the mean of a category or a truth value is its most frequent one. `model` is linear regression of
    numbers and times and logistic regression of the others, each column from all others, in chained equations.
    """

    fitted: ClassVar[type[FittedStep]] = FittedImpute

    by: Way = "median"
    value: float | bool | str | None = Field(default=None, description="what `by: constant` fills in")
    columns: tuple[str, ...] = Field(default=(), description="numbers, categories, truth values and times if not said")
    flag: bool = Field(default=True, description="a column of its own tells where values were missing, if any were")

    @model_validator(mode="after")
    def _says_its_value(self) -> Self:
        if (self.by == "constant") != (self.value is not None):
            raise ValueError("by: constant needs a value, and nothing else takes one")
        return self

    def fit(
        self,
        columns: Mapping[str, Values],
        known: Mapping[str, Column],
        target: Floats | None,  # noqa: ARG002 - a row that is answered has none
        seed: int,
    ) -> FittedImpute:
        """Learn from the values that are there; a column that holds none stays as it is, but for a constant.

        Raises:
            RecipeError: a column is not there or of a kind that is not filled, or the value is none of it.
        """
        names = choosing.columns(self.columns, known, KINDS, "impute")
        counts = {name: int(values.missing(columns[name]).sum()) for name in names}
        usual = self._constants(names, known) if self.by == "constant" else self._usual(names, columns, known)
        if self.by == "model":
            chained = chaining.fit(columns, known, usual, seed)
        else:
            chained = Chained({}, {name: Guess(known[name].kind, fill) for name, fill in usual.items()}, 0)
        taken, flags = set(known), dict[str, str]()
        for name in usual if self.flag else ():
            if counts[name]:
                flags[name] = _free(f"{name} is missing", taken)
                taken.add(flags[name])
        told = ", ".join(f"{counts[name]} of {name}" for name in usual if counts[name])
        return FittedImpute(chained, flags, (f"missing values were filled by {self.by}: {told}",) if told else ())

    def _usual(self, names: list[str], columns: Mapping[str, Values], known: Mapping[str, Column]) -> dict[str, Fill]:
        there = {name: columns[name][~values.missing(columns[name])] for name in names}
        return {name: _middle(kept, known[name].kind, self.by) for name, kept in there.items() if len(kept)}

    def _constants(self, names: list[str], known: Mapping[str, Column]) -> dict[str, Fill]:
        found, fills = Problems(RecipeError), dict[str, Fill]()
        for name in names:
            try:
                fill = values.READERS[known[name].kind](self.value)
            except ValueError as error:
                found.add(f"the value does not fit the column '{name}': {error}", "prepare: impute", "name its columns")
                continue
            fills[name] = int(fill.astype(np.int64)) if known[name].kind is Kind.TIME else fill
        found.raise_any()
        return fills


def _middle(there: Values, kind: Kind, by: Way) -> Fill:
    """What stands for the values of a column."""
    if by == "most_frequent" or kind in {Kind.CATEGORY, Kind.BOOLEAN}:
        counted = Counter(numbers(there).tolist() if kind is not Kind.CATEGORY else there.tolist())
        most = max(counted.values())
        found: Any = min(value for value, count in counted.items() if count == most)
    else:
        found = float(np.mean(numbers(there)) if by == "mean" else np.median(numbers(there)))
    return int(found) if kind is Kind.TIME else found


def _free(name: str, taken: set[str]) -> str:
    """A name that no column has."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free
