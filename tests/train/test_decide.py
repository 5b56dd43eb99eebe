"""The threshold of costs, and the best threshold by a metric, beside the slow search over every one there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.blocks import HeldOut
from modelyard.core.decisions import decide
from modelyard.core.finish import Aim, Costs
from modelyard.core.types import Task
from modelyard.families import METRICS
from modelyard.train.decide import by_costs, by_metric, thresholds

DECIDES = [n for n in METRICS.names if METRICS.part(n).decides and Task.BINARY in METRICS.part(n).tasks]


@pytest.mark.parametrize(("missed", "alarm", "wanted"), [(5, 1, 1 / 6), (1, 1, 0.5), (1, 3, 0.75)])
def test_costs_name_the_threshold_at_which_both_answers_cost_the_same(
    missed: float, alarm: float, wanted: float
) -> None:
    decision = by_costs(Costs(missed, alarm))
    assert decision.threshold == pytest.approx(wanted)
    assert decision.threshold * missed == pytest.approx((1 - decision.threshold) * alarm)


def test_no_other_threshold_costs_less_where_probabilities_are_true() -> None:
    random = np.random.default_rng(0)
    share = random.random(100_000)
    truth = (random.random(100_000) < share).astype(np.int64)
    cost = METRICS.build("expected_cost", {"false_negative": 5, "false_positive": 1})

    def costs(threshold: float) -> float:
        return cost(truth, np.eye(2)[(share >= threshold).astype(int)], np.ones(100_000))

    best = min(np.linspace(0.05, 0.95, 91), key=costs)
    assert by_costs(Costs(5, 1)).threshold == pytest.approx(best, abs=0.03)


@pytest.mark.parametrize("name", DECIDES)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.booleans())
def test_the_threshold_is_the_one_that_brute_force_finds(name: str, seed: int, count: int, tied: bool) -> None:  # noqa: FBT001
    random = np.random.default_rng(seed)
    share = random.random(count).astype(np.float32)
    share = np.round(share, 1) if tied else share
    target = random.integers(0, 2, count)
    weight = random.choice([0.0, 1.0, 2.5], count)
    weight[0] = 1.0
    answers = np.stack([1 - share, share], axis=1)
    metric = METRICS.build(name, {})
    sign = 1 if metric.higher_is_better else -1

    def value(threshold: float) -> float:
        decided = (share >= np.float32(threshold)).astype(int)
        return sign * metric(target, np.eye(2)[decided], weight)

    decision = by_metric(HeldOut(target, answers, weight), Aim(name, metric))
    every = [0.0, *np.unique(share).tolist(), 2.0]
    most = max(value(threshold) for threshold in every if threshold <= 1 or share[weight > 0].max() < 1)
    assert value(decision.threshold) == pytest.approx(most, nan_ok=True)  # a rate of nothing
    np.testing.assert_array_equal(decide(answers, decision), share >= np.float32(decision.threshold))


def test_many_probabilities_are_tried_by_a_few_thresholds() -> None:
    share = np.random.default_rng(0).random(50_000).astype(np.float32)
    tried = thresholds(share)
    assert 1000 < len(tried) <= 2000
    assert (np.diff(tried) > 0).all()


@pytest.mark.parametrize(
    ("target", "weight"), [([0, 0, 0], None), ([1, 1, 1], None), ([0, 1, 0], [0.0, 0.0, 0.0]), ([], None)]
)
@pytest.mark.parametrize("name", DECIDES)
def test_rows_that_tell_nothing_still_give_a_threshold(
    name: str, target: list[int], weight: list[float] | None
) -> None:
    answers = np.full((len(target), 2), 0.5, np.float32)
    rows = HeldOut(np.array(target, dtype=np.int64), answers, None if weight is None else np.array(weight))
    decision = by_metric(rows, Aim(name, METRICS.build(name, {})))
    assert 0 <= decision.threshold <= 1
    assert decision.why
