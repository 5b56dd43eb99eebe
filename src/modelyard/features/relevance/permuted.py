"""How much worse an additive model answers held-out rows with a column shuffled, beside chance (Altmann 2010).

Shuffling a column is reckoned, not drawn: over all shuffles, the mean squared error of y = rest + w grows by
2 cov(residual, w) + 2 var(w), with w the column's part of the answer to a row that was not learnt from. Chance is the
same model fitted to shuffled targets (PIMP); the share of these that gives a column as much is its p-value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events, seeds
from modelyard.features import folding
from modelyard.features.relevance.additive import Solver

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints
    from modelyard.features.relevance.binned import Binned

FEWEST, MOST = 400, 2000  # shuffled targets
AT_ONCE = 100  # that are fitted by one product


def p_values(rows: Binned, fdr: float, seed: int) -> tuple[Floats, Floats]:
    """The importance of each column as a share of the target's variance, and its p-value: both [columns]."""
    random = seeds.generator(seed, "permutation importance")
    shuffles = int(np.clip(4 * len(rows.names) / fdr, FEWEST, MOST))
    figures = (rows.figures - rows.figures.mean(axis=0)) / (rows.figures.std() or 1.0)
    fold = folding.dealt(rows.target, folding.FOLDS, seed, "permutation importance")
    parts = [_Part(rows, fold, number) for number in range(int(fold.max(initial=-1)) + 1)]
    seen = _importance(parts, figures)
    as_much = np.zeros(len(rows.names))
    for done in range(0, shuffles, AT_ONCE):
        some = min(AT_ONCE, shuffles - done)
        total = np.zeros((len(rows.names), some))
        orders = random.permuted(np.tile(np.arange(len(rows))[:, None], (1, some)), axis=0)
        for output in range(figures.shape[1]):
            total += sum(part.importance(figures[orders, output]) for part in parts) / len(parts)
        as_much += (total >= seen[:, None]).sum(axis=1)
        events.step("selecting", done + some, shuffles)
    return seen, (1.0 + as_much) / (1.0 + shuffles)


def _importance(parts: list[_Part], figures: Floats) -> Floats:
    """Of all outputs [rows, outputs] together: [columns]."""
    found = np.mean([part.importance(figures) for part in parts], axis=0)
    return np.asarray(found.sum(axis=1))


class _Part:
    """The rows of a fold, and a solver of the others."""

    def __init__(self, rows: Binned, fold: Ints, number: int) -> None:
        self.learn, self.held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        self.starts = rows.starts
        self.solver = Solver.of(rows.spread(self.learn))
        self.ones = rows.spread(self.held)
        self.shares = self.ones.mean(axis=0, dtype=np.float64)  # of the held-out rows in each bin

    def importance(self, targets: Floats) -> Floats:
        """Of each column, for each of some targets [rows, targets]: [columns, targets]."""
        weights = self.solver.weights(targets[self.learn])
        learnt = targets[self.learn].mean(axis=0) - self.solver.means @ weights
        residual = targets[self.held] - (self.ones @ weights.astype(np.float32)) - learnt
        together = (self.ones.T @ residual.astype(np.float32)) / len(self.held)  # [bins, targets]
        mean = self._summed(self.shares[:, None] * weights)
        variance = self._summed(self.shares[:, None] * weights**2) - mean**2
        covariance = self._summed(together * weights) - residual.mean(axis=0) * mean
        return np.asarray(2 * covariance + 2 * variance)

    def _summed(self, figures: Floats) -> Floats:
        return np.asarray(np.add.reduceat(figures, self.starts[:-1], axis=0))
