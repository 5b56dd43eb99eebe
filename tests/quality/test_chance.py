"""Tests of tests: beside SciPy's, and beside slow counts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from modelyard.quality import chance


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 0.5))
def test_discoveries_are_scipys(p_values: list[float], rate: float) -> None:
    adjusted = stats.false_discovery_control(p_values)
    expected = adjusted <= rate
    doubtful = np.abs(adjusted - rate) < 1e-12  # rounding may decide either way
    assert bool(((np.array(chance.discoveries(p_values, rate)) == expected) | doubtful).all())


@given(st.integers(0, 10**6), st.integers(200, 400), st.integers(200, 400))
def test_the_gap_is_scipys(seed: int, left: int, right: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(0, 1, left).round(1), random.normal(0.2, 1, right).round(1)
    expected = stats.ks_2samp(one, other, method="asymp")
    widest, p_value = chance.gap(one, other)
    assert widest == pytest.approx(expected.statistic)
    assert p_value == pytest.approx(expected.pvalue, abs=0.03)  # SciPy corrects the series for few rows


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=12))
def test_twins_are_pairs_by_chance(rows: list[tuple[int, int]]) -> None:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    shares = [np.bincount(column) / len(rows) for column in columns]
    same = float(np.prod([(share**2).sum() for share in shares]))
    pairs = len(list(combinations(rows, 2)))
    counts = [np.bincount(column) for column in columns]
    assert chance.twins(counts, len(rows)) == pytest.approx(same * pairs)


def test_what_moved() -> None:
    distance, p_value = chance.moved(np.array([500, 500]), np.array([250, 750]))
    assert distance == pytest.approx(0.25)
    assert p_value < 1e-20
    assert chance.moved(np.array([0, 0]), np.array([1, 2])) == (0.0, 1.0)
    assert chance.moved(np.array([3, 3]), np.array([3, 3]))[0] == 0.0
