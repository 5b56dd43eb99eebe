"""Curves, bins and matrices, beside scikit-learn's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn import calibration, metrics

from modelyard.core.decisions import Decision, decide
from modelyard.evaluate import curves, thresholds
from modelyard.evaluate.pairs import Rows

if TYPE_CHECKING:
    from modelyard.core.evidence import Curve
    from modelyard.core.types import Floats


def answered(count: int, seed: int = 0, digits: int = 12) -> tuple[Any, Floats]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, count)
    share = np.round(1 / (1 + np.exp(-(truth - 0.5) * 2 - random.normal(size=count))), digits)
    return truth, np.stack([1 - share, share], axis=1)


def named(found: tuple[Curve, ...], name: str, of: str | None = None) -> Curve:
    (one,) = [curve for curve in found if curve.name == name and of in {None, curve.of}]
    return one


def drawn(truth: Any, answers: Floats, weight: Any = None) -> tuple[Curve, ...]:
    rows = Rows(truth, np.ones(len(truth)) if weight is None else weight, 1)
    return curves.of(rows, answers, ("no", "yes", "perhaps")[: answers.shape[1]])


@pytest.mark.parametrize("digits", [12, 1])
@pytest.mark.parametrize("weighed", [False, True])
def test_few_rows_have_every_point_that_scikit_learn_has(digits: int, weighed: bool) -> None:  # noqa: FBT001
    truth, answers = answered(80, digits=digits)
    weight = np.random.default_rng(1).uniform(0.5, 2, 80) if weighed else np.ones(80)
    found = drawn(truth, answers, weight)
    false, true, _ = metrics.roc_curve(truth, answers[:, 1], sample_weight=weight, drop_intermediate=False)
    roc = named(found, "roc")
    assert roc.x == pytest.approx(false, abs=1e-6)
    assert roc.y == pytest.approx(true, abs=1e-6)
    precision, recall, _ = metrics.precision_recall_curve(truth, answers[:, 1], sample_weight=weight)
    ours = named(found, "precision_recall")
    assert ours.x == pytest.approx(recall[::-1], abs=1e-6)
    assert ours.y == pytest.approx(precision[::-1], abs=1e-6)
    assert roc.of == ours.of == "yes"
    for curve in (roc, ours, named(found, "lift")):
        assert all(low <= y <= high for low, y, high in zip(curve.low, curve.y, curve.high, strict=True))


def test_many_rows_keep_the_shape_in_a_hundred_points() -> None:
    truth, answers = answered(20_000)
    found = drawn(truth, answers)
    assert all(len(curve.x) <= curves.POINTS for curve in found)
    false, true, _ = metrics.roc_curve(truth, answers[:, 1])
    roc = named(found, "roc")
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    along = np.array(roc.x) + np.array(roc.y)
    assert np.interp(false + true, along, roc.x) == pytest.approx(false, abs=0.01)
    assert np.interp(false + true, along, roc.y) == pytest.approx(true, abs=0.01)
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(metrics.roc_auc_score(truth, answers[:, 1]), abs=1e-3)
    precision, recall, _ = metrics.precision_recall_curve(truth, answers[:, 1])
    ours = named(found, "precision_recall")
    inner = recall > 0.05
    near = np.interp(recall[inner], ours.x, ours.y)
    assert near == pytest.approx(precision[inner], abs=0.03)
    assert ours.x[-1] == 1


def test_lift_is_what_is_found_among_the_likeliest() -> None:
    truth, answers = np.array([1, 1, 0, 1, 0, 0, 0, 0]), np.linspace(0.9, 0.1, 8)
    lift = named(drawn(truth, np.stack([1 - answers, answers], axis=1)), "lift")
    assert lift.x == pytest.approx(np.arange(9) / 8)
    assert lift.y == pytest.approx(np.array([0, 1, 2, 2, 3, 3, 3, 3, 3]) / 3, abs=1e-6)


def test_calibration_is_scikit_learns_in_bins_of_equally_many_rows() -> None:
    truth, answers = answered(200)
    found = named(drawn(truth, answers), "calibration")
    true, told = calibration.calibration_curve(truth, answers[:, 1], n_bins=10, strategy="quantile")
    assert found.x == pytest.approx(told, abs=1e-6)
    assert found.y == pytest.approx(true, abs=1e-6)
    assert found.rows == (20,) * 10
    assert all(low < y < high or y in {0, 1} for low, y, high in zip(found.low, found.y, found.high, strict=True))


def test_equal_answers_are_one_bin() -> None:
    truth = np.arange(50) % 2
    found = named(drawn(truth, np.full((50, 2), 0.5)), "calibration")
    assert (found.x, found.y, found.rows) == ((0.5,), (0.5,), (50,))


def test_of_several_classes_each_is_told_from_the_rest() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 90)
    raised = np.exp(np.eye(3)[truth] + random.normal(size=(90, 3)))
    answers = raised / raised.sum(axis=1, keepdims=True)
    found = drawn(truth, answers)
    assert {(curve.name, curve.of) for curve in found} == {
        *((name, of) for name in ("roc", "precision_recall", "lift") for of in ("no", "yes", "perhaps")),
        ("calibration", None),
    }
    false, true, _ = metrics.roc_curve(truth == 2, answers[:, 2], drop_intermediate=False)
    assert named(found, "roc", "perhaps").x == pytest.approx(false, abs=1e-6)
    assert named(found, "roc", "perhaps").y == pytest.approx(true, abs=1e-6)


def test_of_many_classes_ten_have_curves_and_a_class_without_a_row_has_none() -> None:
    truth = np.repeat(np.arange(12), np.arange(12) + 1)
    answers = np.random.default_rng(0).dirichlet(np.ones(13), len(truth))
    found = curves.of(Rows(truth, np.ones(len(truth)), 1), answers, [f"c{place}" for place in range(13)])
    assert {curve.of for curve in found if curve.name == "roc"} == {f"c{place}" for place in range(2, 12)}
    one = curves.of(Rows(np.zeros(5, dtype=int), np.ones(5), 1), np.tile([0.6, 0.4], (5, 1)), ("a", "b"))
    assert [curve.name for curve in one] == ["calibration"]


def test_residuals_by_tenths_of_the_answers() -> None:
    random = np.random.default_rng(0)
    told = random.uniform(0, 10, 1000)
    truth = told + np.where(told > 9, 2.0, 0.0) + random.normal(size=1000)
    (found,) = curves.of(Rows(truth, np.ones(1000), 1), told[:, None], ())
    assert (found.name, found.rows) == ("residuals", (100,) * 10)
    assert list(found.x) == sorted(found.x)
    assert found.low[-1] > 1.5
    assert sum(low <= 0 <= high for low, high in zip(found.low[:-1], found.high[:-1], strict=True)) >= 7
    few = curves.of(Rows(np.array([1.0, 2.0]), np.ones(2), 1), np.array([[1.0], [3.0]]), ())[0]
    assert (few.y, [math.isnan(low) for low in few.low]) == ((0, -1), [True, True])


@pytest.mark.parametrize("classes", [2, 4])
def test_the_matrix_is_scikit_learns(classes: int) -> None:
    random = np.random.default_rng(0)
    truth, answers = random.integers(0, classes, 60), random.dirichlet(np.ones(classes), 60)
    weight = random.uniform(0, 2, 60)
    found = thresholds.confusion(Rows(truth, weight, 1), answers.argmax(axis=1), classes)
    theirs = metrics.confusion_matrix(truth, answers.argmax(axis=1), sample_weight=weight)
    assert np.array(found) == pytest.approx(theirs)


@pytest.mark.parametrize("decision", [None, Decision(0.3, "costs"), Decision(0.123, "f1")])
def test_thresholds_are_what_the_textbook_says(decision: Decision | None) -> None:
    truth, answers = answered(300)
    threshold = None if decision is None else decision.threshold
    found = thresholds.of(Rows(truth, np.ones(300), 1), answers, decide(answers, decision), threshold)
    (chosen,) = [each for each in found if each.chosen]
    assert chosen.threshold == (0.5 if decision is None else decision.threshold)
    assert len(found) == (20 if decision and decision.threshold == 0.123 else 19)
    assert [each.threshold for each in found] == sorted(each.threshold for each in found)
    for each in found:
        given = answers[:, 1] >= each.threshold
        (negative, false), (_, _) = metrics.confusion_matrix(truth, given)
        assert each.selection_rate == pytest.approx(given.mean())
        assert each.precision == pytest.approx(metrics.precision_score(truth, given))
        assert each.recall == pytest.approx(metrics.recall_score(truth, given))
        assert each.false_positive_rate == pytest.approx(false / (false + negative))
        assert each.f1 == pytest.approx(metrics.f1_score(truth, given))
        assert each.accuracy == pytest.approx(metrics.accuracy_score(truth, given))
