"""What a column tells of the target by itself: mutual information, and how often chance gives as much.

I = sum p(x, y) ln(p(x, y) / (p(x) p(y))), by counts in bins. Chance is the same columns beside a shuffled target: the
share of shuffles that give as much is a p-value that is exact (Phipson and Smyth 2010, with the one that is added).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events, seeds
from modelyard.features.relevance import binned

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints
    from modelyard.features.relevance.binned import Binned

FEWEST, MOST = 400, 4000  # shuffles: as many as tell a p-value from its neighbour among so many columns
OUTCOMES = 5  # bins of a target of numbers
AT_ONCE = 64  # shuffles that are counted by one product


def p_values(rows: Binned, fdr: float, seed: int) -> tuple[Floats, Floats]:
    """The mutual information of each column in nats, and its p-value: both [columns]."""
    outcomes = _outcomes(rows.target)
    random, ones = seeds.generator(seed, "mutual information"), rows.spread()
    shuffles = int(np.clip(4 * len(rows.names) / fdr, FEWEST, MOST))
    seen = information(ones, outcomes[:, None], rows.starts)[:, 0]
    as_much, done = np.zeros(len(rows.names)), 0
    while done < shuffles:
        some = min(AT_ONCE, shuffles - done)
        drawn = random.permuted(np.tile(outcomes[:, None], (1, some)), axis=0)
        as_much += (information(ones, drawn, rows.starts) >= seen[:, None] - 1e-9).sum(axis=1)
        done += some
        events.step("selecting", done, shuffles)
    return seen, (1.0 + as_much) / (1.0 + shuffles)


def information(ones: Floats, outcomes: Ints, starts: Ints) -> Floats:
    """Of each column and each of some targets `outcomes` [rows, targets]: [columns, targets] in nats.

    `ones` [rows, bins] are the columns' bins side by side, each column's from `starts` on.
    """
    rows, targets = outcomes.shape
    total = np.zeros((ones.shape[1], targets))
    whole = np.zeros(targets)
    for outcome in range(int(outcomes.max(initial=0)) + 1):
        here = (outcomes == outcome).astype(np.float32)
        total += _entropic(ones.T @ here)
        whole += _entropic(here.sum(axis=0, dtype=np.float64))
    bins = _entropic(ones.sum(axis=0, dtype=np.float64))
    summed = np.add.reduceat(total - bins[:, None], starts[:-1], axis=0)
    return np.asarray((summed - whole) / rows + np.log(rows))


def _entropic(counts: Floats) -> Floats:
    """N ln n, zero of none."""
    exact = np.rint(counts).astype(np.float64)
    return exact * np.log(np.maximum(exact, 1.0))


def _outcomes(target: Floats) -> Ints:
    """The target as a few outcomes: its classes, or where it is of numbers their quantiles."""
    return binned.quantiles(target, OUTCOMES) if target.dtype.kind == "f" else target.astype(np.int64)
