"""What a mitigation changes, beside what a comparison of the same two models says."""

from __future__ import annotations

import numpy as np
import pytest

from modelyard.core.decisions import Decision
from modelyard.core.types import Task
from modelyard.evaluate.mitigated import changes
from modelyard.evaluate.pairs import gaps
from modelyard.evaluate.score import Measured
from tests.evaluate.test_fairness import both, metrics, sample, table

METRICS = metrics("roc_auc", "accuracy", "f1", "true_positive_rate", "selection_rate", "log_loss", "average_precision")


@pytest.mark.parametrize("weighed", [False, True])
def test_a_change_on_all_rows_is_what_a_comparison_says(weighed: bool) -> None:  # noqa: FBT001
    truth, chance, group = sample(300, 3, 1)
    random = np.random.default_rng(2)
    rows = table(truth, group, random.uniform(0.5, 2, 300) if weighed else None)
    other = np.clip(chance + random.normal(0, 0.15, 300), 0.01, 0.99)
    before = Measured(rows, Task.BINARY, both(chance), decision=Decision(0.45, "said"))
    after = Measured(rows, Task.BINARY, both(other), decision=Decision(0.6, "said"))
    told = {(one.metric, one.column): one for one in changes(before, after, METRICS, "reweighing", "group", 3)}
    asked = [(one, after.judged(one, after.answers), before.judged(one, before.answers)) for one in METRICS.values()]
    for name, gap in zip(METRICS, gaps(after.rows(3), asked), strict=True):
        change = told[name, None]
        assert (change.before, change.low, change.high) == (gap.theirs, gap.low, gap.high), name
        assert change.after == pytest.approx(after.rows(3).figure(METRICS[name], asked[list(METRICS).index(name)][1]))
        assert change.low < change.high
    apart = told["selection_rate difference", "group"]
    assert apart.low <= apart.after - apart.before <= apart.high


def test_without_groups_there_are_no_disparities() -> None:
    truth, chance, _ = sample(60, 2, 1)
    measured = Measured(table(truth, ["a"] * 50 + ["few"] * 10), Task.BINARY, both(chance))
    told = changes(measured, measured, METRICS, "reweighing", "group", 3)
    assert [(one.metric, one.column, one.after - one.before) for one in told] == [(name, None, 0) for name in METRICS]
