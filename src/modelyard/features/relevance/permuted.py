"""How much worse an additive model answers held-out rows with a column shuffled, beside chance (Altmann 2010).

Shuffling is reckoned, not drawn: over all shuffles the squared error of a row y = rest + w grows, in the mean, by
d = 2 r (w - mean w) + (w - mean w)^2 + var w, with r what is left and w the column's part of the answer to a row that
was not learnt from. What is told is t = mean d / standard error of it, as errors are smaller where other columns tell
much. Chance is the same model fitted to shuffled targets (PIMP); the share of these that give as much is the p-value.
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
    """The importance of each column in standard errors, and its p-value: both [columns]."""
    random = seeds.generator(seed, "permutation importance")
    shuffles = int(np.clip(4 * len(rows.names) / fdr, FEWEST, MOST))
    figures = (rows.figures - rows.figures.mean(axis=0)) / (rows.figures.std() or 1.0)
    fold = folding.dealt(rows.target, folding.FOLDS, seed, "permutation importance")
    parts = [_Part(rows, fold, number) for number in range(int(fold.max(initial=-1)) + 1)]
    seen = importance(parts, figures[:, None, :])[:, 0]
    as_much = np.zeros(len(rows.names))
    for done in range(0, shuffles, AT_ONCE):
        some = min(AT_ONCE, shuffles - done)
        orders = random.permuted(np.tile(np.arange(len(rows))[:, None], (1, some)), axis=0)
        as_much += (importance(parts, figures[orders]) >= seen[:, None]).sum(axis=1)
        events.step("selecting", done + some, shuffles)
    return seen, (1.0 + as_much) / (1.0 + shuffles)


def importance(parts: list[_Part], targets: Floats) -> Floats:
    """In standard errors, of some targets [rows, targets, outputs]: [columns, targets]."""
    rows = sum(len(part.held) for part in parts)
    total, spread = (np.zeros((len(parts[0].sizes), targets.shape[1])) for _ in range(2))
    for output in range(targets.shape[2]):
        found = [part.grown(targets[:, :, output]) for part in parts]
        mean = np.sum([first for first, _ in found], axis=0) / rows
        total += mean
        spread += (np.sum([second for _, second in found], axis=0) / rows - mean**2) / rows
    return np.asarray(total / np.sqrt(np.maximum(spread, 1e-30)))


class _Part:
    """The rows of a fold, and a solver of the others."""

    def __init__(self, rows: Binned, fold: Ints, number: int) -> None:
        self.learn, self.held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        self.starts, self.sizes = rows.starts, rows.sizes
        self.solver = Solver.of(rows.spread(self.learn))
        self.ones = rows.spread(self.held)
        self.counts = self.ones.sum(axis=0, dtype=np.float64)[:, None]  # of the held-out rows in each bin

    def grown(self, targets: Floats) -> tuple[Floats, Floats]:
        """The sums of d and of d^2 over the held-out rows, for targets [rows, targets]: both [columns, targets]."""
        weights = self.solver.weights(targets[self.learn])
        learnt = targets[self.learn].mean(axis=0) - self.solver.means @ weights
        left = targets[self.held] - (self.ones @ weights.astype(np.float32)) - learnt
        sums, squares = (self.ones.T @ power.astype(np.float32) for power in (left, left**2))  # [bins, targets]
        rows = max(len(self.held), 1)
        apart = weights - self._each(self._summed(self.counts * weights) / rows)
        variance = self._each(self._summed(self.counts * apart**2) / rows)
        alone = apart**2 + variance  # what d is beside its part of r
        first = 2 * apart * sums + self.counts * alone
        second = 4 * apart**2 * squares + 4 * apart * alone * sums + self.counts * alone**2
        return self._summed(first), self._summed(second)

    def _summed(self, figures: Floats) -> Floats:
        """Over the bins of each column: [columns, targets]."""
        return np.asarray(np.add.reduceat(figures, self.starts[:-1], axis=0))

    def _each(self, figures: Floats) -> Floats:
        """A column's figure at each of its bins: [bins, targets]."""
        return np.repeat(figures, self.sizes, axis=0)
