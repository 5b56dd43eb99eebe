"""Rows dealt into folds in the sense of their split: each is measured on once, by a model that has not seen it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.types import Ints, Parts, Table
from modelyard.data.split import check
from modelyard.data.splits import dealing, timed, units
from modelyard.data.splits.given import apart
from modelyard.data.splits.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.data.read import Rows
    from modelyard.recipe.schema import SplitSpec

LEARNT, HELD, CHOSEN_BY, LEFT_OUT = 0, 1, 2, -1


@dataclass(frozen=True)
class Folds:
    """The rows of a table, and for each fold what becomes of them: learnt from, held out, chosen by, left out [rows].

    Of `repeats`, one's folds stand after the other's; `by` is how rows are dealt. A valid part that the recipe gives is
    that of every fold.
    """

    by: str
    table: Table
    valid: Table | None
    dealt: tuple[Ints, ...]
    repeats: int

    def __len__(self) -> int:
        """How many fits there are."""
        return len(self.dealt)

    @property
    def each(self) -> int:
        """How many folds a repeat has."""
        return len(self.dealt) // self.repeats

    def parts(self, place: int) -> Parts:
        """The parts of one fold; what is held out is its test.

        Raises:
            DataError: one of them has no row that counts.
        """
        learnt, held, chosen_by = (self.rows(place, number) for number in (LEARNT, HELD, CHOSEN_BY))
        parts = Parts(self.table.take(learnt), self.valid or self.table.take(chosen_by), self.table.take(held))
        check(parts)
        return parts

    def rows(self, place: int, number: int = HELD) -> Ints:
        """The rows of one fold that are held out, or of another sort."""
        return np.flatnonzero(self.dealt[place] == number)

    def seen(self, place: int) -> int:
        """How many rows a fit may see."""
        return int(np.isin(self.dealt[place], (LEARNT, CHOSEN_BY)).sum()) + (
            0 if self.valid is None else len(self.valid)
        )


def folds(rows: Rows, how: SplitSpec, seed: int) -> Folds | None:
    """The folds that a recipe asks for, over the rows that are split; a test that it gives stays out of them.

    Raises:
        DataError: there are too few rows, groups or moments, or a class would not be learnt.
    """
    if how.folds is None:
        return None
    rows, _ = apart(rows, how)
    pool = Pool.of(rows, how)
    share = 0.0 if rows.valid else how.valid / (1 - (0.0 if rows.test else how.test))
    dealt = []
    for place, outer in enumerate(_outer(pool, how.folds, how.repeats, seed)):
        inner = np.flatnonzero(outer == LEARNT)
        if share:
            chosen = pool.take(inner).deal((0.0, share), seed, "folds", str(place))
            outer[inner] = chosen.part
        dealt.append(outer)
    by = how.by or ("stratified" if rows.task.classifies else "random")
    found = Folds(by, rows.train, rows.valid, tuple(dealt), how.repeats)
    for place in range(len(found)):
        check(found.parts(place))
    return found


def _outer(pool: Pool, count: int, repeats: int, seed: int) -> Iterator[Ints]:
    """For each fold what is learnt from and what is held out: [rows]."""
    if pool.when is not None:
        yield from (pool.in_order(part).part for part in timed.windows(pool.when, count, pool.gap))
        return
    together = units.joined((*pool.groups, *pool.same), len(pool)) if pool.groups or pool.same else None
    for repeat in range(repeats):
        dealt = pool.deal((1 / count,) * (count - 1), seed, "folds", f"repeat {repeat}").part
        for number in range(count):
            yield _learnable(np.where(dealt == number, HELD, LEARNT), pool.classes, together)


def _learnable(part: Ints, classes: Ints | None, together: Ints | None) -> Ints:
    """With a row of each class to learn from, and what must be with it."""
    missing = np.empty(0, int) if classes is None else dealing.lacking(classes, part == LEARNT)
    for one in missing:
        row = np.flatnonzero(classes == one)[0]
        part[row if together is None else together == together[row]] = LEARNT
    return part
