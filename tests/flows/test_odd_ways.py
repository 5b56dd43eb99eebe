"""The whole way where something is unusual: few rows, other scripts, secrets, two at once, a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard import filling, run
from modelyard.assemble import assemble
from modelyard.core import artifacts, events
from modelyard.core.errors import DataError, RecipeError
from modelyard.core.types import Kind, Task
from modelyard.recipe import fill
from modelyard.release.bundle import Bundle
from modelyard.release.yard import Yard
from tests import making

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("recipe", sorted((ROOT / "recipes").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_a_recipe(recipe: Path) -> None:
    plan = assemble(recipe)
    assert plan.recipe.name == recipe.stem
    assert plan.gates
    filled = fill.to_yaml(filling.filled(plan))
    assert filling.filled(assemble(fill.from_yaml(filled))) == filling.filled(plan)


def test_four_houses_lie_on_a_line(tmp_path: Path) -> None:
    """Rooms and price: what a person sees at a glance, a linear model answers from four rows."""
    (tmp_path / "train.csv").write_text("rooms,price\n1,100.5\n2,200.5\n3,300.5\n4,400.5\n")
    (tmp_path / "later.csv").write_text("rooms,price\n2,200.5\n5,500.5\n6,600.5\n")
    data = {
        part: str(tmp_path / file)
        for part, file in (("train", "train.csv"), ("valid", "later.csv"), ("test", "later.csv"))
    }
    said: dict[str, Any] = {
        "version": 1,
        "name": "houses",
        "target": "price",
        "data": data,
        "task": "regression",
        "model": "linear",
    }
    trained = run.train(said | {"columns": {"rooms": {"kind": "number"}}}, home=tmp_path / "yard")
    answers = [
        record["prediction"]
        for record in trained.bundle.predict([{"rooms": rooms} for rooms in (1, 5, 6)])["predictions"]
    ]
    assert answers == pytest.approx([100.5, 500.5, 600.5], rel=0.02)
    r2 = trained.report.score("r2")
    assert r2 is not None
    assert r2.value > 0.99


def test_the_fewest_rows_that_can_be_split(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [1.5, 2.5, 3.5, 4.5, 5.5]})
    trained = making.train(tmp_path, frame, target="y", task="regression")
    assert trained.report.rows == {"train": 3, "valid": 1, "test": 1}
    with pytest.raises(DataError, match="2 rows are too few"):
        making.train(tmp_path, frame[:2], target="y", task="regression")


def test_names_values_and_labels_may_be_of_any_script(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = 200
    late = random.random(rows) < 0.4
    frame = pl.DataFrame(
        {
            "客户 年龄": random.normal(40, 10, rows) + 10 * late,
            "🏠": [("租房" if flag else "自有") if random.random() < 0.8 else None for flag in late],
            "备注": [f"第{i}次{'逾期 未还' if flag else '按时 还清'}" for i, flag in enumerate(late)],
            "状态": ["坏" if flag else "好" for flag in late],
        }
    )
    (tmp_path / "客户.csv").write_bytes(frame.write_csv().encode("gb18030"))
    recipe = tmp_path / "风险.yaml"
    recipe.write_text(
        "version: 1\nname: 客户风险\ndata: {source: csv, path: 客户.csv, encoding: gb18030}\ntarget: 状态\n"
        "model: linear\npositive: 坏\ncolumns: {备注: {kind: text}, 🏠: {role: slice}}\n",
        encoding="utf-8",
    )
    trained = modelyard.train(recipe)
    assert trained.bundle.names == ("好", "坏")
    score = trained.report.score("roc_auc")
    assert score is not None
    assert score.value > 0.9
    release, _ = modelyard.release(trained.bundle, trained.yard)
    assert release is not None
    (answer,) = trained.yard.open(trained.yard.find("客户风险")).predict({"客户 年龄": 55, "备注": "又逾期 未还"})[
        "predictions"
    ]
    assert answer["prediction"] == "坏"
    assert set(answer["probabilities"]) == {"好", "坏"}


def test_texts_are_learnt_by_a_linear_model(tmp_path: Path) -> None:
    frame = making.table("multiclass", rows=240).select("comment", making.TARGET)
    trained = making.train(tmp_path, frame, columns={"comment": {"kind": "text"}})
    accuracy = trained.report.score("accuracy")
    assert accuracy is not None
    assert accuracy.value > 0.95
    texts = {"bad": "逾期, unpaid", "good": "paid on time", "unsure": "不知道 hm"}
    answers = trained.bundle.predict([{"comment": text} for text in texts.values()])["predictions"]
    assert [answer["prediction"] for answer in answers] == list(texts)


def test_a_file_of_its_own_for_each_part(tmp_path: Path) -> None:
    whole = making.table("binary", rows=300)
    data = {}
    for part, first, last in (("train", 0, 200), ("valid", 200, 250), ("test", 250, 300)):
        whole[first:last].write_ndjson(tmp_path / f"{part}.jsonl")
        data[part] = f"{part}.jsonl"
    recipe = {
        "version": 1,
        "name": "parts",
        "target": making.TARGET,
        "model": "linear",
        "data": {p: str(tmp_path / f) for p, f in data.items()},
    }
    trained = run.train(recipe, home=tmp_path / "yard")
    assert trained.report.rows == {"train": 200, "valid": 50, "test": 50}
    assert set(trained.report.classes) == {"good", "bad"}


def test_a_secret_stays_outside_and_its_bundle_is_judged_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "hunter2"
    folder.mkdir()
    making.table("binary").write_parquet(folder / "rows.parquet")
    monkeypatch.setenv("SECRET_PLACE", str(folder))
    said = {
        "version": 1,
        "name": "risk",
        "target": making.TARGET,
        "data": "${SECRET_PLACE}/rows.parquet",
        "model": "linear",
    }
    gates = [{"gate": "at_least", "metric": "accuracy", "bound": 0.1}]
    trained = run.train(said | {"gates": gates}, home=tmp_path / "yard")
    for file in trained.bundle.folder.rglob("*"):
        assert file.is_dir() or b"hunter2" not in file.read_bytes(), f"{file.name} tells the secret"
    monkeypatch.delenv("SECRET_PLACE")
    release, verdicts = run.release(trained.bundle, trained.yard)
    assert release is not None
    assert [verdict.passed for verdict in verdicts] == [True]
    assert modelyard.evaluate(trained.bundle, folder / "rows.parquet").scores


def test_an_unlabelled_row_is_left_out_of_an_evaluation(binary: run.Run, tmp_path: Path) -> None:
    making.table("binary").with_columns(
        pl.when(pl.int_range(pl.len()) < 100).then(pl.col(making.TARGET)).otherwise(None).alias(making.TARGET)
    ).write_parquet(tmp_path / "rows.parquet")
    heard: list[events.Event] = []
    with events.listening(heard.append):
        report = modelyard.evaluate(binary.bundle, tmp_path / "rows.parquet")
    assert report.scores[0].rows == 100
    assert any(isinstance(e, events.Note) and "20 of 120 rows have no outcome" in e.text for e in heard)


def test_a_column_of_dates_may_be_a_category(tmp_path: Path) -> None:
    frame = making.table("binary").with_columns(pl.col("since").dt.truncate("1y"))
    trained = making.train(tmp_path, frame, columns={"since": {"kind": "category"}})
    assert trained.bundle.schema["since"].kind is Kind.CATEGORY
    assert all(level.endswith("-01-01T00:00:00") for level in trained.bundle.schema["since"].levels)


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_numbers_of_any_size_are_learnt(task: Task, tmp_path: Path) -> None:
    frame = making.table(task.value)
    frame = frame.with_columns(pl.col("income") * 1e250, pl.col("年龄") * 1e-200)
    if task is Task.REGRESSION:
        frame = frame.with_columns(pl.col(making.TARGET) * 1e9)
    trained = making.train(tmp_path, frame, task=str(task))
    assert np.isfinite(trained.answers).all()
    assert Bundle.load(trained.bundle.folder).digest == trained.bundle.digest


def test_a_column_that_varies_only_outside_of_training_teaches_nothing(tmp_path: Path) -> None:
    rows = 40
    frame = pl.DataFrame({"x": [0.0] * rows, "y": ["a", "b"] * (rows // 2)})
    data = {}
    for part in ("train", "test"):
        (frame if part == "train" else frame.with_columns(x=pl.int_range(rows))).write_parquet(
            tmp_path / f"{part}.parquet"
        )
        data[part] = str(tmp_path / f"{part}.parquet")
    said = {
        "version": 1,
        "name": "n",
        "target": "y",
        "model": "linear",
        "data": data,
        "columns": {"x": {"role": "feature", "kind": "number"}},
    }
    trained = run.train(said, home=tmp_path / "yard")
    assert np.abs(trained.answers - 0.5).max() < 0.01


def test_a_model_that_reads_no_such_column_is_told(tmp_path: Path, tiny_bert: Path) -> None:
    frame = making.table("binary")
    with pytest.raises(RecipeError, match="does not read the tokens that"):
        making.train(
            tmp_path,
            frame,
            columns={"comment": {"kind": "text", "encoder": {"name": "tokens", "weights": str(tiny_bert)}}},
        )
    with pytest.raises(RecipeError, match="reads tokens, and no column is read as such"):
        making.train(tmp_path, frame.drop("comment"), model={"name": "pretrained", "weights": str(tiny_bert)})


TRAIN = """
import sys
from pathlib import Path
from modelyard import run
run.train(Path(sys.argv[1]), home=Path(sys.argv[2]))
print("done")
"""


def written(folder: Path) -> Path:
    making.table("binary").write_parquet(folder / "rows.parquet")
    recipe = folder / "risk.yaml"
    recipe.write_text(f"version: 1\nname: risk\ndata: rows.parquet\ntarget: {making.TARGET}\nmodel: linear\n")
    return recipe


def test_a_process_that_is_killed_leaves_no_half_bundle(tmp_path: Path) -> None:
    """Killed at the first sign of a bundle, again and again a little later: what lies there is whole or not there."""
    recipe, home = written(tmp_path), tmp_path / "yard"
    staged = 0
    for attempt in range(6):
        process = subprocess.Popen([sys.executable, "-c", TRAIN, str(recipe), str(home)], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < end:
            if list((home / "bundles").glob(f"{artifacts.STAGING}*/*")):
                time.sleep(0.02 * attempt)
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.wait(timeout=120)
        found = list((home / "bundles").iterdir())
        for place in found:
            if place.name.startswith(artifacts.STAGING):
                staged += 1
            else:
                assert Bundle.load(place).digest == place.name
    assert staged, "nothing was killed in the middle"
    assert Yard(home).releases() == []
    finished = run.train(recipe, home=home)
    assert Bundle.load(finished.bundle.folder).predict(finished.bundle.example)["predictions"]


def test_two_that_train_the_same_at_once_make_one_bundle(tmp_path: Path) -> None:
    recipe, home = written(tmp_path), tmp_path / "yard"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen([sys.executable, "-c", TRAIN, str(recipe), str(home)], stderr=subprocess.PIPE, env=environment)
        for _ in range(2)
    ]
    for process in running:
        _, told = process.communicate(timeout=300)
        assert process.returncode == 0, told.decode()
    (place,) = (home / "bundles").iterdir()
    assert Bundle.load(place).digest == place.name
