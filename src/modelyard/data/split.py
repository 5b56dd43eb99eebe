"""Rows dealt out to train, valid and test by one seed: no row in two parts, every class in training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.errors import DataError
from modelyard.core.seeds import generator
from modelyard.core.types import Floats, Ints, Parts, Task
from modelyard.data.read import Rows, target_values, weight_values

if TYPE_CHECKING:
    from modelyard.recipe.schema import SplitSpec


def split(rows: Rows, how: SplitSpec, seed: int) -> Parts:
    """The three parts; those that the recipe gives as files stay as they are, the rest is taken from train.

    Raises:
        DataError: too few rows for three parts.
    """
    by = how.by or ("stratified" if rows.task.classifies else "random")
    table = rows.train
    strata = target_values(table, rows.task) if by == "stratified" and rows.task.classifies else _one(len(table))
    if by == "stratified" and not rows.task.classifies:
        strata = _bands(target_values(table, Task.REGRESSION))
    shares = (0.0 if rows.test else how.test, 0.0 if rows.valid else how.valid)
    part = deal(strata, shares, generator(seed, "split"))
    if rows.task.classifies:
        learn_of_each(part, target_values(table, rows.task), np.arange(len(table)))
    train, test, valid = (np.flatnonzero(part == number) for number in (0, 1, 2))
    parts = Parts(
        train=table.take(train),
        valid=rows.valid or table.take(valid),
        test=rows.test or table.take(test),
    )
    for name, found in (("train", parts.train), ("valid", parts.valid), ("test", parts.test)):
        if len(found) == 0:
            raise DataError(f"the split leaves no row for {name}", "split", "add rows or change the shares")
        weight = weight_values(found)
        if weight is not None and not bool((weight > 0).any()):
            raise DataError(f"every row of {name} has weight zero", "split", "give more rows a weight")
    return parts


def deal(strata: Ints, shares: tuple[float, ...], random: np.random.Generator) -> Ints:
    """A part for each row, [rows] int: 0 keeps what the `shares` of parts 1, 2, ... leave.

    Each stratum is dealt in proportion; remainders go where the whole falls short, so that the parts' sizes come out as
    asked to the row. A stratum keeps a row in part 0 as long as it has one.

    >>> deal(np.array([0] * 8 + [1] * 2), (0.2, 0.2), np.random.default_rng(1)).tolist().count(0)
    6
    """
    rows = len(strata)
    part = np.zeros(rows, dtype=np.int64)
    order = random.permutation(rows)
    grouped = order[np.argsort(strata[order], kind="stable")]  # strata one after the other, shuffled inside
    # Walking down the grouped rows, a part takes a row each time its running share passes a whole number.
    taken = np.zeros(rows, dtype=bool)
    for number, share in enumerate(shares, 1):
        free = np.flatnonzero(~taken)
        wanted = round(share * rows)
        if wanted == 0:
            continue
        quota = (np.arange(len(free)) * wanted) // len(free)
        first = np.concatenate([[True], np.diff(quota) > 0])
        # the last row of each run between two whole numbers, so that single rows of small strata stay in part 0
        chosen = free[np.concatenate([np.flatnonzero(first)[1:] - 1, [len(free) - 1]])]
        part[grouped[chosen]] = number
        taken[chosen] = True
    learn_of_each(part, strata, order)
    return part


def learn_of_each(part: Ints, strata: Ints, order: Ints) -> None:
    """Take a row of each stratum that has none there to part 0, in place; rows are tried in an `order`.

    The part that gives it up takes one of the stratum that has the most in part 0, as long as any has two.
    """
    for one in np.setdiff1d(strata, strata[part == 0]):
        back = order[strata[order] == one][0]
        left, part[back] = part[back], 0
        learnt, counts = np.unique(strata[part == 0], return_counts=True)
        if counts.max() > 1:
            most = learnt[counts.argmax()]
            part[order[(strata[order] == most) & (part[order] == 0)][0]] = left


def _one(rows: int) -> Ints:
    return np.zeros(rows, dtype=np.int64)


def _bands(target: Floats) -> Ints:
    """Ten bands of a number, so that each part has its share of small and large ones."""
    edges = np.quantile(target, np.linspace(0, 1, 11)[1:-1])
    bands: Ints = np.asarray(np.searchsorted(edges, target))
    return bands
