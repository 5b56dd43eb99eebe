"""What the levels of a category foretell: means of the target, out of fold for the rows that they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from modelyard.core.types import Floats

if TYPE_CHECKING:
    from modelyard.core.blocks import Codes
    from modelyard.core.types import Ints

FOLDS = 10


@dataclass(frozen=True)
class Levels:
    """For each level, the means of the target and from how many rows they are: `table` [levels, outputs + 1]."""

    table: Floats

    @classmethod
    def fit(cls, codes: Codes, target: Floats, weight: Floats, smoothing: float) -> Self:
        """Learn from `target` [rows, outputs] and `weight` [rows].

        A level's mean is drawn to that of all rows, as if that had been seen `smoothing` times (Micci-Barreca 2001,
        equation 3 with lambda n / (n + m)).
        """
        return cls(_table(_sums(codes, target, weight), smoothing, np.average(target, axis=0, weights=weight)))

    @property
    def width(self) -> int:
        """How many columns it makes."""
        return int(self.table.shape[1])

    def __call__(self, codes: Codes) -> Floats:
        """[rows, outputs + 1] float32."""
        return np.asarray(self.table[codes.codes])


def out_of_fold(codes: Codes, target: Floats, weight: Floats, smoothing: float, random: np.random.Generator) -> Floats:
    """What `Levels` would say of each row had it been fitted without the row's fold: [rows, outputs + 1] float32."""
    fold = random.permutation(len(codes)) % FOLDS
    prior = np.average(target, axis=0, weights=weight)
    whole = _sums(codes, target, weight)
    out = np.empty((len(codes), target.shape[1] + 1), np.float32)
    for number in range(FOLDS):
        rows = np.flatnonzero(fold == number)
        others = whole - _sums(codes.take(rows), target[rows], weight[rows])
        out[rows] = _table(others, smoothing, prior)[codes.codes[rows]]
    return out


def _sums(codes: Codes, target: Floats, weight: Floats) -> Floats:
    """The weighted sums of the target and of the rows, [levels, outputs + 1]."""
    of: Ints = codes.codes
    columns = [np.bincount(of, weights=weight * column, minlength=codes.levels) for column in (*target.T, 1.0)]
    return np.stack(columns, axis=1)


def _table(sums: Floats, smoothing: float, prior: Floats) -> Floats:
    rows = np.maximum(sums[:, -1:], 0.0)  # a difference of sums may fall short of nought
    means = (sums[:, :-1] + smoothing * prior) / (rows + smoothing)
    return np.hstack([means, rows]).astype(np.float32)
