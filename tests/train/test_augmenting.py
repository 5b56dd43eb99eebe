"""The table of augmented rows: the training rows' columns, changed as each augment says and in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.assemble import assemble
from modelyard.core.types import Parts, Role, Table, Task
from modelyard.data.read import read, target_values, weight_values
from modelyard.data.split import split
from modelyard.train import augmenting
from tests import drawing, making

if TYPE_CHECKING:
    from pathlib import Path

TEXT = {"comment": {"kind": "text"}}
NUMBERS = {"comment": {"role": "ignore"}, "member": {"role": "slice"}}


def planned(folder: Path, frame: pl.DataFrame, **said: Any) -> tuple[Any, Parts]:
    plan = assemble(making.recipe(folder, frame, **said))
    rows = read(plan.sources, plan.recipe)
    plan.check_columns(rows.train.schema.features)
    return plan, split(rows, plan.recipe.split, plan.recipe.seed)


def made(plan: Any, parts: Parts, task: Task = Task.BINARY, seed: int = 7) -> Table:
    return augmenting.rows(parts.train, task, plan.augments, seed)[0]


def test_rows_are_the_training_rows_with_other_texts(tmp_path: Path) -> None:
    said = ["swap", {"augment": "drop", "copies": 2}]
    plan, parts = planned(tmp_path, making.table("binary"), columns=TEXT, augment=said)
    table = made(plan, parts)
    assert len(table) == 3 * len(parts.train)
    others = [name for name in parts.train.frame.columns if name != "comment"]
    for start in range(0, len(table), len(parts.train)):
        piece = table.frame.slice(start, len(parts.train))
        assert piece.select(others).equals(parts.train.frame.select(others))
        assert (piece["comment"] != parts.train.frame["comment"]).sum() > len(piece) / 2
    assert table.frame.equals(made(plan, parts).frame)
    assert not table.frame.equals(made(plan, parts, seed=8).frame)
    assert table.schema == parts.train.schema


def test_rows_of_several_augments_stand_below_each_other(tmp_path: Path) -> None:
    frame = making.table("binary", 200).with_columns(pl.Series("kids", np.arange(200) % 4))
    frame = frame.filter((pl.col(making.TARGET) == "good") | (pl.col("kids") == 0))
    said = ["smote", "mixup", {"augment": "jitter", "columns": ["income", "kids"], "copies": 2}]
    plan, parts = planned(tmp_path, frame, columns=NUMBERS, augment=said)
    table, notes = augmenting.rows(parts.train, Task.BINARY, plan.augments, 7)
    assert [note.partition(":")[0] for note in notes] == ["smote"]
    assert "Elor and Averbuch-Elor 2022" in notes[0]
    smoted = len(table) - 4 * len(parts.train)
    counts = np.bincount(target_values(parts.train, Task.BINARY))
    assert smoted == counts.max() - counts.min()
    weight = weight_values(table)
    assert weight is not None, "mixup weighs its rows, and so all rows have a weight"
    assert weight[:smoted].tolist() == [1.0] * smoted
    assert weight[-2 * len(parts.train) :].tolist() == [1.0] * 2 * len(parts.train)
    assert weight[smoted : -2 * len(parts.train)].sum() == pytest.approx(len(parts.train))
    assert parts.train.schema.having(Role.WEIGHT) == ()
    assert table.schema.features == parts.train.schema.features
    assert table.frame["member"].drop_nulls().dtype == pl.Boolean, "what no augment changes is as it was"
    jittered = table.frame.tail(2 * len(parts.train))
    assert jittered.select("home", "since").equals(pl.concat([parts.train.frame.select("home", "since")] * 2))


def test_weights_of_the_rows_are_multiplied(tmp_path: Path) -> None:
    frame = making.table("regression").with_columns(pl.Series("heavy", np.arange(120) % 3 + 1))
    columns = {**NUMBERS, "heavy": {"role": "weight"}}
    plan, parts = planned(tmp_path, frame, columns=columns, augment=[{"augment": "mixup", "alpha": 1.0}])
    sample = made(plan, parts, Task.REGRESSION)
    weight = weight_values(sample)
    assert weight is not None
    first, second = np.split(weight, 2)
    assert set(np.round(first + second, 9).tolist()) == {1.0, 2.0, 3.0}
    assert sample.schema == parts.train.schema
    known = set(parts.train.frame[making.TARGET].to_list())
    assert set(sample.frame[making.TARGET].to_list()) <= known


def test_rows_to_choose_and_to_report_by_are_never_touched(tmp_path: Path) -> None:
    plan, parts = planned(tmp_path, drawing.table(60), augment=["flip", "mixup", {"augment": "rotate", "copies": 2}])
    before = [part.frame.clone() for part in (parts.train, parts.valid, parts.test)]
    table = made(plan, parts)
    assert all(old.equals(part.frame) for old, part in zip(before, (parts.train, parts.valid, parts.test), strict=True))
    seen = set(parts.train.frame["n"].to_list())
    held = set(parts.valid.frame["n"].to_list()) | set(parts.test.frame["n"].to_list())
    plain = set(table.frame["n"].to_list())
    assert plain & seen
    assert not plain & held, "no value of a row that was held out"
    strangers = set(parts.valid.frame["picture"].to_list()) | set(parts.test.frame["picture"].to_list())
    assert not set(table.frame["picture"].to_list()) & strangers


def test_smote_with_too_few_rows_makes_none(tmp_path: Path) -> None:
    frame = making.table("binary", 60).with_columns(pl.Series(making.TARGET, ["a"] * 55 + ["b"] * 5))
    plan, parts = planned(tmp_path, frame, columns=NUMBERS, augment=["smote"])
    table, notes = augmenting.rows(parts.train, Task.BINARY, plan.augments, 7)
    assert len(table) == 0
    assert notes[:2] == (
        "smote: 3 rows are too few for 5 neighbours: none is made of the class 'b'",
        "smote: no row was made",
    )
