"""Figures with intervals, by slice, against baselines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.decisions import Decision
from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.evaluate import baselines
from modelyard.evaluate.pairs import Rows, measured
from modelyard.evaluate.score import Measured, score
from modelyard.families import METRICS

if TYPE_CHECKING:
    from modelyard.core.report import Report
    from modelyard.core.types import Floats

RANDOM = np.random.default_rng(0)


def table(truth: Any, **columns: Any) -> Table:
    """Rows with a target of two classes or of numbers, and columns by their role's first letter: s_ or w_."""
    roles = {"s": Role.SLICE, "w": Role.WEIGHT}
    target = Column("y", Kind.CATEGORY, Role.TARGET, levels=("0", "1") if len(set(truth)) <= 2 else ())
    others = [Column(n, Kind.NUMBER if n[0] == "w" else Kind.CATEGORY, roles[n[0]]) for n in columns]
    return Table(pl.DataFrame({"y": truth, **columns}), Schema((target, *others)))


def answers(share: Any) -> Floats:
    """Two columns of probabilities from the second one's."""
    positive = np.asarray(share, dtype=np.float32)
    return np.stack([1 - positive, positive], axis=1)


def report(measured: Measured, *names: str, seed: int = 1) -> Report:
    metrics = {name: METRICS.build(name, {}) for name in names}
    return score(measured, metrics, name="risk", model="linear", rows={"test": len(measured.table)}, seed=seed)


def test_a_report_holds_every_metric_with_its_interval() -> None:
    truth = np.arange(100) % 2
    given = answers(np.where(RANDOM.random(100) < 0.8, truth, 1 - truth) * 0.6 + 0.2)
    found = report(Measured(table(truth.tolist()), Task.BINARY, given), "accuracy", "log_loss", "roc_auc")
    assert [entry.metric for entry in found.scores] == ["accuracy", "log_loss", "roc_auc"]
    for entry in found.scores:
        assert entry.low < entry.value < entry.high
        assert entry.rows == 100
    assert found.higher_is_better == {"accuracy": True, "log_loss": False, "roc_auc": True}
    assert found.classes == ("0", "1")
    assert found == report(Measured(table(truth.tolist()), Task.BINARY, given), "accuracy", "log_loss", "roc_auc")
    other = report(Measured(table(truth.tolist()), Task.BINARY, given), "accuracy", "log_loss", "roc_auc", seed=2)
    assert (other.scores[0].value, other.scores[0].low) != (found.scores[0].value, found.scores[0].low) or (
        other.scores[1].low != found.scores[1].low
    )


@pytest.mark.parametrize(("metric", "rows"), [("accuracy", 60), ("roc_auc", 60), ("log_loss", 60), ("f1", 30)])
def test_intervals_hold_the_truth_as_often_as_they_say(metric: str, rows: int) -> None:
    """Two hundred data sets from one source, whose true figure is known from a hundred thousand of its rows."""
    figure = METRICS.build(metric, {})
    random = np.random.default_rng(7)

    def draw(count: int) -> tuple[Any, Floats]:
        truth = random.integers(0, 2, count)
        return truth, answers(1 / (1 + np.exp(-(truth - 0.5) * 1.5 - random.normal(size=count))))

    truth, given = draw(100_000)
    true_value = figure(truth, given, np.ones(len(truth)))
    held = 0
    for trial in range(200):
        truth, given = draw(rows)
        (found,) = measured(Rows(truth, np.ones(rows), trial), [(figure, given)])
        held += found.low <= true_value <= found.high
    assert 0.92 <= held / 200 <= 0.985


def test_slices_are_measured_by_their_own_rows() -> None:
    truth = np.arange(100) % 2
    group = ["甲"] * 40 + ["b"] * 40 + [None] * 20
    given = answers(np.where(np.arange(100) < 40, truth, 0.4))
    found = report(Measured(table(truth.tolist(), s_group=group), Task.BINARY, given), "accuracy")
    by_slice = {entry.slice: (entry.value, entry.rows) for entry in found.scores}
    assert by_slice == {
        None: (0.7, 100),
        "s_group = 甲": (1.0, 40),
        "s_group = b": (0.5, 40),
        "s_group is missing": (0.5, 20),
    }


