"""Draws, and intervals with and without them, beside what scipy says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from modelyard.core import intervals


@pytest.mark.parametrize(("rows", "entries"), [(50, 1 << 21), (50, 120), (7, 1)])
def test_draws_are_the_same_however_many_are_made_at_once(
    rows: int, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = np.concatenate(list(intervals.chunks(rows, seed=3, resamples=20)))
    monkeypatch.setattr(intervals, "CHUNK", entries)
    chunks = list(intervals.chunks(rows, seed=3, resamples=20))
    assert max(len(chunk) for chunk in chunks) <= max(entries // rows, 1)
    assert np.array_equal(np.concatenate(chunks), whole)
    assert bool((whole.sum(axis=1) == rows).all())


@pytest.mark.parametrize(("hits", "trials"), [(0, 20), (3, 20), (10, 10), (640, 1000)])
def test_a_share_lies_where_scipy_says(hits: int, trials: int) -> None:
    theirs = stats.binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    assert intervals.wilson(hits / trials, trials) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_without_a_trial_a_share_lies_anywhere() -> None:
    assert intervals.wilson(0.0, 0) == (0, 1)


@pytest.mark.parametrize("freedom", [4, 9, 19, 200])
def test_student_is_scipys(freedom: int) -> None:
    assert intervals.student(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=2e-3)


def test_accelerated_is_scipys_bca_but_for_its_tails() -> None:
    random = np.random.default_rng(0)
    values = random.exponential(size=400)
    means = np.concatenate([drawn @ values / 400 for drawn in intervals.chunks(400, seed=1, resamples=4000)])
    left_out = (values.sum() - values) / 399
    mine = intervals.accelerated(means, float(values.mean()), left_out, 400)
    theirs = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=4000, rng=random).confidence_interval
    assert mine == pytest.approx((theirs.low, theirs.high), abs=0.012)
    assert mine[1] - values.mean() > values.mean() - mine[0]  # skewed to the right


@pytest.mark.parametrize("samples", [[2.0] * 9, [3.0] * 9, [math.nan] * 9])
def test_draws_that_say_nothing_of_bias_are_taken_as_they_are(samples: list[float]) -> None:
    low, high = intervals.accelerated(np.array(samples), 2.0, None, 9)
    assert low == high == samples[0] or (math.isnan(low) and math.isnan(high))


def test_fewer_rows_have_longer_tails() -> None:
    tails = [intervals.expanded(rows) for rows in (2, 5, 20, 100_000)]
    assert tails == sorted(tails)
    assert tails[-1] == pytest.approx(0.025, abs=1e-4)


def test_studentised_is_students_where_rows_are_normal() -> None:
    random = np.random.default_rng(0)
    values = random.normal(5, 2, 25)
    drawn = np.array([random.choice(values, 25) for _ in range(4000)])
    spread = float(values.std() / 5)
    found = intervals.studentised(drawn.mean(axis=1), drawn.std(axis=1) / 5, float(values.mean()), spread)
    assert found == pytest.approx(stats.t.interval(0.95, 24, values.mean(), values.std(ddof=1) / 5), abs=0.15)


@pytest.mark.parametrize(
    ("spreads", "value", "spread"), [([0.1, 0.0], 1.0, 0.1), ([0.1, 0.1], 1.0, 0.0), ([0.1, 0.1], math.nan, 0.1)]
)
def test_studentised_says_nothing_where_a_draw_has_no_spread(spreads: list[float], value: float, spread: float) -> None:
    assert intervals.studentised(np.array([1.0, 2.0]), np.array(spreads), value, spread) is None
