"""`modelyard.launch` and the other functions that the command line is a face of."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import pytest

import modelyard
from modelyard import families, run, sketching
from modelyard.core.errors import RecipeError, RefusedError, UsageError
from modelyard.release.yard import Yard
from modelyard.serve import server
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

GATE = {"gate": "at_least", "metric": "roc_auc"}


def recipe(folder: Path, bound: float) -> dict[str, Any]:
    return making.recipe(folder, making.table("binary").drop("comment"), name="risk", gates=[{**GATE, "bound": bound}])


def test_launch_trains_releases_and_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[dict[str, Any]] = []

    def visit(url: str) -> None:
        def ask() -> None:
            with build_opener(ProxyHandler({})).open(f"{url}/models", timeout=30) as reply:
                heard.append(json.load(reply))
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=ask).start()

    real = server.serve
    monkeypatch.setattr(server, "serve", lambda models, **place: real(models, ready=visit, **place))
    modelyard.launch(recipe(tmp_path, 0.5), port=0, home=tmp_path / "yard")
    (released,) = Yard(tmp_path / "yard").releases()
    assert [(model["name"], model["digest"]) for model in heard[0]["models"]] == [("risk", released.digest)]


def test_a_gate_that_says_no_serves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        modelyard.launch(recipe(tmp_path, 1.5), port=0, home=tmp_path / "yard")
    assert caught.value.exit_status == 3
    assert caught.value.where == "gate at_least"
    assert Yard(tmp_path / "yard").releases() == []
    assert len(list((tmp_path / "yard" / "bundles").iterdir())) == 1


def test_a_port_that_is_none_is_told_before_the_recipe_is_read() -> None:
    with pytest.raises(UsageError, match="0 to 65535"):
        modelyard.launch("no-such-recipe.yaml", port=70_000)


class TestSource:
    @pytest.mark.parametrize("said", ["a.csv", {"source": "csv", "path": "a.csv"}])
    def test_is_named_as_recipes_name_it(self, said: str | dict[str, Any], tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        assert families.source(said).read(tmp_path).collect().to_dicts() == [{"a": 1, "b": 2}]

    def test_that_is_unknown_is_told(self) -> None:
        with pytest.raises(UsageError, match=r"the ending '\.pdf' names no source"):
            families.source("a.pdf")
        with pytest.raises(RecipeError, match="no source called 'cvs'"):
            families.source({"source": "cvs", "path": "a"})


def test_a_sketch_is_checked_and_not_written(tmp_path: Path) -> None:
    making.table("regression").write_parquet(tmp_path / "rows.parquet")
    sketched = sketching.sketch(tmp_path / "rows.parquet", None, tmp_path / "inside" / "recipe.yaml")
    assert sketched.plan.recipe.name == "rows"
    assert sketched.plan.recipe.data.train.settings == {"path": "../rows.parquet"}
    assert (sketched.rows.task, len(sketched.rows.train)) == ("regression", 120)
    assert [entry.name for entry in tmp_path.iterdir()] == ["rows.parquet"]


def test_figures_on_other_rows_come_in_the_recipe_s_order(tmp_path: Path) -> None:
    metrics = ["roc_auc", "accuracy", "brier"]
    made = making.train(tmp_path, making.table("binary").drop("comment"), metrics=metrics)
    frame: pl.DataFrame = making.table("binary", seed=5)
    frame.write_parquet(tmp_path / "other.parquet")
    report = run.evaluate(modelyard.load(made.bundle.folder), tmp_path / "other.parquet")
    assert [score.metric for score in report.scores] == metrics
