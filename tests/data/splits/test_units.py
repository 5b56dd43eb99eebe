"""Rows that share a key stay together, parts come near their shares, and the order of rows says nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.data.splits import units
from modelyard.data.splits.units import Units

SHARES = st.sampled_from([(0.2, 0.2), (0.0, 0.25), (0.3, 0.0), (0.5, 0.3), (0.1, 0.1)])
KEYS = st.integers(1, 40).flatmap(
    lambda rows: st.lists(st.lists(st.integers(-1, 8), min_size=rows, max_size=rows), min_size=1, max_size=3)
)


def slowly(keys: list[list[int]]) -> list[set[int]]:
    """Units by joining whatever shares a key, until nothing does."""
    found = [{row} for row in range(len(keys[0]))]
    for key in keys:
        for value in set(key) - {-1}:
            rows = {row for row, each in enumerate(key) if each == value}
            touched = [unit for unit in found if unit & rows]
            found = [unit for unit in found if not unit & rows] + [set().union(*touched)]
    return sorted(found, key=min)


@given(keys=KEYS)
def test_units_are_those_of_a_slow_union(keys: list[list[int]]) -> None:
    found = units.joined([np.array(key) for key in keys], len(keys[0]))
    together = [set(np.flatnonzero(found == unit).tolist()) for unit in range(found.max() + 1)]
    assert sorted(together, key=min) == slowly(keys)


def test_a_long_chain_is_one_unit() -> None:
    rows = np.arange(100_000)
    assert units.joined([rows // 2, (rows + 1) // 2], len(rows)).max() == 0


@given(
    sizes=st.lists(st.integers(1, 12), min_size=3, max_size=60),
    shares=SHARES,
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_shares_are_as_near_as_the_units_allow(
    sizes: list[int], shares: tuple[float, ...], seed: int, data: st.DataObject
) -> None:
    unit = np.repeat(np.arange(len(sizes)), sizes)
    strata = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(unit), max_size=len(unit))))
    part = units.deal(Units(unit, strata), shares, np.random.default_rng(seed))
    rows = np.bincount(part[unit], minlength=3)
    for number, share in enumerate((1 - sum(shares), *shares)):
        assert abs(rows[number] - share * len(unit)) <= max(sizes) + 1
        assert share or not rows[number]
    assert np.array_equal(part, units.deal(Units(unit, strata), shares, np.random.default_rng(seed)))


@given(seed=st.integers(0, 2**31))
def test_many_small_units_are_dealt_in_proportion(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 6, 3000)
    unit = np.repeat(np.arange(3000), sizes)
    strata = np.repeat((random.random(3000) < 0.3).astype(np.int64), sizes)
    part = units.deal(Units(unit, strata), (0.2, 0.1), random)[unit]
    for number, share in enumerate((0.7, 0.2, 0.1)):
        assert (part == number).mean() == pytest.approx(share, abs=0.005)
        assert strata[part == number].mean() == pytest.approx(strata.mean(), abs=0.01)


@given(sizes=st.lists(st.integers(1, 9), min_size=3, max_size=30), seed=st.integers(0, 2**31))
def test_the_order_of_rows_says_nothing(sizes: list[int], seed: int) -> None:
    key = np.repeat(np.arange(len(sizes)), sizes)
    moved = np.random.default_rng(seed).permutation(len(key))
    dealt = []
    for rows in (np.arange(len(key)), moved):
        unit = units.joined([key[rows]], len(key))
        part = units.deal(Units(unit, np.zeros(len(key), np.int64)), (0.2, 0.2), np.random.default_rng(7))[unit]
        dealt.append(dict(zip(key[rows].tolist(), part.tolist(), strict=True)))
    assert dealt[0] == dealt[1]


@given(
    bearing=st.lists(st.sets(st.integers(0, 2), min_size=1), min_size=3, max_size=8),
    part=st.lists(st.integers(0, 2), min_size=8, max_size=8),
)
def test_each_class_is_learnt_and_no_part_empty_where_that_can_be(bearing: list[set[int]], part: list[int]) -> None:
    unit = np.repeat(np.arange(len(bearing)), [len(classes) for classes in bearing])
    classes = np.array([one for some in bearing for one in sorted(some)])
    given_part = np.array(part[: len(bearing)])
    found = units.settled(given_part, Units(unit, classes), [0, 1, 2], classes)
    assert set(classes[found[unit] == 0].tolist()) == set(classes.tolist())
    counts = Counter(found.tolist())
    if any(counts[number] == 0 for number in (1, 2)):  # then each unit that is learnt from is needed, or the only one
        learnt = [bearing[place] for place in np.flatnonzero(found == 0)]
        spare = [
            place
            for place in range(len(learnt))
            if set().union(*learnt) == set().union(*learnt[:place], *learnt[place + 1 :])
        ]
        assert not spare
        assert all(counts[number] <= 1 for number in (1, 2))
