"""Would more data help, and are later rows like those before?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modelyard.core.report import Report, Score
from modelyard.core.types import Task
from modelyard.evaluate import later, learning
from modelyard.evaluate.pairs import Rows
from modelyard.families import METRICS


def test_every_beginning_of_an_order_has_each_class_in_proportion() -> None:
    strata = np.array([0] * 900 + [1] * 90 + [2] * 10)
    order = learning.order(strata, 7)
    assert sorted(order.tolist()) == list(range(1000))
    assert set(strata[order[:3]].tolist()) == {0, 1, 2}
    for size in (125, 250, 500):
        counts = np.bincount(strata[order[:size]])
        assert counts == pytest.approx(size * np.array([0.9, 0.09, 0.01]), abs=2)
    assert np.array_equal(order, learning.order(strata, 7))
    assert not np.array_equal(order, learning.order(strata, 8))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.6, 0.9, "more rows would help"),
        (0.8, 0.8, "more rows of this kind would hardly show"),
        (0.9, 0.6, "it learns no more from more rows, and is worse"),
    ],
)
def test_the_last_step_says_whether_more_would_help(before: float, after: float, said: str) -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 400)
    answers = [
        np.eye(2)[np.where(random.random(400) < share, truth, 1 - truth)] for share in (0.5, 0.55, before, after)
    ]
    rows, metric = Rows(truth, np.ones(400), 1), METRICS.build("accuracy", {})
    curve, note = learning.curve(rows, metric, "accuracy", [100, 200, 400, 800], answers)
    assert list(curve.x) == [100, 200, 400, 800]
    assert curve.rows == (100, 200, 400, 800)
    assert all(low < y < high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True))
    assert note.startswith("learnt from 800 rows instead of 400: accuracy ")
    assert note.endswith(f": {said}")


def measured(digest: str, *scores: Score) -> Report:
    ways = {score.metric: True for score in scores}
    return Report("n", Task.BINARY, "m", ("a", "b"), {"test": 100}, digest, ways, scores)


def test_later_figures_are_told_beside_the_packed_ones() -> None:
    packed = measured(
        "a", Score("f1", 0.8, 0.7, 0.9, 100), Score("brier", 0.1, 0.08, 0.12, 100), Score("ece", 0.1, 0, 1, 9)
    )
    now = measured(
        "b", Score("f1", 0.75, 0.7, 0.8, 400), Score("brier", 0.2, 0.19, 0.21, 400), Score("ece", 0.1, 0, 1, 9)
    )
    notes = list(later.notes(now, packed))
    assert notes == [
        (
            "f1 is 0.7500 on these 400 rows, 0.8000 in the bundle's report, on 100: -0.0500 (-0.1618 to +0.0618), "
            "no more than chance"
        ),
        (
            "brier is 0.2000 on these 400 rows, 0.1000 in the bundle's report, on 100: +0.1000 (+0.0776 to +0.1224), "
            "more than chance"
        ),
    ]
    assert list(later.notes(replace(now, test_digest="a"), packed)) == [
        "these are the rows that the bundle's own report was measured on"
    ]


def test_one_row_is_told_in_the_singular() -> None:
    packed, now = measured("a", Score("f1", 0.8, 0.7, 0.9, 100)), measured("b", Score("f1", 1.0, 0.2, 1.0, 1))
    (note,) = later.notes(now, packed)
    assert note.startswith("f1 is 1.0000 on this 1 row, 0.8000")


def test_the_interval_of_a_difference_covers() -> None:
    random, metric, held = np.random.default_rng(0), METRICS.build("accuracy", {}), 0
    for _ in range(400):
        sides = []
        for share, count in ((0.8, 60), (0.7, 200)):
            truth = random.integers(0, 2, count)
            answers = np.eye(2)[np.where(random.random(count) < share, truth, 1 - truth)]
            low, high = metric.span(truth, answers, np.ones(count))  # type: ignore[attr-defined]
            sides.append(Score("accuracy", metric(truth, answers, np.ones(count)), low, high, count))
        low, high = later.ends(*sides)
        held += low <= 0.1 <= high
    assert 0.92 <= held / 400 <= 0.98
