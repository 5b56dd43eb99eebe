"""What two columns say together: numbers multiplied, added and subtracted, categories crossed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from modelyard.core import events
from modelyard.core.errors import RecipeError
from modelyard.core.featuring import FittedStep, Noted, State, Step
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import choosing
from modelyard.features.crossing import LEVELS, Crossing
from modelyard.features.relevance import binned, rates
from modelyard.features.relevance.pairs import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

By: TypeAlias = Literal["product", "difference", "sum"]
CHANCE = 0.05  # share of the pairs that are found which say no more together than apart
WIDEST = 32  # columns of a sort whose pairs are all tried


@dataclass(frozen=True)
class FittedInteract(FittedStep, Noted):
    """The pairs, and what is told of how they were found."""

    crossings: tuple[Crossing, ...]
    told: tuple[str, ...] = ()

    def __call__(self, columns: Mapping[str, Values]) -> dict[str, Values]:
        """Values [rows] of each column, and of each pair."""
        return {**columns, **{crossing.name: crossing(columns) for crossing in self.crossings}}

    @property
    def made(self) -> tuple[Column, ...]:
        """A column a pair."""
        return tuple(crossing.column for crossing in self.crossings)

    @property
    def notes(self) -> tuple[str, ...]:
        """Which pairs were found."""
        return self.told

    def state(self) -> State:
        """The pairs, and what is told."""
        return {"crossings": [[one.first, one.second, one.how] for one in self.crossings], "told": list(self.told)}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the pairs."""
        kept: Any = state
        return cls(tuple(Crossing(*one) for one in kept["crossings"]), tuple(kept["told"]))


@part
class Interact(Step):
    """The two columns of `of`; else (`pairs: auto`) at most `most` pairs that say more together than apart.

    Numbers are combined `by` arithmetic; categories and truth values become one category of their levels. Pairs are
    found on held-out folds of the training rows (`features.relevance.pairs`).
    """

    fitted: ClassVar[type[FittedStep]] = FittedInteract

    of: tuple[str, str] | None = None
    pairs: Literal["auto"] | None = None
    by: tuple[By, ...] = Field(default=("product",), min_length=1, description="how numbers are combined")
    columns: tuple[str, ...] = Field(default=(), description="those whose pairs are tried; all if not said")
    most: int = Field(default=10, ge=1, le=1000, description="pairs that are added at most")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.of is not None and self.pairs is not None:
            raise ValueError("say of: [a, b], or pairs: auto, and not both")
        if self.of is not None and self.of[0] == self.of[1]:
            raise ValueError("of names two columns that differ")
        if self.columns and self.of is not None:
            raise ValueError("columns are for pairs: auto")
        return self

    def fit(
        self, columns: Mapping[str, Values], known: Mapping[str, Column], target: Floats | None, seed: int
    ) -> FittedInteract:
        """Look that the two can be combined, or look for pairs.

        Raises:
            RecipeError: a column is not there, or the two are of kinds that cannot be combined; a name is taken.
        """
        if self.of is not None:
            fitted = FittedInteract(tuple(self._ways(*self.of, known)))
        elif target is None:
            raise RecipeError("needs a target to find pairs by", "prepare: interact", "say of: [a, b]")
        else:
            fitted = self._found(columns, known, target, seed)
        choosing.fresh([column.name for column in fitted.made], known, "interact")
        return fitted

    def _ways(self, first: str, second: str, known: Mapping[str, Column]) -> Iterator[Crossing]:
        """How two columns can be combined."""
        choosing.columns([first, second], known, LEVELS | {Kind.NUMBER}, "interact")
        kinds = {known[first].kind, known[second].kind}
        if kinds <= LEVELS:
            yield Crossing(first, second, "levels")
        elif kinds == {Kind.NUMBER}:
            yield from (Crossing(first, second, how) for how in self.by)
        else:
            hint = "cut the number into bins before: {step: bin, columns: [...]}"
            raise RecipeError(f"'{first}' and '{second}' are a number and a category", "prepare: interact", hint)

    def _found(
        self, columns: Mapping[str, Values], known: Mapping[str, Column], target: Floats, seed: int
    ) -> FittedInteract:
        asked = choosing.columns(self.columns, known, LEVELS | {Kind.NUMBER}, "interact")
        rows = binned.of(asked, columns, known, target, seed)
        bench = Bench.of(rows.target, rows.figures, seed)
        tried = [one for sort in (LEVELS, {Kind.NUMBER}) for one in self._tried(asked, known, sort)]
        gains = []
        held = {name: columns[name][rows.rows] for crossing in tried for name in (crossing.first, crossing.second)}
        for done, crossing in enumerate(tried):
            first, second = (rows.codes[:, rows.names.index(name)] for name in (crossing.first, crossing.second))
            gains.append(bench.gain(first, second, binned.codes(crossing(held), crossing.column.kind, 2 * binned.BINS)))
            events.step("pairing", done + 1, len(tried))
        q = rates.adjusted(np.array([gain.p for gain in gains]))
        order = sorted(range(len(tried)), key=lambda place: (-gains[place].value, place))
        kept = [place for place in order if q[place] <= CHANCE and gains[place].value > 0][: self.most]
        told = ", ".join(f"{tried[place].name} ({gains[place].value:.1%} of the variance)" for place in kept)
        head = f"interact: of {len(tried)} pairs {len(kept)} say more together than apart"
        return FittedInteract(tuple(tried[place] for place in kept), (f"{head}: {told}" if kept else head,))

    def _tried(self, asked: list[str], known: Mapping[str, Column], sort: Any) -> Iterator[Crossing]:  # noqa: ANN401
        """Every pair of the first columns of a sort, in every way."""
        for first, second in combinations([name for name in asked if known[name].kind in sort][:WIDEST], 2):
            yield from self._ways(first, second, known)
