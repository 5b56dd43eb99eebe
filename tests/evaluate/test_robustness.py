"""What changed rows take from a metric: paired, seeded, worst columns first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard import run
from modelyard.core import intervals
from modelyard.core.errors import RecipeError
from modelyard.evaluate import robustness
from modelyard.evaluate.robustness import Subject, stress
from modelyard.evaluate.score import Measured
from modelyard.families import METRICS, PERTURBATIONS
from tests import making

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.core.types import Floats, Values
    from modelyard.run import Run

ALL = {name: PERTURBATIONS.build(name, {}) for name in PERTURBATIONS.names}


def subject(of: Run, *metrics: str) -> Subject:
    measured = Measured(of.test, of.report.task, of.answers)
    named = metrics or (of.report.scores[0].metric,)
    return Subject(of.bundle.ask, measured, of.test, {name: METRICS.build(name, {}) for name in named})


def test_a_column_that_decides_is_lost_most(binary: Run) -> None:
    lines = stress(subject(binary), {"missing_column": ALL["missing_column"]}, seed=7)
    single = lines[:-1]
    assert len(single) == 3
    assert single[0].difference < 0
    assert [line.difference for line in single] == sorted(line.difference for line in single)
    assert lines[-1].on == "4 of 4 columns, one by one: the mean"
    for line in lines:
        assert line.low <= line.difference <= line.high
        assert line.rows == len(binary.test)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_every_line_is_the_metric_of_changed_rows_less_that_of_rows_as_they_are(
    task: str, request: pytest.FixtureRequest
) -> None:
    of: Run = request.getfixturevalue(task)
    under = subject(of)
    (name, metric), truth = next(iter(under.metrics.items())), _truth(of)
    before = metric(truth, of.answers, np.ones(len(truth)))
    score = of.report.score(name)
    assert score is not None
    assert before == pytest.approx(score.value)
    for line in stress(under, ALL, seed=7):
        assert line.metric == name
        assert line.value - line.difference == pytest.approx(before)
        assert line.low <= line.high


def test_the_interval_is_the_paired_bootstrap(binary: Run) -> None:
    """Against the slow way: both metrics anew on each draw."""
    asked: list[Floats] = []
    under = subject(binary, "log_loss")

    def ask(columns: Mapping[str, Values]) -> Floats:
        asked.append(under.ask(columns))
        return asked[-1]

    (line,) = stress(replace(under, ask=ask), {"number_noise": ALL["number_noise"]}, seed=7)
    truth, metric = _truth(binary), under.metrics["log_loss"]
    differences = [
        metric(truth, asked[0], drawn) - metric(truth, binary.answers, drawn)
        for some in intervals.chunks(len(truth), 7)
        for drawn in some
    ]
    assert (line.low, line.high) == pytest.approx(intervals.interval(np.array(differences)))


def test_one_seed_one_answer(binary: Run) -> None:
    first, again = (stress(subject(binary), ALL, seed=7) for _ in range(2))
    assert first == again
    assert stress(subject(binary), ALL, seed=8) != first


def test_each_metric_has_its_lines(binary: Run) -> None:
    lines = stress(subject(binary, "roc_auc", "log_loss"), {"typos": ALL["typos"]}, seed=7)
    assert [line.metric for line in lines] == ["roc_auc", "log_loss"]
    assert {line.on for line in lines} == {"comment"}


def test_what_does_not_apply_is_left_out(regression: Run) -> None:
    bare = replace(
        regression.test.schema, columns=tuple(c for c in regression.test.schema.columns if c.name == "income")
    )
    assert robustness.applying(bare, ALL["typos"]) == ()
    assert [c.name for c in robustness.applying(bare, ALL["out_of_range"])] == ["income"]


def test_rows_that_come_out_the_same_cost_no_question(binary: Run) -> None:
    class Idle:
        alone = False

        def applies(self, _: object) -> bool:
            return True

        def __call__(self, values: Values, *_: object) -> Values:
            return values.copy()

    def ask(_: object) -> Floats:
        raise AssertionError("nothing has changed")

    idle: Any = Idle()
    (line,) = stress(replace(subject(binary), ask=ask), {"idle": idle}, seed=7)
    assert (line.difference, line.low, line.high) == (0.0, 0.0, 0.0)


def test_no_more_than_so_many_rows_and_columns_are_asked(binary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "ASKED", 15)
    monkeypatch.setattr(robustness, "ALONE", 2)
    asked: list[int] = []
    under = subject(binary)

    def ask(columns: Mapping[str, Values]) -> Floats:
        asked.append(len(columns["income"]))
        return under.ask(columns)

    lines = stress(replace(under, ask=ask), {"missing_column": ALL["missing_column"]}, seed=7)
    assert set(asked) == {15}
    assert len(asked) == 2
    assert lines[-1].on == "2 of 4 columns, one by one: the mean"
    assert lines[-1].rows == 15


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"robustness": False}, set()),
        ({"robustness": ["typos", {"perturbation": "number_noise", "share": 0.5}]}, {"typos", "number_noise"}),
        ({}, set(PERTURBATIONS.names)),
    ],
)
def test_a_recipe_says_which(said: dict[str, Any], names: set[str], tmp_path: Path) -> None:
    made = making.train(tmp_path, making.table("binary"), evidence=said)
    assert {line.perturbation for line in made.report.stress} == names
    assert {line.metric for line in made.report.stress} <= {"roc_auc"}
    assert made.bundle.report.stress == made.report.stress
    for name in names:
        assert f"perturbation: {name}" in made.bundle.recipe


def test_a_gate_names_a_metric_and_is_told_early_what_cannot_be(tmp_path: Path) -> None:
    gates: list[dict[str, Any]] = [{"gate": "robust", "metric": "log_loss", "bound": 50.0, "perturbations": ["typos"]}]
    said = {"evidence": {"robustness": ["typos"]}}
    made = making.train(tmp_path, making.table("binary"), gates=gates, **said)
    assert {line.metric for line in made.report.stress} == {"roc_auc", "log_loss"}
    (verdict,) = run.judge(made.bundle, made.yard)
    assert verdict.passed
    textless = making.table("binary").drop("comment")
    with pytest.raises(RecipeError, match="no perturbation changes any column"):
        making.train(tmp_path, textless, gates=gates, **said)
    both = {"evidence": {"robustness": ["typos", "number_noise"]}}
    with pytest.raises(RecipeError, match="'typos' changes no column") as caught:
        making.train(tmp_path, textless, gates=gates, **both)
    assert caught.value.hint == "known: number_noise"


def _truth(of: Run) -> Any:
    from modelyard.data.read import target_values

    return target_values(of.test, of.report.task)
