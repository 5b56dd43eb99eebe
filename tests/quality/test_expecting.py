"""What rows must keep: each expectation is broken by the rows that break it, and no value is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard import filling, run
from modelyard.assemble import Plan, assemble
from modelyard.core import events
from modelyard.core.errors import DataError, RecipeError
from modelyard.core.findings import Severity
from modelyard.core.types import Column, Kind, Role, Schema, Table
from modelyard.data.read import Rows, read
from modelyard.quality import expecting
from modelyard.quality.expectations.range import Range
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.now(UTC).date()
FRAME: dict[str, list[Any]] = {
    "age": [30, 41.5, None, 200, -1, 60, 60, 61],
    "code": ["A-1", "A-2", "a-3", "A-2", None, "B-12", "B-13", "Z-0\n"],
    "from": ["2024-01-01", "2024-01-02", "2024-01-03", None, "2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08"],
    "until": ["2024-01-02", "2024-01-01", "2024-01-03", "2024-01-05", None, "2024-02-06", "2024-02-07", "2024-02-08"],
    "a": [1, 2, 3, 4, 5, 6, 7, 8],
    "b": [9, 8, 7, 6, 5, 4, None, 2.5],
    "seen": [str(TODAY - timedelta(days=9 + place)) for place in range(8)],
    "y": ["good", "bad"] * 4,
}
KINDS = {"age": {"kind": "number"}, "code": {"kind": "category"}, "a": {"kind": "number"}, "b": {"kind": "number"}}


def made(folder: Path, checks: list[dict[str, Any]], **parts: dict[str, list[Any]]) -> tuple[Plan, Rows]:
    """A plan, and its rows before anything is expected of them."""
    tables = {"train": FRAME, **parts}
    for name, columns in tables.items():
        pl.DataFrame(columns, strict=False).write_parquet(folder / f"{name}.parquet")
    data = {name: str(folder / f"{name}.parquet") for name in tables}
    said = {"version": 1, "name": "n", "data": data, "target": "y", "columns": KINDS, "checks": checks}
    plan = assemble(said)
    return plan, read(plan.sources, plan.recipe)


CASES: list[tuple[str, dict[str, Any], list[int]]] = [
    ("range", {"column": "age", "low": 0, "high": 120}, [4, 5]),
    ("range", {"column": "age", "low": 30, "high": 60, "inclusive": "none"}, [1, 4, 5, 6, 7, 8]),
    ("range", {"column": "age", "low": 30, "high": 200, "inclusive": "low"}, [4, 5]),
    ("range", {"column": "from", "high": "2024-01-06"}, [7, 8]),
    ("range", {"column": "from", "low": "2024-01-01", "inclusive": "high"}, [1]),
    ("one_of", {"column": "code", "values": ["A-1", "A-2", "B-12", "B-13"]}, [3, 8]),
    ("one_of", {"column": "a", "values": [1, 2, 3, 4, 5, 6, 7]}, [8]),
    ("pattern", {"column": "code", "regex": r"[A-Z]-\d+"}, [3, 8]),
    ("pattern", {"column": "code", "regex": r"A-1|a-3"}, [2, 4, 6, 7, 8]),
    ("unique", {"columns": "code"}, [4]),
    ("unique", {"columns": ["age", "y"]}, []),
    ("unique", {"columns": ["age"]}, [7]),
    ("not_missing", {"column": "age"}, [3]),
    ("not_missing", {"column": "age", "share": 0.125}, []),
    ("not_missing", {"column": "b", "share": 0.1}, [7]),
    ("compare", {"column": "from", "other": "until"}, [2]),
    ("compare", {"column": "from", "other": "until", "how": "<"}, [2, 3]),
    ("compare", {"column": "a", "other": "b", "how": "=="}, [1, 2, 3, 4, 6, 8]),
    ("sum_to", {"columns": ["a", "b"], "total": 10}, [8]),
    ("sum_to", {"columns": ["a", "b"], "total": 10, "tolerance": 0.5}, []),
    ("sum_to", {"columns": ["a"], "total": "b"}, [1, 2, 3, 4, 6, 8]),
]


@pytest.mark.parametrize(("name", "said", "rows"), CASES, ids=[f"{name} {said}" for name, said, _ in CASES])
def test_the_rows_that_break_it(name: str, said: dict[str, Any], rows: list[int], tmp_path: Path) -> None:
    plan, given = made(tmp_path, [{"check": name, **said}])
    found = expecting.broken(plan.expectations, given, plan.recipe)
    assert [one.evidence["row_numbers"] for one in found] == ([rows[: expecting.SHOWN]] if rows else [])
    assert [one.evidence["broken"] for one in found] == ([len(rows)] if rows else [])
    assert all(one.finding == "expectation" and one.severity is Severity.SEVERE for one in found)


TABLES: list[tuple[dict[str, Any], str]] = [
    ({"check": "rows", "low": 8, "high": 8}, ""),
    ({"check": "rows", "low": 9}, "rows: there are fewer than 9 rows"),
    ({"check": "rows", "high": 7}, "rows: there are fewer than 1 rows, or more than 7"),
    ({"check": "fresh", "column": "seen", "at_most": "10d"}, ""),
    ({"check": "fresh", "column": "seen", "at_most": "1w"}, "fresh of seen: the newest time in seen is more than 7"),
]


@pytest.mark.parametrize(("said", "problem"), TABLES, ids=[str(said) for said, _ in TABLES])
def test_a_whole_table_that_breaks_it(said: dict[str, Any], problem: str, tmp_path: Path) -> None:
    plan, given = made(tmp_path, [said])
    found = expecting.broken(plan.expectations, given, plan.recipe)
    assert len(found) == bool(problem)
    assert all(one.problem.startswith(problem) for one in found)


def test_a_time_that_is_yet_to_come_is_not_fresh(tmp_path: Path) -> None:
    ahead = FRAME | {"seen": [str(TODAY + timedelta(days=30))] * 8}
    plan, given = made(tmp_path, [{"check": "fresh", "column": "seen", "at_most": "7d"}], test=ahead)
    assert len(expecting.broken(plan.expectations, given, plan.recipe)) == 1


def test_every_part_is_looked_at_and_a_row_is_called_by_its_number_in_the_file(tmp_path: Path) -> None:
    later = FRAME | {"age": [1, 2, 3, 4, 5, 6, 999, 8], "y": [None, "good", "bad", "good", "bad", None, "good", "bad"]}
    checks: list[dict[str, Any]] = [{"check": "range", "column": "age", "high": 150}, {"check": "rows", "low": 14}]
    plan, given = made(tmp_path, checks, test=later)
    found = expecting.broken(plan.expectations, given, plan.recipe)
    assert [(one.evidence["part"], one.evidence["row_numbers"]) for one in found] == [("train", [4]), ("test", [7])]


def test_all_that_is_broken_stops_a_training_and_no_value_is_told(tmp_path: Path) -> None:
    checks: list[dict[str, Any]] = [
        {"check": "range", "column": "age", "low": 0, "high": 120},
        {"check": "unique", "columns": "code", "severity": "warning"},
        {"check": "pattern", "column": "code", "regex": r"[A-Z]-\d+"},
    ]
    plan, given = made(tmp_path, checks)
    with pytest.raises(DataError) as caught:
        expecting.expected(plan.expectations, given, plan.recipe)
    assert str(caught.value) == (
        "recipe: checks.0: range of age: 2 of 8 rows of train are not in the range from 0 to 120; row numbers 4, 5\n"
        "  hint: mend the rows, or say `severity: warning`\n"
        "recipe: checks.2: pattern of code: 2 of 8 rows of train are not of the form [A-Z]-\\d+; row numbers 3, 8\n"
        "  hint: mend the rows, or say `severity: warning`"
    )
    with pytest.raises(DataError, match=r"checks\.0"):
        run.inspect(plan.recipe)


def test_a_warning_is_a_note(tmp_path: Path) -> None:
    plan, given = made(tmp_path, [{"check": "unique", "columns": "code", "severity": "warning"}])
    heard: list[events.Event] = []
    with events.listening(heard.append):
        after = expecting.expected(plan.expectations, given, plan.recipe)
    assert after.notes[-1].startswith("checks.0: unique of code: 1 of 8 rows of train have what an earlier row has")
    assert heard == [events.Note(after.notes[-1])]


def test_many_rows_are_told_by_the_first(tmp_path: Path) -> None:
    plan, given = made(tmp_path, [{"check": "range", "column": "a", "low": 100}])
    (found,) = expecting.broken(plan.expectations, given, plan.recipe)
    assert found.problem.endswith("row numbers 1, 2, 3, 4, 5, ...")
    assert found.evidence["broken"] == 8


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"check": "range", "column": "ag", "low": 0}, "no column called 'ag'", "did you mean 'age'?"),
    ({"check": "range", "column": "code", "low": 0}, "'code' is of the kind 'category'", "kind: number"),
    ({"check": "compare", "column": "age", "other": "from"}, "compares a number with a time", "one kind"),
]


@pytest.mark.parametrize(("said", "problem", "hint"), WRONG, ids=[problem for _, problem, _ in WRONG])
def test_a_column_that_it_cannot_be_of_is_told(said: dict[str, Any], problem: str, hint: str, tmp_path: Path) -> None:
    plan, given = made(tmp_path, [said])
    with pytest.raises(RecipeError) as caught:
        expecting.broken(plan.expectations, given, plan.recipe)
    assert problem in caught.value.problem
    assert hint in caught.value.hint
    assert caught.value.where == "recipe: checks.0"


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"check": "range", "column": "a", "low": 2, "high": 1}, "has a `low` above its `high`"),
    ({"check": "range", "column": "a", "low": 2, "high": "2024-01-01"}, "has a number and a time as bounds"),
    ({"check": "range", "column": "a", "low": "soon"}, "expected a date or time in ISO 8601"),
    ({"check": "pattern", "column": "a", "regex": "(a"}, "is no regular expression: unclosed group"),
    ({"check": "pattern", "column": "a", "regex": "(?=a)"}, "look-around"),
    ({"check": "pattern", "column": "a", "regex": "(a{1000}){1000}"}, "exceeds size limit"),
    ({"check": "one_of", "column": "a", "values": []}, "at least 1 item"),
    ({"check": "rnge", "column": "a"}, "no expectation called 'rnge'"),
]


@pytest.mark.parametrize(("said", "problem"), SETTINGS, ids=[problem for _, problem in SETTINGS])
def test_settings_that_do_not_fit_are_told_before_a_row_is_read(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(RecipeError) as caught:
        assemble({"version": 1, "name": "n", "data": "a.csv", "target": "y", "checks": [said]})
    assert problem in caught.value.problem
    assert caught.value.where.startswith("recipe: checks.0")


def test_a_pattern_takes_no_time_that_grows_with_what_it_could_match(tmp_path: Path) -> None:
    evil = FRAME | {"code": ["a" * 5000 + "!"] * 8}
    plan, given = made(tmp_path, [{"check": "pattern", "column": "code", "regex": "(a+)+"}], train=evil)
    (found,) = expecting.broken(plan.expectations, given, plan.recipe)
    assert found.evidence["broken"] == 8


@given(st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=3, max_size=20), st.floats(-5, 5), st.floats(-5, 5))
def test_a_range_is_what_python_says(values: list[float | None], one: float, other: float) -> None:
    low, high = sorted((one, other))
    schema = Schema((Column("x", Kind.NUMBER), Column("y", Kind.CATEGORY, Role.TARGET)))
    table = Table(pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64), "y": ["a"] * len(values)}), schema)
    kept = expecting._kept(Range(column="x", low=low, high=high), [table])
    want = [value is None or low <= value <= high for value in values]
    assert np.broadcast_to(kept, len(want)).tolist() == want


def test_the_filled_recipe_tells_every_setting_and_comes_back(tmp_path: Path) -> None:
    checks = [{"check": "unique", "columns": "code"}, {"check": "fresh", "column": "seen", "at_most": "2w"}]
    plan, _ = made(tmp_path, checks)
    filled = filling.filled(plan)
    assert filled["checks"] == [
        {"check": "unique", "columns": ["code"], "severity": "error"},
        {"check": "fresh", "column": "seen", "at_most": 14.0, "severity": "error"},
    ]
    assert filling.filled(assemble(json.loads(json.dumps(filled)))) == filled


def test_a_training_whose_rows_keep_all_goes_on(tmp_path: Path) -> None:
    checks = [{"check": "range", "column": "income", "low": 0}, {"check": "rows", "low": 100}]
    plan, rows = run.inspect(making.recipe(tmp_path, making.table("binary"), checks=checks))
    assert len(plan.expectations) == 2
    assert len(rows.train) == 120
