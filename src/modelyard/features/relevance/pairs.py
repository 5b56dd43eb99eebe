"""What two columns say together beyond what each says by itself, on rows that it was not learnt from.

The target is answered by f(a) + g(b), least squares over the bins of both; then what is left is answered by the bins of
the two combined. The gain is how much smaller the squared errors of held-out rows become, as a share of the target's
variance: bins that learn noise make it negative. Its p-value is by the rows' paired differences, normal in the mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from modelyard.core.types import Floats, Ints
from modelyard.features import folding
from modelyard.features.relevance.additive import PENALTY


@dataclass(frozen=True)
class Gain:
    """A gain, and how often chance gives as much."""

    value: float
    p: float


@dataclass(frozen=True)
class Bench:
    """A target's `figures` [rows, outputs] and the `fold` [rows] of each row."""

    figures: Floats
    fold: Ints

    @classmethod
    def of(cls, target: Floats, figures: Floats, seed: int) -> Bench:
        """Deal the rows into folds."""
        return cls(figures, folding.dealt(target, folding.FOLDS, seed, "pairs"))

    def gain(self, first: Ints, second: Ints, both: Ints) -> Gain:
        """Of columns in bins [rows], and of what combines them in bins [rows]."""
        moved = np.zeros(len(self.fold))
        for number in range(int(self.fold.max(initial=-1)) + 1):
            learn, held = self.fold != number, self.fold == number
            if not learn.any():
                continue
            left = self.figures - _additive(first, second, self.figures, learn)
            more = _means(both, left, learn)
            moved[held] = ((left[held] ** 2) - (left[held] - more[held]) ** 2).sum(axis=1)
        spread = float(self.figures.var(axis=0).sum()) or 1.0
        error = float(moved.std(ddof=1)) / math.sqrt(len(moved)) if len(moved) > 1 else 0.0
        mean = float(moved.mean()) if len(moved) else 0.0
        p = 0.5 * math.erfc(mean / error / math.sqrt(2)) if error > 0 else 1.0
        return Gain(mean / spread, p)


def _additive(first: Ints, second: Ints, figures: Floats, learn: Ints) -> Floats:
    """Mean + f(a) + g(b) by the rows to `learn` from, by the counts of both columns' bins alone: [rows, outputs]."""
    sizes = int(first.max()) + 1, int(second.max()) + 1
    mean = figures[learn].mean(axis=0)
    rest = figures[learn] - mean
    table = np.bincount(first[learn] * sizes[1] + second[learn], minlength=sizes[0] * sizes[1]).reshape(sizes)
    moments = np.block([[np.diag(table.sum(axis=1)), table], [table.T, np.diag(table.sum(axis=0))]]).astype(np.float64)
    moments[np.diag_indices_from(moments)] += 1.0  # a row that says nothing, so that it can be solved
    sums = np.concatenate([_sums(first[learn], rest, sizes[0]), _sums(second[learn], rest, sizes[1])])
    weights = np.linalg.solve(moments, sums)
    return np.asarray(mean + weights[first] + weights[sizes[0] + second])


def _means(codes: Ints, figures: Floats, learn: Ints) -> Floats:
    """The mean of figures in each bin by the rows to `learn` from, drawn to zero: [rows, outputs]."""
    size = int(codes.max()) + 1
    rows = np.bincount(codes[learn], minlength=size)
    return np.asarray((_sums(codes[learn], figures[learn], size) / (rows + PENALTY)[:, None])[codes])


def _sums(codes: Ints, figures: Floats, size: int) -> Floats:
    """The sums of figures [rows, outputs] by bin: [bins, outputs]."""
    return np.stack([np.bincount(codes, column, minlength=size) for column in figures.T], axis=1)
