"""How often a column is among the few that are taken, over halves of the rows (Meinshausen and Buehlmann 2010).

On each half of the rows, q columns are taken one by one, each the one that explains most of what is left (forward
selection by groups of bins). A column is kept that is taken on a share of at least pi of the halves; then at most
q^2 / ((2 pi - 1) p) of p columns are kept falsely, in expectation (theorem 1), and q follows from how many may be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events, seeds
from modelyard.features.relevance.additive import Solver

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints
    from modelyard.features.relevance.binned import Binned

HALVES = 50  # pairs of them: each draw gives two that share no row (Shah and Samworth 2013)


def taken(columns: int, threshold: float, falsely: float) -> int:
    """How many columns q are taken on each half, so that at most so many are kept falsely."""
    return max(min(math.floor(math.sqrt(falsely * (2 * threshold - 1) * columns)), columns), 1)


def shares(rows: Binned, threshold: float, falsely: float, seed: int) -> Floats:
    """The share of the halves on which each column is taken: [columns]."""
    most = taken(len(rows.names), threshold, falsely)
    random, found = seeds.generator(seed, "stability"), np.zeros(len(rows.names))
    ones, figures = rows.spread(), rows.figures
    for done in range(HALVES):
        order = random.permutation(len(rows))
        half = len(rows) // 2
        for some in (order[:half], order[half : 2 * half]):
            found[_forward(ones[some], figures[some], rows.starts, most)] += 1.0
        events.step("selecting", done + 1, HALVES)
    return found / (2 * HALVES)


def _forward(ones: Floats, figures: Floats, starts: Ints, most: int) -> Ints:
    """The first columns that are taken: at most `most`, fewer where nothing is left to explain."""
    residual = figures - figures.mean(axis=0)
    counts = np.maximum(ones.sum(axis=0, dtype=np.float64), 1.0)
    bins = np.add.reduceat((ones.any(axis=0)).astype(np.float64), starts[:-1])
    columns: list[int] = []
    for _ in range(most):
        sums = (ones.T @ residual.astype(np.float32)).astype(np.float64)
        explained = np.add.reduceat((sums**2).sum(axis=1) / counts, starts[:-1])
        chance = float((residual**2).sum()) / max(len(ones), 1) * np.maximum(bins - 1, 0)  # what noise explains
        gain = np.where(bins > 1, (explained - chance) / np.sqrt(np.maximum(bins - 1, 1)), -np.inf)
        gain[columns] = -np.inf
        best = int(gain.argmax())
        if not np.isfinite(gain[best]):
            break
        columns.append(best)
        some = np.concatenate([np.arange(starts[column], starts[column + 1]) for column in columns])
        solver = Solver.of(ones[:, some])
        weights = solver.weights(figures)
        residual = figures - figures.mean(axis=0) - (ones[:, some] - solver.means) @ weights
    return np.array(columns, dtype=np.int64)
