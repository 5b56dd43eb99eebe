"""`train`, `evaluate`, `release`, `render` and `schema`: what they print, and the shape of their JSON."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.core.report import Report
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Trained

SCORE = {"metric", "value", "low", "high", "rows", "slice"}


@pytest.mark.usefixtures("folder")
def test_train_tells_a_report_and_the_bundle(call: Call) -> None:
    told = call("train", "recipe.yaml")
    assert told.status == 0
    assert "churn: linear, binary" in told.out
    assert "rows: 72 train, 24 valid, 24 test" in told.out
    lines = told.out.splitlines()
    folder = Path(next(line for line in lines if line.startswith("bundle: ")).removeprefix("bundle: "))
    bundle = Bundle.load(folder)
    assert bundle.digest == folder.name
    score = bundle.report.score("roc_auc")
    assert score is not None
    figures = ["roc_auc", f"{score.value:.4f}", f"{score.low:.4f}", "to", f"{score.high:.4f}", "24", "higher"]
    assert figures in [line.split() for line in lines]
    assert any(line.startswith("constant  0.5000") and line.endswith("better") for line in map(str.rstrip, lines))
    assert f"Next: modelyard release {folder}" in told.out
    assert "training linear: done in" in told.err


@pytest.mark.usefixtures("folder")
def test_train_as_json_in_a_yard_of_choice(call: Call) -> None:
    told = call("train", "recipe.yaml", "--json", "--home", "yard", "--set", "columns.age.role=slice")
    assert told.status == 0
    whole = {field.name for field in fields(Report)}
    assert set(told.json) == {*whole, "bundle", "digest", "leaderboard", "alternatives", "worth"}
    assert {curve["name"] for curve in told.json["curves"]} == {"roc", "precision_recall", "lift", "calibration"}
    bundle = Bundle.load(told.json["bundle"])
    assert bundle.folder == Path("yard/bundles").absolute() / bundle.digest
    assert told.json["digest"] == bundle.digest
    assert all(set(score) == SCORE for score in told.json["scores"])
    assert [score["metric"] for score in told.json["scores"]][:2] == ["roc_auc", "accuracy"]
    assert told.json["rows"] == {"train": 74, "valid": 24, "test": 22}  # two rows follow their copies
    assert told.json["comparisons"][0]["baseline"] == "constant"


@pytest.mark.usefixtures("folder")
def test_quiet_leaves_the_result_alone(call: Call) -> None:
    told = call("train", "recipe.yaml", "--quiet")
    assert told.err == ""
    assert "roc_auc" in told.out


def test_what_is_not_defined_is_null(call: Call, folder: Path) -> None:
    rows = [
        line for line in (folder / "customers.csv").read_text(encoding="utf-8").splitlines() if not line.endswith("yes")
    ]
    (folder / "calm.csv").write_text("\n".join(rows[:30]), encoding="utf-8")
    bundle = call("train", "recipe.yaml", "--json", "--quiet").json["bundle"]
    told = call("evaluate", bundle, "calm.csv", "--json")
    score = told.json["scores"][0]
    assert (score["metric"], score["value"], score["low"]) == ("roc_auc", None, None)
    assert told.json["notes"][0] == "not defined: roc_auc on all rows"


def test_evaluate_measures_other_rows(call: Call, trained: Trained) -> None:
    told = call("evaluate", trained.bundle, trained.folder / "customers.csv", "--json")
    assert told.status == 0
    assert told.json["digest"] == trained.told["digest"]
    assert told.json["rows"]["test"] == told.json["scores"][0]["rows"] == 120
    plain = call("evaluate", trained.bundle, trained.folder / "customers.csv")
    assert f"{told.json['scores'][0]['value']:.4f}" in plain.out


class TestRelease:
    def test_a_yes_is_a_version(self, call: Call, trained: Trained, tmp_path: Path) -> None:
        told = call("release", trained.bundle, "--home", tmp_path, "--json")
        assert told.status == 0
        (verdict,) = told.json["verdicts"]
        assert told.json == {
            "released": True,
            "verdicts": [verdict],
            "name": "churn",
            "version": 1,
            "alias": "champion",
            "digest": trained.told["digest"],
        }
        assert (verdict["gate"], verdict["passed"]) == ("at_least", True)
        plain = call("release", trained.bundle, "--home", tmp_path)
        assert "passed   at_least: roc_auc is" in plain.out
        assert "released churn version 1, the champion" in plain.out

    @pytest.mark.usefixtures("folder")
    def test_a_no_ends_with_3(self, call: Call) -> None:
        gates = (
            "gates=[{gate: at_least, metric: roc_auc, bound: 0.9999}, {gate: at_least, metric: accuracy, bound: 0.1}]"
        )
        bundle = call("train", "recipe.yaml", "--json", "--set", gates).json["bundle"]
        told, plain = call("release", bundle, "--json"), call("release", bundle)
        assert told.status == plain.status == 3
        assert (told.json["released"], told.json["version"], told.json["alias"]) == (False, None, None)
        assert [verdict["passed"] for verdict in told.json["verdicts"]] == [False, True]
        assert "refused  at_least: roc_auc is" in plain.out
        assert "error: gate at_least: roc_auc is" in plain.err
        assert "released" not in plain.out


def test_render_is_the_same_recipe_again(call: Call, folder: Path) -> None:
    rendered = call("render", "recipe.yaml", "--set", "model={name: linear, penalty: 2.5}")
    assert rendered.status == 0
    assert rendered.err == ""
    (folder / "filled.yaml").write_text(rendered.out, encoding="utf-8")
    assert call("render", "filled.yaml").out == rendered.out
    told = yaml.safe_load(rendered.out)
    plain = {"l1_ratio": 0.0, "knots": 0, "loss": "squared", "quantile": 0.5}
    assert told["model"] == {"name": "linear", "penalty": 2.5, **plain}
    assert call("render", "filled.yaml", "--json").json == told


def test_a_rendered_recipe_is_utf_8_on_any_terminal(folder: Path) -> None:
    import os
    import subprocess
    import sys

    recipe = (folder / "recipe.yaml").read_text(encoding="utf-8").replace("name: churn", "name: 流失")
    (folder / "recipe.yaml").write_text(recipe, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "modelyard.cli", "render", "recipe.yaml"],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert yaml.safe_load(done.stdout.decode())["name"] == "流失"


def test_schema_is_a_json_schema(call: Call) -> None:
    told = json.loads(call("schema").out)
    assert told["$schema"].startswith("https://json-schema.org/")
    assert "linear" in told["$defs"]["model"]["anyOf"][0]["enum"]
    assert call("schema", "--json").json == told


@pytest.mark.usefixtures("folder")
def test_models_that_are_compared_are_printed_beside_each_other(call: Call) -> None:
    told = call("train", "recipe.yaml", "--set", "compare=[{name: boosting, max_trees: 20, as: 树}]")
    assert told.status == 0
    lines = [line.split() for line in told.out.splitlines()]
    assert any(line[:2] == ["model", "roc_auc"] and line[-3:] == ["USD", "a", "million"] for line in lines)
    assert any(line[:1] == ["linear"] and "recipe's" in line for line in lines)
    assert any(line[:1] == ["树"] for line in lines)
    assert any("worth it" in line or "costs less to ask than linear" in line for line in told.out.splitlines())
    found = call("train", "recipe.yaml", "--json", "--set", "compare=[{name: boosting, max_trees: 20, as: 树}]").json
    assert [line["name"] for line in found["alternatives"]] == ["linear", "树"]
    assert found["alternatives"][1]["over_chosen"]["over"] == "linear"
    assert "linear" in found["worth"]
