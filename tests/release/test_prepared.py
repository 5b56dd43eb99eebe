"""Bundles whose columns are prepared together: explained, and asked of clients, are the columns as they come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.explaining import Otherwise, Why
from modelyard.serve.app import App
from tests import making
from tests.serve.asking import Client

if TYPE_CHECKING:
    import polars as pl

    from modelyard.run import Run

STEPS: list[dict[str, Any]] = [
    {"step": "log", "columns": ["income"]},
    {"step": "ratio", "of": ["年龄", "income"], "name": "age by income"},
    {"step": "interact", "of": ["home", "member"]},
    {"step": "calendar", "of": "since", "keep": False},
    {"step": "select", "fdr": 0.01, "keep": ["age by income"]},
]
RAW = ["年龄", "income", "home", "member", "since", "noise"]


def frame(rows: int = 240) -> pl.DataFrame:
    import polars as pl

    noise = pl.Series("noise", np.random.default_rng(3).choice(["a", "b", "c"], rows))
    return making.table("binary", rows).drop("comment").with_columns(noise).select(*RAW, making.TARGET)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Run:
    said: dict[str, Any] = {"evidence": {"robustness": ["missing_column"], "importance": True, "weak_slices": False}}
    return making.train(tmp_path_factory.mktemp("prepared"), frame(), prepare=STEPS, **said)


def test_the_steps_did_what_the_other_tests_rely_on(prepared: Run) -> None:
    read = set(prepared.bundle.features.fitted)
    assert {"年龄", "age by income", "home_with_member"} <= read
    assert not read & {"noise", "since"}


@pytest.mark.parametrize("exact", [0, 1 << 15])
def test_shapley_values_are_of_the_raw_columns_and_add_up(prepared: Run, exact: int) -> None:
    rows = prepared.test.frame.head(4)
    told = prepared.bundle.explain(rows, background=prepared.test.frame.head(20), exact=exact)
    answers = prepared.bundle.outputs(rows)[:, 1]
    for why, answer in zip(told, answers, strict=True):
        assert isinstance(why, Why)
        assert [share.column for share in why.shares] == RAW
        assert why.answer == pytest.approx(float(answer), abs=1e-5)
        assert why.total == pytest.approx(why.answer, abs=1e-6)
        assert why.columns["noise"] == pytest.approx(0.0, abs=1e-6)
        assert why.columns["年龄"] != pytest.approx(0.0, abs=1e-3)


def test_a_column_that_is_missing_on_both_sides_makes_no_difference(prepared: Run) -> None:
    row = {**prepared.bundle.example, "年龄": None, "home": None, "since": None}
    (why,) = prepared.bundle.explain(row, background=[row, row])
    assert isinstance(why, Why)
    assert all(share.amount == pytest.approx(0.0, abs=1e-6) for share in why.shares)


def test_other_explainers_tell_of_raw_columns_too(prepared: Run) -> None:
    rows = prepared.test.frame.head(5)
    lime = prepared.bundle.explain(rows.head(1), "lime", samples=60)[0]
    assert isinstance(lime, Why)
    assert [share.column for share in lime.shares] == RAW
    otherwise = prepared.bundle.explain(rows, "counterfactual")
    moved = {move.column for each in otherwise if isinstance(each, Otherwise) for move in each.moves}
    assert moved
    assert moved <= set(RAW) - {"noise", "since"}
    for row, each in zip(rows.to_dicts(), otherwise, strict=True):
        assert isinstance(each, Otherwise)
        changed = {name: value for name, value in row.items() if name in RAW}
        changed |= {move.column: move.after for move in each.moves}
        assert float(prepared.bundle.outputs(changed)[0, 1]) == pytest.approx(each.after, abs=1e-5)


def test_importance_and_robustness_are_of_raw_columns(prepared: Run) -> None:
    importance = {each.column: each.value for each in prepared.report.importance}
    assert set(importance) == set(RAW)
    assert importance["noise"] == pytest.approx(0.0, abs=1e-9)
    assert max(importance, key=lambda name: importance[name]) in {"年龄", "home", "member"}
    stressed = {stress.on for stress in prepared.report.stress if stress.perturbation == "missing_column"}
    assert stressed
    assert all(on in RAW or "one by one" in on for on in stressed)


def test_what_was_left_out_is_told_in_the_report(prepared: Run) -> None:
    (note,) = [note for note in prepared.report.notes if note.startswith("select")]
    assert "noise (q = " in note
    card = (prepared.bundle.folder / "README.md").read_text(encoding="utf-8")
    assert "noise (q = " in card


def test_clients_are_asked_for_raw_columns_alone(prepared: Run) -> None:
    schema = json.loads((prepared.bundle.folder / "schema.json").read_text(encoding="utf-8"))
    assert [column["name"] for column in schema["columns"]] == [*RAW, making.TARGET]
    assert set(prepared.bundle.example) == set(RAW)


def test_levels_that_nobody_can_send_are_not_counted(prepared: Run) -> None:
    client = Client(App({"test": prepared.bundle}))
    assert client.post({**prepared.bundle.example, "home": "castle", "member": True}).status_code == 200
    assert client.metric("modelyard_unseen_categories_total", model="test", column="home_with_member") == 0
