"""Is the second of two bundles really better?"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard import run
from modelyard.core.contest import Bout, Contest
from modelyard.core.errors import DataError, UsageError
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

Pair = tuple["Run", "Run"]
NAMES = ["roc_auc", "accuracy", "log_loss"]


def table() -> pl.DataFrame:
    """Rows no two of which began at one time: none is a copy of another, even to a model that knows nothing else."""
    first = datetime(2020, 1, 1)  # noqa: DTZ001
    began = [first + timedelta(hours=7 * place * 151 % 2801) if place % 17 else None for place in range(400)]
    return making.table("binary", 400).with_columns(since=pl.Series(began))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A model of one column that says nothing, and one of all; the same rows were dealt to both."""
    folder = tmp_path_factory.mktemp("pair")
    frame = table()
    nothing = {name: {"role": "ignore"} for name in making.KINDS if name != "since"}
    poor = making.train(folder, frame, columns=nothing, metrics=NAMES)
    return poor, making.train(folder, frame, metrics=NAMES)


def test_a_better_one_is_told_on_later_rows(pair: Pair, tmp_path: Path) -> None:
    file = tmp_path / "later.parquet"
    making.table("binary", 300, seed=5).with_columns(extra=1).write_parquet(file)
    poor, good = (made.bundle for made in pair)
    found = modelyard.compare(poor, good.folder, file)
    assert [bout.metric for bout in found.bouts] == NAMES
    assert {bout.verdict for bout in found.bouts} == {"better"}
    assert found.rows == 300
    for bout in found.bouts:
        assert bout.difference == pytest.approx(bout.second - bout.first)
        assert bout.low < bout.difference < bout.high
    scores = run.evaluate(good, file).scores
    assert [bout.second for bout in found.bouts] == pytest.approx([score.value for score in scores if not score.slice])
    assert "that neither has learnt from them is for you to know" in found.notes[0]
    assert found.verdict.startswith(f"test {good.digest[:8]} is better than test {poor.digest[:8]}: roc_auc 0.")
    assert found.verdict in str(found)
    assert found.verdict in found._repr_html_()


def test_the_order_of_two_turns_the_verdict(pair: Pair, tmp_path: Path) -> None:
    file = tmp_path / "later.parquet"
    making.table("binary", 300, seed=5).write_parquet(file)
    poor, good = (made.bundle for made in pair)
    there, back = modelyard.compare(poor, good, file).bouts[0], modelyard.compare(good, poor, file).bouts[0]
    assert back.verdict == "worse"
    assert back.difference == pytest.approx(-there.difference)
    itself = modelyard.compare(good, good, file).bouts
    assert {(bout.difference, bout.low, bout.high, bout.verdict) for bout in itself} == {
        (0, 0, 0, "not distinguishable")
    }


def test_without_rows_both_are_judged_by_the_test_rows_of_both(pair: Pair, tmp_path: Path) -> None:
    poor, good = pair
    assert {bout.verdict for bout in modelyard.compare(poor.bundle, good.bundle).bouts} != {"worse"}
    stiff = run.train(
        making.recipe(tmp_path, table(), metrics=NAMES, model={"name": "linear", "penalty": 300.0}),
        home=tmp_path / "yard",
    )
    found = modelyard.compare(stiff.bundle, good.bundle)
    assert found.rows == len(good.test)
    assert found.test_digest == good.report.test_digest
    assert found.notes == ()
    assert [bout.second for bout in found.bouts] == pytest.approx(
        [score.value for score in good.report.scores if not score.slice]
    )
    making.table("binary", 400, seed=1).write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(UsageError, match="are no more where their recipe says") as told:
        modelyard.compare(stiff.bundle, good.bundle)
    assert told.value.hint == "name rows that neither has learnt from: modelyard compare A B DATA"


def test_rows_that_one_may_have_learnt_from_do_not_judge(pair: Pair, tmp_path: Path) -> None:
    other = making.train(tmp_path, making.table("binary", 400), metrics=NAMES, seed=8)  # which deals them otherwise
    with pytest.raises(UsageError, match="tested on different rows"):
        modelyard.compare(pair[1].bundle, other.bundle)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"task": "regression"}, "the task of the first is 'binary', of the second 'regression'"),
        ({"task": "multiclass"}, "the classes of the first is 'bad, good', of the second 'bad, good, unsure'"),
        ({"positive": "bad"}, "classes of the first is 'bad, good', of the second 'good, bad'"),
        ({"target": "home"}, "the target of the first is 'outcome', of the second 'home'"),
    ],
)
def test_other_questions_are_not_compared(pair: Pair, tmp_path: Path, said: dict[str, Any], problem: str) -> None:
    frame = making.table(said.get("task", "binary"))
    if said.get("target"):
        frame = frame.drop_nulls("home")
    other = making.train(tmp_path, frame, **{key: value for key, value in said.items() if key != "task"})
    with pytest.raises(UsageError) as told:
        modelyard.compare(pair[1].bundle, other.bundle, tmp_path / "rows.parquet")
    assert any(problem in each.problem for each in told.value.problems)


def test_a_column_that_one_of_them_reads_must_be_there(pair: Pair, tmp_path: Path) -> None:
    making.table("binary", 60).drop("income").write_parquet(tmp_path / "less.parquet")
    with pytest.raises(DataError, match="income"):
        modelyard.compare(pair[0].bundle, pair[1].bundle, tmp_path / "less.parquet")


def test_what_is_not_defined_is_told() -> None:
    bout = Bout("roc_auc", math.nan, math.nan, math.nan, math.nan, math.nan, "not distinguishable")
    found = Contest("a", "b", "y", 3, "", (bout,))
    assert found.verdict == "whether b is better cannot be said: roc_auc is not defined on these rows"
    worse = replace(bout, first=0.9, second=0.7, difference=-0.2, low=-0.3, high=-0.1, verdict="worse")
    said = replace(found, bouts=(worse,)).verdict
    assert said == "b is worse than a: roc_auc 0.7000 against 0.9000, -0.2000 (-0.3000 to -0.1000) on 3 rows"


def test_a_learning_curve_on_request(tmp_path: Path) -> None:
    made = making.train(tmp_path, making.table("binary", 400), metrics=NAMES, evidence={"learning_curve": True})
    (curve,) = [curve for curve in made.report.curves if curve.name == "learning"]
    assert list(curve.x) == [30, 60, 120, 240]
    assert curve.y[-1] == made.report.scores[0].value
    assert any(note.startswith("learnt from 240 rows instead of 120: roc_auc ") for note in made.report.notes)
    again = making.train(tmp_path, making.table("binary", 400), metrics=NAMES, evidence={"learning_curve": True})
    assert again.report.lasting == made.report.lasting
    assert again.bundle.digest == made.bundle.digest
    few = making.train(tmp_path, making.table("binary", 30), evidence={"learning_curve": True})
    assert [curve.name for curve in few.report.curves] == ["roc", "precision_recall", "lift", "calibration"]
    assert "too few training rows for a learning curve, 18" in few.report.notes


@pytest.mark.parametrize(("model", "simple"), [("linear", "one tree"), ("boosting", "linear")])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_two_baselines_always(task: str, model: str, simple: str, tmp_path: Path) -> None:
    made = making.train(tmp_path, making.table(task, 150), model=model)
    compared = made.report.comparisons
    assert [each.baseline for each in made.report.foremost] == ["constant", simple]
    assert {each.metric for each in compared} == set(made.report.higher_is_better)
    assert len(compared) == 2 * len(made.report.higher_is_better)
    assert np.isfinite([each.value for each in compared if each.metric != "r2"]).all()
