"""What stands for a missing value: one value a column, or what the other columns say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.core.types import Floats, Json, Kind, Values
from modelyard.data import values

REACH = 10.0  # standard deviations within which a number is looked at
Fill = float | int | str  # a number, a truth value as 0 or 1, microseconds since 1970, a level


@dataclass(frozen=True)
class Look:
    """How a column is looked at by the others: a number on one scale, a category as 0 and 1 for each of its levels."""

    kind: Kind
    centre: float = 0.0
    scale: float = 1.0
    levels: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many numbers it makes of a value."""
        return len(self.levels) if self.kind is Kind.CATEGORY else 1

    def __call__(self, column: Values) -> list[Floats]:
        """Values [rows] to `width` times [rows] float64; what is missing is in the middle."""
        if self.kind is Kind.CATEGORY:
            return [(column == level).astype(np.float64) for level in self.levels]
        scaled = ((numbers(column) - self.centre) / self.scale).clip(-REACH, REACH)
        return [np.where(np.isnan(scaled), 0.0, scaled)]


@dataclass(frozen=True)
class Guess:
    """What the other columns say of one: a number by a linear function, or the likeliest of its `levels`.

    `weights` are [outputs, looks], one output for a number; `usual` stands where there is no function.
    """

    kind: Kind
    usual: Fill
    weights: tuple[tuple[float, ...], ...] = ()
    bias: tuple[float, ...] = ()
    levels: tuple[Fill, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    step: float = 0.0  # numbers are multiples of it: whole days, where all moments are at midnight

    def __call__(self, looks: Sequence[Floats]) -> Values:
        """What [rows] are guessed from each column's looks [rows]."""
        rows = len(looks[0])
        # Sums by one look after the other: a product of matrices rounds one row otherwise than many.
        told = np.empty((len(self.bias), rows))
        for place, (bias, weights) in enumerate(zip(self.bias, self.weights, strict=True)):
            told[place] = bias
            for weight, look in zip(weights, looks, strict=True):
                if weight:
                    told[place] += weight * look
        if self.levels:
            best = np.argmax(told, axis=0)
            return filled(np.array([self.levels[each] for each in best.tolist()], dtype=object), self.kind)
        found = told[0].clip(self.low, self.high)
        return filled(np.round(found / self.step) * self.step if self.step else found, self.kind)


@dataclass(frozen=True)
class Chained:
    """Guesses that are made of each other: first the usual values, then each column from all others, over and over."""

    looks: Mapping[str, Look]
    guesses: Mapping[str, Guess]
    rounds: int

    def __call__(self, columns: Mapping[str, Values], gaps: Mapping[str, Values]) -> dict[str, Values]:
        """The columns with their `gaps` [rows] bool filled."""
        some = np.logical_or.reduce(list(gaps.values()))
        part = {name: columns[name][some] for name in {**self.looks, **gaps}}
        holes = {name: gap[some] for name, gap in gaps.items() if gap.any()}
        for name, hole in holes.items():
            put(part[name], hole, self.guesses[name].usual)
        for _ in range(self.rounds if any(self.guesses[name].bias for name in holes) else 0):
            for name, hole in holes.items():
                guess = self.guesses[name]
                if guess.bias:
                    seen = self.looked({column: part[column][hole] for column in self.looks})
                    part[name][hole] = guess(seen)
        out = dict(columns)
        for name in holes:
            out[name] = columns[name].copy()
            out[name][some] = part[name]
        return out

    def looked(self, columns: Mapping[str, Values]) -> list[Floats]:
        """All looks, one column's after the other."""
        return [seen for name, look in self.looks.items() for seen in look(columns[name])]

    def state(self) -> dict[str, Json]:
        """JSON; lists, as the order counts."""
        looks: list[Json] = [
            [name, str(look.kind), look.centre, look.scale, list(look.levels)] for name, look in self.looks.items()
        ]
        guesses: list[Json] = [[name, _kept(guess)] for name, guess in self.guesses.items()]
        return {"looks": looks, "guesses": guesses, "rounds": self.rounds}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Chained:
        """From JSON."""
        looks = {name: Look(Kind(k), float(c), float(s), tuple(ls)) for name, k, c, s, ls in state["looks"]}
        return cls(looks, {name: _restored(kept) for name, kept in state["guesses"]}, int(state["rounds"]))


def numbers(column: Values) -> Floats:
    """Numbers, truth values and moments as float64 [rows] with NaN; moments as microseconds since 1970."""
    if column.dtype.kind != "M":
        return column
    return np.where(np.isnat(column), np.nan, column.astype(np.int64).astype(np.float64))


def filled(column: Values, kind: Kind) -> Values:
    """What stands for values, as a column of this kind holds them."""
    if kind is Kind.CATEGORY:
        return column
    whole = column.astype(np.float64)
    return whole.astype(np.int64).astype("datetime64[us]") if kind is Kind.TIME else whole


def put(column: Values, gap: Values, fill: Fill) -> None:
    """Write what stands for a value into the gaps [rows] bool of a column."""
    column[gap] = np.datetime64(int(fill), "us") if column.dtype.kind == "M" else fill


def gaps_of(columns: Mapping[str, Values], names: Sequence[str]) -> dict[str, Values]:
    """Where values are missing: [rows] bool of each column."""
    return {name: values.missing(columns[name]) for name in names}


def _kept(guess: Guess) -> dict[str, Json]:
    bounds: list[Json] = [guess.low, guess.high] if np.isfinite([guess.low, guess.high]).all() else []
    return {
        "kind": str(guess.kind),
        "usual": guess.usual,
        "weights": [list(row) for row in guess.weights],
        "bias": list(guess.bias),
        "levels": list(guess.levels),
        "bounds": bounds,
        "step": guess.step,
    }


def _restored(kept: Mapping[str, Any]) -> Guess:
    low, high = kept["bounds"] or (-np.inf, np.inf)
    weights, bias = tuple(tuple(map(float, row)) for row in kept["weights"]), tuple(map(float, kept["bias"]))
    usual, levels = kept["usual"], tuple(kept["levels"])
    return Guess(Kind(kept["kind"]), usual, weights, bias, levels, float(low), float(high), float(kept["step"]))
