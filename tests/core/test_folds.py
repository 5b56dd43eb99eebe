"""Every fold has its share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelyard.core import folds


@given(some.lists(some.integers(0, 3), min_size=1, max_size=60), some.integers(2, 7), some.integers(0, 9))
def test_classes_are_dealt_evenly(target: list[int], number: int, seed: int) -> None:
    found = np.array(target)
    fold = folds.deal(found, number, np.random.default_rng(seed))
    assert ((fold >= 0) & (fold < number)).all()
    for one in np.unique(found):
        counts = np.bincount(fold[found == one], minlength=number)
        assert counts.max() - counts.min() <= 2  # the rounds at both ends of a class may be shared with its neighbours


def test_small_and_large_numbers_are_in_every_fold() -> None:
    target = np.random.default_rng(0).lognormal(0, 2, 500)
    fold = folds.deal(target, 5, np.random.default_rng(1))
    assert np.bincount(fold).tolist() == [100] * 5
    order = np.argsort(target)
    assert all(len(set(fold[order[start : start + 5]])) == 5 for start in range(0, 500, 5))


@pytest.mark.parametrize("seed", [1, 2])
def test_one_seed_deals_one_way(seed: int) -> None:
    target = np.arange(40) % 2
    first, again = (folds.deal(target, 4, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, folds.deal(target, 4, np.random.default_rng(seed + 10)))
