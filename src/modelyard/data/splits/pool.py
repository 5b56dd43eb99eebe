"""The rows that are dealt out, as far as a split looks at them; dealt into parts, and into folds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelyard.core.errors import DataError
from modelyard.core.seeds import generator
from modelyard.core.types import Ints, Table, Task
from modelyard.data.read import Rows, target_values
from modelyard.data.splits import alike, dealing, timed, units
from modelyard.data.splits.timed import LEFT_OUT, Moments
from modelyard.data.splits.units import Units
from modelyard.recipe.schema import SplitSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


LEAST = 0.5  # of the rows asked for, that a part must get for copies to be kept together; and keep, to lose them
NEAR = 0.9  # of the rows asked for, that a part must have after copies have moved
ALIKE = "the same features as others"


@dataclass(frozen=True)
class Dealt:
    """A part for each row, [rows] int: 0 is learnt from, 1, 2, ... are the others, -1 is left out; and what to tell."""

    part: Ints
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pool:
    """Rows by `strata` [rows] that are dealt in proportion, and `classes` [rows] of which each must be learnt.

    `groups` and `same` hold numbers [rows], -1 where a row has none: rows that share one are never in two parts, of
    `same` as far as that can be. `when` are moments [rows] for an order of time.
    """

    how: SplitSpec
    strata: Ints
    classes: Ints | None
    groups: tuple[Ints, ...]
    same: tuple[Ints, ...]
    when: Moments | None = None

    @classmethod
    def of(cls, rows: Rows, how: SplitSpec) -> Pool:
        """The rows of `train`, all of which have a moment where there is an order of time."""
        table = rows.train
        classes = target_values(table, rows.task) if rows.task.classifies else None
        same = (alike.copied([table]), *([] if rows.copies is None else [rows.copies]))
        return cls(
            how,
            _strata(table, classes, how),
            classes,
            tuple(alike.codes([column(table, name, "group")]) for name in grouping(how)),
            tuple(key for key in same if (key >= 0).any()),
            timed.moments(table, how.column[0])[0] if how.by == "time" else None,
        )

    def __len__(self) -> int:
        """How many rows."""
        return len(self.strata)

    def take(self, rows: Ints) -> Pool:
        """Some of the rows: [rows] int."""
        return replace(
            self,
            strata=self.strata[rows],
            classes=None if self.classes is None else self.classes[rows],
            groups=tuple(key[rows] for key in self.groups),
            same=tuple(key[rows] for key in self.same),
            when=None if self.when is None else self.when[rows],
        )

    def deal(self, shares: tuple[float, ...], seed: int, *use: str) -> Dealt:
        """Parts 1, 2, ... with their `shares` of the rows, in time the latest first; part 0 keeps the rest.

        Raises:
            DataError: there are too few groups or moments, or a class would not be learnt.
        """
        if self.when is not None:
            return self.in_order(timed.deal(self.when, shares, self.gap))
        return self._by_chance(shares, seed, use)

    @property
    def gap(self) -> float:
        """What is left out before a later part."""
        return 0 if self.when is None else timed.ticks(self.how.gap, self.when)

    def in_order(self, part: Ints) -> Dealt:
        """Parts in the order of time, later ones without what earlier ones have seen."""
        notes = []
        gone = int((part == LEFT_OUT).sum())
        if gone:
            notes.append(f"{gone:,} of {len(part):,} rows lie in the gap and are left out")
        for key, name in zip(self.groups, self.how.group, strict=True):
            part, told = _without_groups(part, key, name)
            notes += [told] if told else []
        for key in self.same:
            part, told = _without_copies(part, key)
            notes += [told] if told else []
        self._learnt(part)
        return Dealt(part, tuple(notes))

    def _by_chance(self, shares: tuple[float, ...], seed: int, use: tuple[str, ...]) -> Dealt:
        """Parts that neither a group nor, if that can be, copies are in two of."""
        notes = self._lone()
        if self.same:
            together, told = self._together(shares, seed, use)
            notes.append(told)
            if together is not None:
                return Dealt(together, tuple(notes))
        part = self._in_groups(shares, seed, use) if self.groups else self._singly(shares, seed, use)
        return Dealt(part, tuple(notes))

    def _lone(self) -> list[str]:
        """What to tell of rows without a group."""
        counts = {name: int((key < 0).sum()) for name, key in zip(grouping(self.how), self.groups, strict=True)}
        return [
            f"{count:,} rows have no '{name}': each is a group of its own" for name, count in counts.items() if count
        ]

    def _together(self, shares: tuple[float, ...], seed: int, use: tuple[str, ...]) -> tuple[Ints | None, str]:
        """Parts with copies in one, if that can be, and what to tell.

        Without groups rows are dealt as if there were no copies, and these follow the first of theirs, which chance has
        put where it is; where that leaves a part short, they are dealt out whole.
        """
        alone = np.logical_and.reduce([key < 0 for key in self.same])
        what = f"{(~alone).sum():,} of {len(self):,} rows have {ALIKE}"
        if not self.groups:
            before = self._singly(shares, seed, use)
            part = before[units.firsts(self.same, len(self))]
            if self._fits(part, shares, NEAR):
                return part, f"{what}: {(part != before).sum():,} were moved to where the first of theirs is"
        whole = self._whole((*self.groups, *self.same), shares, generator(seed, *use))
        if whole is not None and self._fits(whole, shares, LEAST):
            return whole, f"{what}: those that are the same are in one part"
        return None, f"{what}, and too few differ to keep those that are the same in one part"

    def _in_groups(self, shares: tuple[float, ...], seed: int, use: tuple[str, ...]) -> Ints:
        part = self._whole(self.groups, shares, generator(seed, *use))
        if part is None:
            raise _too_few_groups(self.how, 1 + sum(share > 0 for share in shares))
        self._learnt(part)
        return part

    def _singly(self, shares: tuple[float, ...], seed: int, use: tuple[str, ...]) -> Ints:
        part = dealing.deal(self.strata, shares, generator(seed, *use))
        if self.classes is not None:
            dealing.learn_of_each(part, self.classes, np.arange(len(self)))
        return part

    def _whole(self, keys: Sequence[Ints], shares: tuple[float, ...], random: np.random.Generator) -> Ints | None:
        """Parts in which what shares a key stays together; None where that leaves a part empty."""
        together = Units(units.joined(keys, len(self)), self.strata)
        wanted = [0, *(number for number, share in enumerate(shares, 1) if share > 0)]
        if len(together.sizes) < len(wanted):
            return None
        part = units.settled(units.deal(together, shares, random), together, wanted, self.classes)
        return part[together.unit] if set(wanted) <= set(part.tolist()) else None

    def _fits(self, part: Ints, shares: tuple[float, ...], least: float) -> bool:
        """Whether each class is learnt, and each part has at `least` that share of the rows that it asked for."""
        asked = np.array([1 - sum(shares), *shares]) * len(part)
        enough = np.bincount(part, minlength=len(asked)) >= np.maximum(np.floor(least * asked), asked > 0)
        return bool(enough.all()) and not len(self._unlearnt(part))

    def _unlearnt(self, part: Ints) -> Ints:
        return np.empty(0, int) if self.classes is None else dealing.lacking(self.classes, part == 0)

    def _learnt(self, part: Ints) -> None:
        """Each class of the rows is learnt.

        Raises:
            DataError: it is not.
        """
        if len(missing := self._unlearnt(part)):
            many = "a class has" if len(missing) == 1 else f"{len(missing)} classes have"
            where = "before the later parts begin" if self.when is not None else "in a group that can be learnt from"
            hint = "give the later parts smaller shares, add rows, or split otherwise"
            raise DataError(f"{many} no row {where}", "split", hint)


def grouping(how: SplitSpec) -> tuple[str, ...]:
    """The columns whose values stay in one part."""
    return how.column if how.by == "group" else how.group


def column(table: Table, name: str, key: str) -> pl.Series:
    """A column that the split names.

    Raises:
        DataError: it was left out, as it cannot be read.
    """
    if name not in table.frame.columns:
        raise DataError(f"the column '{name}' holds what cannot be read", f"split.{key}", "name another")
    return table.frame[name]


def _strata(table: Table, classes: Ints | None, how: SplitSpec) -> Ints:
    """What is dealt in proportion: classes, but where chance alone is asked for; bands of numbers where it is asked."""
    if classes is not None and how.by != "random":
        return classes
    if how.by == "stratified":
        return dealing.bands(target_values(table, Task.REGRESSION))
    return np.zeros(len(table), dtype=np.int64)


def _seen(part: Ints, key: Ints) -> npt.NDArray[np.bool_]:
    """The rows whose key an earlier part has: 0 comes first, then the highest number: [rows] bool."""
    last = int(part.max(initial=0)) + 1
    turn = np.where(part > 0, last - part, 0)
    there = (part != LEFT_OUT) & (key >= 0)
    first = np.full(int(key.max(initial=-1)) + 1, last)
    np.minimum.at(first, key[there], turn[there])
    seen = np.zeros(len(part), dtype=bool)
    seen[there] = turn[there] > first[key[there]]
    return seen


def _without_groups(part: Ints, key: Ints, name: str) -> tuple[Ints, str]:
    """Parts without the later rows of an earlier part's groups, and what to tell.

    Raises:
        DataError: that leaves a part empty.
    """
    seen = _seen(part, key)
    if not seen.any():
        return part, ""
    if set(part[~seen].tolist()) < set(part.tolist()):
        problem = f"every row of a later part has a '{name}' of an earlier one"
        raise DataError(problem, "split.group", "leave group out, or split by: group")
    told = f"{seen.sum():,} rows are left out of later parts, as their '{name}' is in an earlier one"
    return np.where(seen, LEFT_OUT, part), told


def _without_copies(part: Ints, key: Ints) -> tuple[Ints, str]:
    """Parts without the later copies of earlier rows, and what to tell; as they are where that takes most of one."""
    seen = _seen(part, key)
    wide = int(part.max(initial=0)) + 1
    lost, had = np.bincount(part[seen], minlength=wide), np.bincount(part[part > 0], minlength=wide)
    if not seen.any():
        return part, ""
    if bool((lost > (1 - LEAST) * had).any()):
        return part, f"{seen.sum():,} later rows have {ALIKE} before them, and too few differ to leave them out"
    return np.where(seen, LEFT_OUT, part), f"{seen.sum():,} later rows have {ALIKE} before them and are left out"


def _too_few_groups(how: SplitSpec, needed: int) -> DataError:
    named = " and ".join(f"'{name}'" for name in grouping(how))
    problem = f"too few groups: {needed} parts by {named} have one in two of them, or a class that is not learnt"
    return DataError(problem, "split.column", "name a column of more values, or split by: random")