def test_a_slice_that_is_too_thin_is_told_and_not_measured() -> None:
    truth = [0, 1] * 30
    found = report(
        Measured(table(truth, s_a=["x"] * 50 + ["rare"] * 10), Task.BINARY, answers(RANDOM.random(60))), "f1"
    )
    assert [entry.slice for entry in found.scores] == [None, "s_a = x"]
    assert "too few rows to measure, fewer than 20: s_a = rare" in found.notes


def test_a_slice_of_one_class_is_not_defined_and_told() -> None:
    truth = [1] * 30 + [0, 1] * 30
    found = report(
        Measured(table(truth, s_a=["x"] * 30 + ["y"] * 60), Task.BINARY, answers(RANDOM.random(90))), "roc_auc"
    )
    undefined = found.score("roc_auc", "s_a = x")
    assert undefined is not None
    assert all(math.isnan(figure) for figure in (undefined.value, undefined.low, undefined.high))
    assert "not defined: roc_auc on s_a = x" in found.notes


def test_weights_count_and_a_part_without_any_is_not_defined() -> None:
    truth = [0, 1] * 40
    weight = [1.0] * 40 + [0.0] * 40
    given = answers([0, 1] * 20 + [1, 0] * 20)
    measured = Measured(table(truth, w_eight=weight, s_half=["a"] * 40 + ["b"] * 40), Task.BINARY, given)
    found = report(measured, "accuracy", "f1", "log_loss", "brier")
    for metric in ("accuracy", "f1"):
        whole, half = found.score(metric), found.score(metric, "s_half = b")
        assert whole is not None
        assert whole.value == 1
        assert half is not None
        assert math.isnan(half.value)


def test_one_weighed_row_among_many_still_has_an_interval() -> None:
    truth, weight = [0, 1] * 20, [0.0] * 39 + [1.0]
    found = report(Measured(table(truth, w_eight=weight), Task.BINARY, answers([0, 1] * 20)), "accuracy", "log_loss")
    assert (found.scores[0].value, found.scores[0].high) == (1, 1)
    assert found.scores[0].low == pytest.approx(
        0.207, abs=1e-3
    )  # one right answer says little, however many rows lie beside it


PAIRS = [("better", 0.9, 0.6), ("worse", 0.6, 0.9), ("not distinguishable", 0.75, 0.74)]


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
@pytest.mark.parametrize(("verdict", "mine", "theirs"), PAIRS)
def test_a_baseline_is_compared_on_the_same_draws(metric: str, verdict: str, mine: float, theirs: float) -> None:
    random = np.random.default_rng(5)
    truth = random.integers(0, 2, 300)

    def right(share: float) -> Floats:
        return answers(np.where(random.random(300) < share, truth, 1 - truth) * 0.6 + 0.2)

    found = report(Measured(table(truth.tolist()), Task.BINARY, right(mine), {"constant": right(theirs)}), metric)
    (compared,) = found.comparisons
    value = found.score(metric)
    assert value is not None
    assert compared.verdict == verdict
    assert compared.difference == pytest.approx(value.value - compared.value)
    assert compared.low <= compared.difference <= compared.high
    assert (any("baseline" in note for note in found.notes) or bool(found.doubt)) is (verdict != "better")


def test_a_pair_is_told_apart_where_two_intervals_are_not() -> None:
    """The model is right on ten rows more, everywhere else both say the same: pairing sees it, intervals overlap."""
    truth = np.arange(300) % 2
    theirs = np.where(RANDOM.random(300) < 0.7, truth, 1 - truth)
    mine = theirs.copy()
    wrong = np.flatnonzero(theirs != truth)[:12]
    mine[wrong] = truth[wrong]
    given = Measured(table(truth.tolist()), Task.BINARY, answers(mine), {"linear": answers(theirs)})
    found = report(given, "accuracy")
    (compared,) = found.comparisons
    assert compared.verdict == "better"
    assert found.scores[0].low < compared.value


def test_the_same_answers_are_not_distinguishable() -> None:
    truth = np.arange(60) % 2
    given = answers(RANDOM.random(60))
    (compared,) = report(Measured(table(truth.tolist()), Task.BINARY, given, {"linear": given}), "accuracy").comparisons
    assert (compared.verdict, compared.difference, compared.low, compared.high) == ("not distinguishable", 0, 0, 0)


