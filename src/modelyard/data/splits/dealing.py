"""Rows dealt out one by one in proportion to their strata, a row of each stratum to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from modelyard.core.types import Floats, Ints

WIDE = 1 << 16  # strata


def deal(strata: Ints, shares: tuple[float, ...], random: np.random.Generator) -> Ints:
    """A part for each row, [rows] int: 0 keeps what the `shares` of parts 1, 2, ... leave.

    Each stratum is dealt in proportion; remainders go where the whole falls short, so that the parts' sizes come out as
    asked to the row. A stratum keeps a row in part 0 as long as it has one.

    >>> deal(np.array([0] * 8 + [1] * 2), (0.2, 0.2), np.random.default_rng(1)).tolist().count(0)
    6
    """
    order = random.permutation(len(strata))
    narrow = strata.astype(np.uint16) if int(strata.max(initial=0)) < WIDE else strata  # which is sorted much faster
    grouped = order[np.argsort(narrow[order], kind="stable")]  # strata one after the other, shuffled inside
    part = walked(grouped, shares)
    learn_of_each(part, strata, order)
    return part


def walked(grouped: Ints, shares: tuple[float, ...]) -> Ints:
    """A part for each row, as `deal` gives it, for rows that stand in an order: [rows] int, each once."""
    rows = len(grouped)
    part = np.zeros(rows, dtype=np.int64)
    # Walking down the grouped rows, a part takes a row each time its running share passes a whole number.
    taken = np.zeros(rows, dtype=bool)
    for number, share in enumerate(shares, 1):
        free = np.flatnonzero(~taken)
        wanted = min(round(share * rows), len(free))
        if wanted == 0:
            continue
        quota = (np.arange(len(free)) * wanted) // len(free)
        first = np.concatenate([[True], np.diff(quota) > 0])
        # the last row of each run between two whole numbers, so that single rows of small strata stay in part 0
        chosen = free[np.concatenate([np.flatnonzero(first)[1:] - 1, [len(free) - 1]])]
        part[grouped[chosen]] = number
        taken[chosen] = True
    return part


def learn_of_each(part: Ints, strata: Ints, order: Ints) -> None:
    """Take a row of each stratum that has none there to part 0, in place; rows are tried in an `order`.

    The part that gives it up takes one of the stratum that has the most in part 0, as long as any has two.
    """
    for one in lacking(strata, part == 0):
        back = order[strata[order] == one][0]
        left, part[back] = part[back], 0
        learnt, counts = np.unique(strata[part == 0], return_counts=True)
        if counts.max() > 1:
            most = learnt[counts.argmax()]
            part[order[(strata[order] == most) & (part[order] == 0)][0]] = left


def lacking(strata: Ints, there: npt.NDArray[np.bool_]) -> Ints:
    """The strata, numbers from 0 on [rows], that none of the rows `there` [rows] has, in order."""
    counts = np.bincount(strata)
    return np.flatnonzero((counts > 0) & (np.bincount(strata[there], minlength=len(counts)) == 0))


def bands(target: Floats) -> Ints:
    """Ten bands of a number, so that each part has its share of small and large ones: [rows]."""
    edges = np.quantile(target, np.linspace(0, 1, 11)[1:-1])
    found: Ints = np.asarray(np.searchsorted(edges, target))
    return found
