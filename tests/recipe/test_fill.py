"""A recipe written back: every default in its place, and no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard import filling
from modelyard.assemble import assemble
from modelyard.recipe import fill

if TYPE_CHECKING:
    from pathlib import Path

RECIPES: list[dict[str, Any]] = [
    {"data": "a.csv"},
    {"data": "a.csv", "costs": {"false_negative": 5, "false_positive": 1}, "class_weight": "balanced"},
    {"data": {"train": "a.csv", "test": {"source": "parquet", "path": "b.parquet"}}},
    {
        "data": {"source": "csv", "path": "数据.csv", "encoding": "gb18030"},
        "positive": True,
        "task": "binary",
        "columns": {
            "年龄": {"kind": "number", "role": "slice"},
            "t": {"encoder": {"name": "ngrams", "bits": 9}},
            "c": {"levels": ["甲", "null", "1"]},
        },
        "split": {"by": "random"},
        "model": {"name": "mlp", "hidden": []},
        "training": {"epochs": 3},
        "class_weight": {True: 5.0, "no": 1.0, 3: 2.0},
        "calibration": "platt",
        "decision": {"metric": {"name": "recall", "average": "micro"}},
        "metrics": ["f1", {"name": "recall", "average": "micro"}],
        "gates": [{"gate": "at_least", "metric": "f1", "bound": 0.5}, {"gate": "not_worse", "metric": "log_loss"}],
        "seed": 0,
    },
]


@pytest.mark.parametrize("said", RECIPES, ids=str)
def test_what_is_filled_is_the_same_recipe_and_says_everything(said: dict[str, Any]) -> None:
    plan = assemble({"version": 1, "name": "risk", "target": "y", **said})
    filled = filling.filled(plan)
    text = fill.to_yaml(filled)
    assert fill.from_yaml(text) == filled
    again = assemble(fill.from_yaml(text))
    assert filling.filled(again) == filled
    assert fill.to_yaml(filling.filled(again)) == text
    assert (again.model, again.training, again.metrics, again.gates) == (
        plan.model,
        plan.training,
        plan.metrics,
        plan.gates,
    )
    assert again.encoders == plan.encoders
    assert again.finish == plan.finish
    assert filled["split"] == {"by": None, "valid": 0.2, "test": 0.2} | said.get("split", {})
    assert filled["seed"] == said.get("seed", 7)


def test_text_stays_as_it_is_in_any_script() -> None:
    text = fill.to_yaml(filling.filled(assemble({"version": 1, "name": "客户", "target": "状态", "data": "数据.csv"})))
    assert "name: 客户\n" in text
    assert "path: 数据.csv\n" in text


SECRETS: list[dict[str, Any]] = [
    {"data": "${SECRET}"},
    {"data": {"train": "${SECRET}"}},
    {"data": {"source": "csv", "path": "${SECRET}"}},
    {"data": {"train": {"source": "csv", "path": "a/${SECRET}"}, "test": "${SECRET}"}},
    {"data": "a.csv", "columns": {"x": {"levels": ["${SECRET}", "b"]}}},
    {"data": "a.csv", "target": "${SECRET}"},
    {"data": "a.csv", "positive": "${SECRET}"},
    {"data": "a.csv", "model": "pretrained", "columns": {"x": {"encoder": {"name": "tokens", "weights": "${SECRET}"}}}},
    {"data": {"source": "csv", "path": "a.csv", "missing": ["", "${SECRET}"]}},
]


@pytest.mark.parametrize("said", SECRETS, ids=str)
def test_a_secret_is_written_as_its_name(said: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2.csv")
    filled = filling.filled(assemble({"version": 1, "name": "risk", "target": "y", **said}))
    text = fill.to_yaml(filled)
    assert "hunter2" not in text
    assert "${SECRET}" in text
    assert filling.filled(assemble(fill.from_yaml(text))) == filled


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"model": "${PART}"}, ("model", "name")),
        ({"metrics": ["f1", "${PART}"]}, ("metrics", 1, "name")),
        ({"columns": {"x": {"encoder": "${PART}"}}}, ("columns", "x", "encoder", "name")),
    ],
)
def test_a_part_may_be_named_by_the_environment(
    said: dict[str, Any], where: tuple[str | int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"model": "linear", "metrics": "recall", "columns": "number"}[str(where[0])]
    monkeypatch.setenv("PART", part)
    inside: Any = filling.filled(assemble({"version": 1, "name": "risk", "target": "y", "data": "a.csv", **said}))
    for step in where:
        inside = inside[step]
    assert inside == "${PART}"


def test_a_recipe_with_a_secret_is_read_from_a_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2.csv")
    file = tmp_path / "r.yaml"
    file.write_text("version: 1\nname: risk\ndata: ${SECRET}\ntarget: y\n")
    assert "hunter2" not in fill.to_yaml(filling.filled(assemble(file)))