def test_the_digest_is_of_the_test_rows() -> None:
    digests = {
        report(Measured(table(truth), Task.BINARY, answers(given)), "accuracy").test_digest
        for truth, given in [([0, 1] * 10, [0.1] * 20), ([0, 1] * 10, [0.9] * 20), ([1, 0] * 10, [0.1] * 20)]
    }
    assert len(digests) == 2


def test_the_constant_baseline_is_the_share_or_the_mean() -> None:
    rows = table(["0", "0", "1", "0"], w_eight=[1.0, 1.0, 2.0, 0.0])
    assert baselines.constant(rows, Task.BINARY, 2).tolist() == [[0.5, 0.5]] * 2
    numbers = Table(pl.DataFrame({"y": [1.0, 2.0, 6.0]}), Schema((Column("y", Kind.NUMBER, Role.TARGET),)))
    assert baselines.constant(numbers, Task.REGRESSION, 2).tolist() == [[3.0]] * 2
    assert baselines.constant(numbers, Task.REGRESSION, 2).dtype == np.float32


def test_metrics_about_decisions_judge_those_of_the_threshold_and_others_the_probabilities() -> None:
    share = np.linspace(0, 1, 101)
    truth = (share >= 0.3).astype(np.int64)
    rows, given = table(truth.tolist()), answers(share)
    names = ("accuracy", "recall", "log_loss", "roc_auc")
    plain = report(Measured(rows, Task.BINARY, given), *names)
    chosen = report(Measured(rows, Task.BINARY, given, decision=Decision(0.3, "so it is")), *names)
    values = [{score.metric: score.value for score in one.scores} for one in (plain, chosen)]
    assert values[1]["accuracy"] == values[1]["recall"] == 1
    assert values[0]["accuracy"] < 0.9
    assert [values[0][name] for name in names[2:]] == [values[1][name] for name in names[2:]]
    assert chosen.notes == ("'1' is answered from a probability of 0.3 on: so it is",)


def test_baselines_decide_at_the_same_threshold() -> None:
    truth = np.arange(100) % 4 // 3  # a quarter
    given, constant = answers(truth), answers(np.full(100, 0.25))
    measured = Measured(table(truth.tolist()), Task.BINARY, given, {"constant": constant}, Decision(0.2, "costs"))
    (compared,) = report(measured, "recall").comparisons
    assert compared.value == 1  # at a half it would find none


def test_what_is_known_of_a_model_comes_first() -> None:
    truth = np.arange(40) % 2
    found = report(Measured(table(truth.tolist()), Task.BINARY, answers(truth), notes=("calibrated",)), "accuracy")
    assert found.notes[0] == "calibrated"


def test_every_metric_is_compared_with_every_baseline_and_the_first_is_told() -> None:
    truth = np.arange(100) % 2
    theirs = {"constant": answers(np.full(100, 0.5)), "linear": answers(truth * 0.9)}
    given = answers(np.where(np.arange(100) < 90, truth, 1 - truth) * 0.6 + 0.2)
    found = report(Measured(table(truth.tolist()), Task.BINARY, given, theirs), "accuracy", "roc_auc", "log_loss")
    assert [(each.metric, each.baseline) for each in found.comparisons] == [
        (metric, baseline) for metric in ("accuracy", "roc_auc", "log_loss") for baseline in ("constant", "linear")
    ]
    assert found.foremost == found.comparisons[:2]
    assert [note for note in found.notes if "baseline" in note] == [
        "the model is worse than the linear baseline on these rows (accuracy)"
    ]


def test_a_report_holds_what_is_decided_and_its_curves() -> None:
    truth = np.arange(100) % 4 // 3
    given = answers(np.where(RANDOM.random(100) < 0.8, truth, 1 - truth) * 0.6 + 0.1)
    found = report(
        Measured(table(truth.tolist()), Task.BINARY, given, decision=Decision(0.3, "costs")), "accuracy", "f1"
    )
    right = found.confusion[0][0] + found.confusion[1][1]
    (chosen,) = [each for each in found.thresholds if each.chosen]
    assert right / 100 == found.scores[0].value == chosen.accuracy
    assert chosen.f1 == found.scores[1].value
    assert [curve.name for curve in found.curves] == ["roc", "precision_recall", "lift", "calibration"]
