"""Intervals of figures and of differences, beside slow and obvious ways to the same."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from modelyard.core import intervals
from modelyard.core.types import Floats, Task
from modelyard.evaluate import drawn, ranks
from modelyard.evaluate.pairs import Rows, Term, gap, gaps, measured, samples
from modelyard.families import METRICS

CASES = [(name, task) for name in METRICS.names for task in sorted(METRICS.part(name).tasks)]
every_case = pytest.mark.parametrize(("name", "task"), CASES)


def some(task: Task, count: int, seed: int = 0) -> tuple[Any, Floats]:
    """Truth and answers that know something of it."""
    random = np.random.default_rng(seed)
    if not task.classifies:
        truth = random.normal(10, 3, count)
        value = truth + random.normal(0, 1, count)
        return truth, np.stack([value, value - 1.5, value + 1.5], axis=1)
    classes = 2 if task is Task.BINARY else 3
    codes = random.integers(0, classes, count)
    raised = np.exp(1.2 * np.eye(classes)[codes] + random.normal(size=(count, classes)))
    return codes, (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)


@every_case
@pytest.mark.parametrize("weighed", [False, True])
def test_all_draws_at_once_are_one_after_the_other(name: str, task: Task, weighed: bool) -> None:  # noqa: FBT001
    truth, answers = some(task, 40)
    weight = np.random.default_rng(1).choice([0.0, 0.5, 2.0], 40) if weighed else np.ones(40)
    rows, metric = Rows(truth, weight, 5), METRICS.build(name, {})
    (quick,) = samples(rows, [[Term(metric, answers)]])
    slow = np.array([rows.figure(metric, answers, draw) for some in intervals.chunks(40, 5) for draw in some])
    if name == "ece":  # its bins stay those of the rows, where a draw alone would have others: it adds less by chance
        assert float(quick.mean()) == pytest.approx(float(slow.mean()), abs=0.1)
        assert not np.array_equal(quick, slow)
    else:
        assert quick == pytest.approx(slow, rel=1e-9, abs=1e-12, nan_ok=True)


@every_case
@pytest.mark.parametrize("count", [3, 20, 200])
def test_an_interval_holds_its_value(name: str, task: Task, count: int) -> None:
    truth, answers = some(task, count, seed=count)
    (found,) = measured(Rows(truth, np.ones(count), 1), [(METRICS.build(name, {}), answers)])
    if not math.isnan(found.value):
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9


@pytest.mark.parametrize("name", ["accuracy", "f1", "precision", "recall", "balanced_accuracy", "roc_auc"])
@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_twenty_rows_without_a_mistake_are_no_proof(name: str, task: Task) -> None:
    truth, answers = some(task, 20)
    perfect = np.eye(answers.shape[1])[truth]
    (found,) = measured(Rows(truth, np.ones(20), 1), [(METRICS.build(name, {}), perfect)])
    assert (found.value, found.high) == (1, 1)
    assert 0.5 < found.low < 0.95


def test_the_variance_of_an_area_is_delongs() -> None:
    """Every positive beside every negative, as the paper has it."""
    truth, answers = some(Task.BINARY, 60)
    score = np.round(answers[:, 1].astype(np.float64), 1)  # with ties
    one, other = score[truth == 1], score[truth == 0]
    beats = (one[:, None] > other) + 0.5 * (one[:, None] == other)
    variance = beats.mean(axis=1).var(ddof=1) / len(one) + beats.mean(axis=0).var(ddof=1) / len(other)
    moved = ranks.moves(truth == 1, score)
    assert moved is not None
    assert (moved**2).sum() == pytest.approx(variance)
    area = float(beats.mean())
    low, high = ranks.span(area, moved, truth)
    half = 1.959964 * variance**0.5 / (area * (1 - area))
    assert math.log(high / (1 - high)) - math.log(area / (1 - area)) == pytest.approx(half, rel=1e-5)
    assert math.log(area / (1 - area)) - math.log(low / (1 - low)) == pytest.approx(half, rel=1e-5)


def test_the_variance_of_a_difference_of_areas_is_delongs() -> None:
    truth, answers = some(Task.BINARY, 80)
    random = np.random.default_rng(3)
    worse = np.clip(answers[:, 1] + random.normal(0, 0.3, 80), 0, 1)
    placed = []
    for score in (answers[:, 1].astype(np.float64), worse):
        one, other = score[truth == 1], score[truth == 0]
        beats = (one[:, None] > other) + 0.5 * (one[:, None] == other)
        placed.append((beats.mean(axis=1), beats.mean(axis=0)))
    (v10, v01), (w10, w01) = placed
    variance = np.var(v10 - w10, ddof=1) / len(v10) + np.var(v01 - w01, ddof=1) / len(v01)
    theirs = np.stack([1 - worse, worse], axis=1)
    found = gap(Rows(truth, np.ones(80), 1), METRICS.build("roc_auc", {}), answers, theirs)
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * variance**0.5, rel=1e-5)
    assert (found.high + found.low) / 2 == pytest.approx(found.difference)


def test_rows_of_unequal_weights_are_drawn() -> None:
    truth, answers = some(Task.BINARY, 60)
    metric, weight = METRICS.build("roc_auc", {}), np.random.default_rng(0).uniform(0.2, 3, 60)
    (equal,) = measured(Rows(truth, np.full(60, 2.0), 1), [(metric, answers)])
    (plain,) = measured(Rows(truth, np.ones(60), 1), [(metric, answers)])
    (weighed,) = measured(Rows(truth, weight, 1), [(metric, answers)])
    (other,) = measured(Rows(truth, weight, 2), [(metric, answers)])
    assert equal == plain
    assert weighed.low != other.low  # by chance
    assert weighed.high - weighed.low > plain.high - plain.low  # fewer rows say as much


def test_a_perfect_order_of_four_rows_is_no_better_than_a_constant() -> None:
    truth, rows = np.array([0, 0, 1, 1]), Rows(np.array([0, 0, 1, 1]), np.ones(4), 1)
    constant = np.full((4, 2), 0.5)
    few = gap(rows, METRICS.build("roc_auc", {}), np.eye(2)[truth], constant)
    assert (few.difference, few.verdict) == (0.5, "not distinguishable")
    many = np.repeat(truth, 10)
    sure = gap(Rows(many, np.ones(40), 1), METRICS.build("roc_auc", {}), np.eye(2)[many], np.full((40, 2), 0.5))
    assert sure.verdict == "better"


def test_what_is_asked_together_is_what_is_asked_alone() -> None:
    truth, answers = some(Task.BINARY, 50)
    _, theirs = some(Task.BINARY, 50, seed=9)
    rows = Rows(truth, np.ones(50), 4)
    metrics = [METRICS.build(name, {}) for name in ("log_loss", "average_precision", "f1", "roc_auc")]
    asked = [(metric, answers, theirs) for metric in metrics]
    for alone, together in zip((gap(rows, *one) for one in asked), gaps(rows, asked), strict=True):
        assert together.verdict == alone.verdict
        assert (together.low, together.high) == pytest.approx((alone.low, alone.high), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "task"), [("log_loss", Task.BINARY), ("rmse", Task.REGRESSION), ("r2", Task.REGRESSION)]
)
def test_the_spread_of_a_figure_is_that_of_its_draws(name: str, task: Task) -> None:
    truth, answers = some(task, 500)
    rows, term = Rows(truth, np.ones(500), 1), Term(METRICS.build(name, {}), answers)
    (found,) = drawn.draws(rows, [[term]])
    assert found.spreads is not None
    assert float(found.spreads.mean()) == pytest.approx(float(found.figures.std()), rel=0.1)


@every_case
@pytest.mark.parametrize("count", [1, 2, 4, 30])
def test_answers_without_an_error_and_truths_that_are_alike_are_measured(name: str, task: Task, count: int) -> None:
    """No division by nothing, and no root of less than nothing: a warning would fail this."""
    for place in range(2):
        truth, answers = some(task, count)
        truth = truth if place == 0 else np.full_like(truth, truth[0])
        exact = np.eye(answers.shape[1])[truth] if task.classifies else np.repeat(truth[:, None], 3, axis=1)
        rows, metric = Rows(truth, np.ones(count), 1), METRICS.build(name, {})
        (found,) = measured(rows, [(metric, exact)])
        assert math.isnan(found.value) or found.low <= found.value + 1e-9
        assert gap(rows, metric, exact, exact).verdict == "not distinguishable"
