"""Sources to one checked table: the whole table of what bad rows get, and what good ones become."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.assemble import assemble
from modelyard.core import events
from modelyard.core.errors import DataError, ModelyardError, RecipeError
from modelyard.core.types import Kind, Role, Task
from modelyard.data.read import Rows, check_rows, read, target_values, weight_values

if TYPE_CHECKING:
    from pathlib import Path

HOMES = ["rent", "own", "父母家"]


def frame(rows: int = 12, **columns: list[Any]) -> dict[str, list[Any]]:
    usual: dict[str, list[Any]] = {
        "age": [20 + place % 7 for place in range(rows)],
        "home": [HOMES[place % 3] for place in range(rows)],
        "y": ["good", "bad"] * (rows // 2) + ["good"] * (rows % 2),
    }
    return usual | columns


def rows_of(folder: Path, tables: dict[str, dict[str, list[Any]]], **said: Any) -> Rows:
    """Read tables that are written as JSON lines, so that every value is as it is said here."""
    for part, columns in tables.items():
        names = list(columns)
        lines = [json.dumps(dict(zip(names, row, strict=True))) for row in zip(*columns.values(), strict=True)]
        (folder / f"{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    data = {part: str(folder / f"{part}.jsonl") for part in tables}
    plan = assemble({"version": 1, "name": "risk", "target": "y", "data": data, **said})
    return read(plan.sources, plan.recipe)


WRONG: list[tuple[str, dict[str, dict[str, list[Any]]], dict[str, Any], list[str]]] = [
    (
        "no target",
        {"train": frame()},
        {"target": "z"},
        ["recipe: target: no column called 'z'\n  hint: known: age, home, y"],
    ),
    (
        "target misspelt",
        {"train": frame()},
        {"target": "Home"},
        ["recipe: target: no column called 'Home'\n  hint: did you mean 'home'?"],
    ),
    (
        "columns misspelt",
        {"train": frame()},
        {"columns": {"agee": {"kind": "number"}, "hom": {}}},
        [
            "recipe: columns.agee: no such column\n  hint: did you mean 'age'?",
            "recipe: columns.hom: no such column\n  hint: did you mean 'home'?",
        ],
    ),
    ("target missing in every row", {"train": frame(y=[None] * 12)}, {}, ["y: the target is missing in every row"]),
    ("target constant", {"train": frame(y=["a"] * 12)}, {}, ["y: the target is constant"]),
    (
        "target constant where it is known",
        {"train": frame(y=["a"] * 6 + [None] * 6)},
        {},
        ["y: the target is constant"],
    ),
    (
        "target all different",
        {"train": frame(y=[f"c{i}" for i in range(12)])},
        {},
        ["y: the target is different in every row, so no class repeats"],
    ),
    (
        "numbers all different as classes",
        {"train": frame(y=list(range(12)))},
        {"task": "multiclass"},
        ["y: the target is different in every row"],
    ),
    (
        "a class of one row",
        {"train": frame(y=["a"] * 5 + ["b"] * 6 + ["c"])},
        {},
        ["y: 1 class has fewer than two rows: 'c'\n  hint: a class needs a row to learn from"],
    ),
    (
        "classes of one row",
        {"train": frame(y=["a"] * 8 + ["b", "c", "d", "e"])},
        {},
        ["y: 4 classes have fewer than two rows: 'b', 'c', 'd' ..."],
    ),
    (
        "three values for binary",
        {"train": frame(y=["a", "b", "c"] * 4)},
        {"task": "binary"},
        ["y: the target has 3 values, and the task binary takes 2\n  hint: say task: multiclass"],
    ),
    (
        "text for regression",
        {"train": frame()},
        {"task": "regression"},
        ["y: the target is no number, so the task cannot be regression"],
    ),
    (
        "a number too large for an answer",
        {"train": frame(y=[i * 1e132 for i in range(12)])},
        {"task": "regression"},
        ["y: the target is not between 1e-30 and 1e+30"],
    ),
    (
        "a positive class that is none",
        {"train": frame()},
        {"positive": "godo"},
        ["recipe: positive: no class called 'godo'\n  hint: did you mean 'good'?"],
    ),
    (
        "nothing to learn from",
        {"train": {"same": [1] * 12, "y": ["a", "b"] * 6}},
        {},
        ["data.train: no column is left to learn from\n  hint: same: it holds one value"],
    ),
    (
        "two rows",
        {"train": frame(2)},
        {},
        ["data.train: 2 rows are too few", "y: the target is different in every row"],
    ),
    (
        "values that are not of their kind",
        {"train": frame(home=["rent", "7", "8", "x"] * 3)},
        {"columns": {"home": {"kind": "number"}, "age": {"kind": "time"}}},
        [
            "age: expected a date or time in ISO 8601",
            "home: expected a number, got text: 12 of 12 rows, such as 'rent'",
        ],
    ),
    (
        "a level that the recipe does not allow",
        {"train": frame()},
        {"columns": {"home": {"levels": ["rent", "own"]}}},
        ["home: is none of the levels that the recipe allows: 4 of 12 rows, such as '父母家', first in rows 3, 6, 9"],
    ),
    (
        "weights below zero",
        {"train": frame(w=[1, 2, -1] * 4)},
        {"columns": {"w": {"role": "weight"}}},
        ["w: weights must be numbers of at least zero, one in every row"],
    ),
    (
        "weights that are missing",
        {"train": frame(w=[1, 2, None] * 4)},
        {"columns": {"w": {"role": "weight"}}},
        ["w: weights must be numbers of at least zero"],
    ),
    (
        "weights that are words",
        {"train": frame(w=["a", "b", "c"] * 4)},
        {"columns": {"w": {"role": "weight"}}},
        ["w: expected a number, got text: 12 of 12 rows", "w: weights must be numbers"],
    ),
    (
        "weights that are all zero",
        {"train": frame(w=[0] * 12)},
        {"columns": {"w": {"role": "weight"}}},
        ["w: the weights are zero in every row"],
    ),
    (
        "a test file without a column",
        {"train": frame(), "test": {"age": [1, 2], "y": ["good", "bad"]}},
        {},
        ["data.test: no column called 'home', which data.train has"],
    ),
    (
        "a test file with other values",
        {"train": frame(), "test": frame(age=["old"] * 12)},
        {},
        ["data.test: age: expected a number, got text: 12 of 12 rows, such as 'old'"],
    ),
    (
        "a class that training lacks",
        {"train": frame(), "test": frame(y=["good", "ugly"] * 6)},
        {},
        ["y: the class 'ugly' is not in data.train", "y: the target has 3 values, and the task binary takes 2"],
    ),
    (
        "a training file of one class",
        {"train": frame(y=["good"] * 12), "test": frame()},
        {},
        ["y: the target is constant: every row says the same"],
    ),
    (
        "a test file without labels",
        {"train": frame(), "test": frame(y=[None] * 12)},
        {},
        ["data.test: holds no row with a target"],
    ),
    (
        "names that no message can hold",
        {"train": frame() | {'say "hi"': list(range(12)), "a\\b": [1] * 12, "tab\t": [2] * 12}},
        {},
        [
            "'a\\\\b': the column's name holds",
            "'say \"hi\"': the column's name holds a quotation mark",
            "'tab\\t': the column's name holds",
        ],
    ),
    (
        "several at once",
        {"train": frame(y=["a"] * 5 + ["b"] * 6 + ["c"], w=[-1] * 12)},
        {"columns": {"home": {"kind": "number"}, "w": {"role": "weight"}}},
        ["home: expected a number", "w: weights must be numbers", "y: 1 class has fewer than two rows"],
    ),
]


@pytest.mark.parametrize(("tables", "said", "told"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_rows_that_cannot_be_learnt_from_are_told(
    tables: dict[str, dict[str, list[Any]]], said: dict[str, Any], told: list[str], tmp_path: Path
) -> None:
    with pytest.raises(ModelyardError) as caught:
        rows_of(tmp_path, tables, **said)
    assert caught.value.exit_status == 2
    found = sorted(str(problem) for problem in caught.value.problems)
    assert len(found) == len(told), found
    for problem, wanted in zip(found, sorted(told), strict=True):
        assert problem.startswith(wanted)


def test_rows_without_a_target_are_left_out_and_told(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    with events.listening(heard.append):
        rows = rows_of(tmp_path, {"train": frame(y=["good", "bad", None] * 4)})
    assert len(rows.train) == 8
    told = "data.train: 4 of 12 rows have no y and were left out"
    assert told in rows.notes
    assert events.Note(told) in heard


def test_columns_that_say_nothing_new_are_left_out_and_told(tmp_path: Path) -> None:
    usual = frame()
    table = usual | {"same": [1] * 12, "copy": usual["home"], "kept": usual["home"]}
    rows = rows_of(tmp_path, {"train": table}, columns={"kept": {"kind": "category"}})
    assert [column.name for column in rows.train.schema.features] == ["age", "home", "kept"]
    told = [note for note in rows.notes if note.startswith("column")]
    assert told == ["column same is left out: it holds one value", "column copy is left out: the same as home"]


def test_numbers_that_are_not_are_missing_and_infinite_targets_are_told(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {"x": [1.0, float("nan"), 3.0, 4.0] * 5, "y": [1.5, 2.5, float("nan"), 3.5] * 5, "z": list(range(0, 100, 5))}
    )
    table.write_parquet(tmp_path / "rows.parquet")
    said = {"version": 1, "name": "n", "target": "y", "data": str(tmp_path / "rows.parquet")}
    plan = assemble(said)
    rows = read(plan.sources, plan.recipe)
    assert (len(rows.train), rows.task, rows.train.schema["x"].nullable) == (15, Task.REGRESSION, True)
    assert np.isfinite(target_values(rows.train, rows.task)).all()
    table.with_columns(pl.Series("y", [1.5, float("inf"), 2.5, 3.5] * 5)).write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(DataError, match="the target is infinite in 5 rows"):
        read(plan.sources, plan.recipe)


def test_what_no_kind_reads_is_told_unless_it_is_ignored(tmp_path: Path) -> None:
    table = pl.DataFrame({**frame(), "items": [[1]] * 12, "raw": [b"x"] * 12})
    table.write_parquet(tmp_path / "rows.parquet")
    said: dict[str, Any] = {"version": 1, "name": "n", "target": "y", "data": str(tmp_path / "rows.parquet")}
    plan = assemble(said)
    with pytest.raises(DataError) as caught:
        read(plan.sources, plan.recipe)
    assert [(p.where, p.problem) for p in caught.value.problems] == [
        ("items", "holds lists, which no kind reads"),
        ("raw", "holds bytes, which no kind reads"),
    ]
    plan = assemble(said | {"columns": {"items": {"role": "ignore"}, "raw": {"role": "ignore"}}})
    rows = read(plan.sources, plan.recipe)
    assert rows.train.frame.columns == ["age", "home", "y"]


def test_the_parts_that_the_recipe_gives_stay_as_they_are(tmp_path: Path) -> None:
    tables = {"train": frame(), "valid": frame(4), "test": frame(6, extra=[1] * 6)}
    rows = rows_of(tmp_path, tables)
    assert rows.valid is not None
    assert rows.test is not None
    assert [len(table) for table in rows.given] == [12, 4, 6]
    assert rows.test.frame.columns == rows.train.frame.columns == ["age", "home", "y"]
    assert rows.digest != rows_of(tmp_path, tables | {"test": frame(4, extra=[1] * 4)}).digest


@pytest.mark.parametrize(
    ("train", "test", "levels"),
    [
        ([0, 1] * 6, [0.0, 1.0] * 6, ("0", "1")),
        ([0, 1] * 6, ["0", "1"] * 6, ("0", "1")),
        ([True, False] * 6, ["true", "false"] * 6, ("false", "true")),
    ],
)
def test_classes_are_the_same_however_a_file_writes_them(
    train: list[Any], test: list[Any], levels: tuple[str, ...], tmp_path: Path
) -> None:
    rows = rows_of(tmp_path, {"train": frame(y=train), "test": frame(y=test, age=[1.5] * 12)})
    assert rows.test is not None
    assert rows.train.schema.target.levels == levels
    assert target_values(rows.test, rows.task).tolist() == target_values(rows.train, rows.task).tolist()


def test_a_schema_tells_what_was_seen(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        {"train": frame(), "test": frame(home=[None, "street", "rent"] * 4)},
        columns={"age": {"role": "slice"}},
    )
    home = rows.train.schema["home"]
    assert (home.nullable, home.levels, home.closed) == (True, ("own", "rent", "street", "父母家"), False)
    assert rows.train.schema["age"].role is Role.SLICE
    target = rows.train.schema.target
    assert (target.levels, target.nullable, target.kind) == (("bad", "good"), False, Kind.CATEGORY)
    assert "task: binary, as the target has two values" in rows.notes
    assert "positive class: good" in rows.notes


def test_weights_are_read_and_absent_ones_are_none(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, {"train": frame(w=[0, 1] * 6)}, columns={"w": {"role": "weight"}})
    assert weight_values(rows.train) is not None
    assert weight_values(rows.train).tolist() == [0.0, 1.0] * 6  # type: ignore[union-attr]
    assert weight_values(rows_of(tmp_path, {"train": frame()}).train) is None


def test_later_rows_keep_the_schema_of_training(tmp_path: Path) -> None:
    schema = rows_of(tmp_path, {"train": frame()}, columns={"home": {"role": "ignore"}}).train.schema
    kept = check_rows(pl.DataFrame({"y": ["bad", None, "good"], "age": [1, 2, 3], "other": [[1], [2], [3]]}), schema)
    assert kept.frame.rows() == [(1, "bad"), (3, "good")]
    assert kept.schema == schema
    with pytest.raises(DataError) as caught:
        check_rows(pl.DataFrame({"y": ["bad", "worse"], "age": ["x", "y"]}), schema)
    assert [str(problem).splitlines()[0] for problem in caught.value.problems] == [
        "age: expected a number, got text: 2 of 2 rows, such as 'x', 'y', first in rows 1, 2",
        "y: the class 'worse' was not there in training",
    ]
    with pytest.raises(DataError, match="no column called 'y'"):
        check_rows(pl.DataFrame({"age": [1]}), schema)
    with pytest.raises(DataError, match="holds no row with a target"):
        check_rows(pl.DataFrame({"age": [1], "y": [None]}), schema)


def test_an_unknown_column_of_the_recipe_is_an_error_of_the_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError):
        rows_of(tmp_path, {"train": frame()}, columns={"nobody": {}})
