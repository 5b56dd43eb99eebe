"""Rows that stay together, dealt out whole: by size one after the other, the small ones in proportion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.types import Ints
from modelyard.data.splits import dealing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.types import Floats

MOST = 20_000  # units that go one after the other
FINE = 100  # units of a hundredth of the smallest part, and smaller, are dealt in proportion: none of them tips a part


def joined(keys: Sequence[Ints], rows: int) -> Ints:
    """A unit for each row, [rows] from 0 on: rows that share a key's number are in one unit, and so are theirs.

    `keys` [rows] hold -1 where a row has none. Units are numbered in the order of the first key's numbers, those
    without one behind them.
    """
    label = np.where(keys[0] >= 0, keys[0], int(keys[0].max(initial=-1)) + 1 + np.arange(rows))
    for key in keys[1:]:
        known = np.flatnonzero(key >= 0)
        label = _merged(label, known, key[known])
    there = np.zeros(int(label.max(initial=-1)) + 1, dtype=bool)
    there[label] = True
    numbered: Ints = (np.cumsum(there) - 1)[label]
    return numbered


def firsts(keys: Sequence[Ints], rows: int) -> Ints:
    """The first row of each row's unit: [rows]."""
    unit = joined(keys, rows)
    found = np.full(int(unit.max(initial=-1)) + 1, rows)
    np.minimum.at(found, unit, np.arange(rows))
    return found[unit]


def _merged(label: Ints, some: Ints, key: Ints) -> Ints:
    """Labels [rows] of which those that share a `key` [some] become the least of them.

    Labels spread along the keys, and leap to their labels' labels, until they are at rest.
    """
    node, place = np.unique(label[some], return_inverse=True)
    root, before = np.arange(len(node)), np.empty(0, dtype=np.int64)
    while not np.array_equal(before, root):
        before = root.copy()
        least = np.full(int(key.max(initial=-1)) + 1, len(node))
        np.minimum.at(least, key, root[place])
        np.minimum.at(root, place, least[key])
        root = root[root]
    becomes = np.arange(int(label.max(initial=-1)) + 1)
    becomes[node] = node[root]
    return becomes[label]


@dataclass(frozen=True)
class Units:
    """Units of rows, [rows] from 0 on, with the stratum of each row, [rows] from 0 on."""

    unit: Ints
    strata: Ints

    @cached_property
    def sizes(self) -> Ints:
        """How many rows each has: [units]."""
        return np.bincount(self.unit)

    @cached_property
    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """Each unit with each stratum of its rows, and how many they are: [pairs] of each."""
        wide = int(self.strata.max(initial=0)) + 1
        pair, count = np.unique(self.unit * wide + self.strata, return_counts=True)
        return pair // wide, pair % wide, count

    @cached_property
    def commonest(self) -> Ints:
        """The stratum of most of a unit's rows, of equals the first: [units]."""
        unit, stratum, count = self.pairs  # in the order of units
        most = np.maximum.reduceat(count, np.flatnonzero(np.diff(unit, prepend=-1)))
        best = np.flatnonzero(count == most[unit])
        found: Ints = stratum[best[np.diff(unit[best], prepend=-1) > 0]]
        return found

    def counts(self, some: Ints) -> Floats:
        """The rows of some units by stratum: [some, strata]."""
        unit, stratum, count = self.pairs
        place = np.full(len(self.sizes), -1)
        place[some] = np.arange(len(some))
        kept = place[unit] >= 0
        found = np.zeros((len(some), int(self.strata.max(initial=0)) + 1))
        found[place[unit[kept]], stratum[kept]] = count[kept]
        return found


def deal(units: Units, shares: tuple[float, ...], random: np.random.Generator) -> Ints:
    """A part for each unit, [units] int: 0 keeps what the `shares` of the rows for parts 1, 2, ... leave.

    Large units go one after the other, the largest first, to where they bring sizes and strata nearest to what is
    asked; the small ones are then dealt in proportion, by their commonest stratum and their size.
    """
    rows, sizes = len(units.unit), units.sizes
    whole = np.array([1 - sum(shares), *shares])
    part = np.zeros(len(sizes), dtype=np.int64)
    order = random.permutation(len(sizes))
    large = sizes[order] > max(whole[whole > 0].min() * rows / FINE, _nth(sizes))
    placed = order[large][np.argsort(-sizes[order[large]], kind="stable")]
    part[placed] = _placed(units.counts(placed), np.bincount(units.strata), whole)
    small = order[~large]
    if len(small):
        need = whole * rows - np.bincount(part[placed], sizes[placed], minlength=len(whole))
        need = np.clip(need, 0, None) / np.clip(need, 0, None).sum()
        grouped = np.argsort(units.commonest[small] * (int(sizes.max()) + 1) + sizes[small], kind="stable")
        part[small] = dealing.walked(grouped, tuple(need[1:].tolist()))
    return part


def _nth(sizes: Ints) -> float:
    """The size that no more than `MOST` units exceed."""
    return float(np.partition(sizes, -MOST)[-MOST]) if len(sizes) > MOST else 0.0


def _placed(counts: Floats, strata: Ints, shares: Floats) -> Ints:
    """A part for each unit, in the order given: [units, strata] rows and [strata] rows in all to [units] parts.

    Each goes where the sum over strata, and over the rows as a whole, of (rows - wanted)^2 / wanted becomes least.
    """
    counts = np.column_stack([counts, counts.sum(axis=1)])[:, np.append(strata, 1) > 0]
    open_ = np.flatnonzero(shares > 0)
    want = shares[open_, None] * np.append(strata, strata.sum())[None, np.append(strata, 1) > 0]
    need = want.copy()
    part = np.zeros(len(counts), dtype=np.int64)
    for place, count in enumerate(counts):
        best = int((count * (count - 2 * need) / want).sum(axis=1).argmin())
        need[best] -= count
        part[place] = open_[best]
    return part


def settled(part: Ints, units: Units, parts: Sequence[int], classes: Ints | None) -> Ints:
    """The parts of units [units] with a row of each class [rows] in part 0 and none of `parts` empty, if that can be.

    The smallest unit that serves moves; to an empty part none that alone bears a class in part 0.
    """
    part = part.copy()
    for one in () if classes is None else dealing.lacking(classes, part[units.unit] == 0):
        bearing = np.unique(units.unit[classes == one])
        part[bearing[units.sizes[bearing].argmin()]] = 0
    for number in parts:
        if not (part == number).any():
            many, needed = np.bincount(part) > 1, _needed(part, units, classes)
            spare = (
                int(unit) for unit in np.argsort(units.sizes, kind="stable") if many[part[unit]] and unit not in needed
            )
            if (unit := next(spare, None)) is not None:
                part[unit] = number
    return part


def _needed(part: Ints, units: Units, classes: Ints | None) -> frozenset[int]:
    """The units of part 0 that alone have a row of a class there."""
    if classes is None:
        return frozenset()
    unit, stratum, _ = Units(units.unit, classes).pairs
    learnt = part[unit] == 0
    alone = np.bincount(stratum[learnt], minlength=int(stratum.max(initial=0)) + 1)[stratum[learnt]] == 1
    return frozenset(unit[learnt][alone].tolist())
