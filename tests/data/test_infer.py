"""What a column means, with the reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from modelyard.core.types import Kind, Role, Task
from modelyard.data import infer
from modelyard.recipe.schema import ColumnSpec

WORDS = ["rent", "own", "parents"]
SENTENCES = [f"The client number {i} was late again and we wrote to him" for i in range(40)]
CHINESE = [f"客户第{i}次逾期 我们已经写信提醒他尽快还款" for i in range(40)]
KINDS: list[tuple[str, list[Any], Kind, str]] = [
    ("age", [31, 45, 27, 31] * 10, Kind.NUMBER, "numbers, 3 different"),
    ("price", [1.5, 2.25, None] * 5, Kind.NUMBER, "numbers, 2 different"),
    ("flag", [0, 1, None, 1] * 5, Kind.BOOLEAN, "only 0 and 1"),
    ("flag", [0.0, 1.0] * 5, Kind.BOOLEAN, "only 0 and 1"),
    ("flag", [1, 2] * 5, Kind.NUMBER, "numbers, 2 different"),
    ("flag", [True, False, None], Kind.BOOLEAN, "true and false"),
    ("flag", ["Yes", "no", "YES"], Kind.BOOLEAN, "only no and yes"),
    ("flag", ["是", "否", "是"], Kind.BOOLEAN, "only 否 and 是"),
    ("flag", ["yes", "no", "maybe"] * 5, Kind.CATEGORY, "3 values that repeat"),
    ("home", WORDS * 10, Kind.CATEGORY, "3 values that repeat"),
    ("城市", ["北京", "上海"] * 10, Kind.CATEGORY, "2 values that repeat"),
    ("zip", ["01234", "99999", "04109"] * 10, Kind.CATEGORY, "3 values that repeat"),
    ("empty", [None, None], Kind.CATEGORY, "every value is missing"),
    ("when", [dt.date(2026, 1, 1), None], Kind.TIME, "dates or times"),
    ("when", ["2026-01-01", "2026-01-02T10:00:00Z", "2026-01-02 10:00"], Kind.TIME, "every value reads as an ISO date"),
    ("when", ["2026-01-01", "soon"] * 10, Kind.CATEGORY, "2 values that repeat"),
    ("comment", SENTENCES, Kind.TEXT, "texts of 5"),
    ("comment", SENTENCES[:4] * 10, Kind.TEXT, "texts of 5"),
    ("评论", CHINESE, Kind.TEXT, "texts of 2"),
    ("id", list(range(1000, 1040)), Kind.IDENTIFIER, "a whole number that differs in every row, and a name"),
    ("CustomerID", list(range(40, 0, -1)), Kind.IDENTIFIER, "a whole number that differs in every row, and a name"),
    ("编号", [i * 7 for i in range(40)], Kind.IDENTIFIER, "a whole number that differs in every row, and a name"),
    ("row", list(range(40)), Kind.IDENTIFIER, "counts up by one from row to row"),
    ("income", [i * 7 for i in range(40)], Kind.NUMBER, "numbers, 40 different"),
    ("id", [1, 2, 3], Kind.NUMBER, "numbers, 3 different"),  # too few rows to tell
    ("token", [f"a{i}f" for i in range(40)], Kind.IDENTIFIER, "a short value that differs in every row"),
    (
        "user_id",
        [f"u{i}" for i in range(58)] + ["u1", "u2"],
        Kind.IDENTIFIER,
        "nearly every row has a value of its own",
    ),
    ("name", [f"u{i}" for i in range(58)] + ["u1", "u2"], Kind.CATEGORY, "58 values that repeat"),
]


@pytest.mark.parametrize(("name", "found", "kind", "reason"), KINDS)
def test_a_kind_is_guessed_with_its_reason(name: str, found: list[Any], kind: Kind, reason: str) -> None:
    guess = infer.guess(pl.Series(name, found))
    assert guess.kind is kind, guess
    assert guess.reason.startswith(reason), guess


TASKS: list[tuple[list[Any], Task, str]] = [
    ([0, 1] * 30, Task.BINARY, "the target has two values"),
    (["good", "bad"] * 30, Task.BINARY, "the target has two values"),
    ([1.5, 2.5] * 30, Task.BINARY, "the target has two values"),
    ([True, False, None] * 30, Task.BINARY, "the target has two values"),
    (["a", "b", "c"] * 30, Task.MULTICLASS, "the target has 3 values that are no numbers"),
    ([1, 2, 3] * 30, Task.MULTICLASS, "the target has 3 whole numbers over and over"),
    ([1.0, 2.0, 3.0] * 30, Task.MULTICLASS, "the target has 3 whole numbers over and over"),
    (list(range(90)), Task.REGRESSION, "the target is a number with 90 values"),
    ([1.5, 2.5, 3.5] * 30, Task.REGRESSION, "the target has numbers with fractions"),
    ([1, 2, 3] * 10, Task.REGRESSION, "the target is a number with 3 values"),
]


@pytest.mark.parametrize(("target", "task", "reason"), TASKS, ids=lambda case: str(case)[:30])
def test_the_target_suggests_a_task_with_its_reason(target: list[Any], task: Task, reason: str) -> None:
    assert infer.task_of(pl.Series("y", target)) == (task, reason)


CLASSES: list[tuple[list[Any], Task, Any, tuple[str, ...]]] = [
    (["b", "a", "c"], Task.MULTICLASS, None, ("a", "b", "c")),
    ([10, 9, 1], Task.MULTICLASS, None, ("1", "9", "10")),
    ([10, 9.5, 1], Task.MULTICLASS, None, ("1", "9.5", "10")),
    (["good"] * 3 + ["bad"], Task.BINARY, None, ("good", "bad")),
    (["good"] + ["bad"] * 3, Task.BINARY, None, ("bad", "good")),
    (["good"] * 3 + ["bad"], Task.BINARY, "good", ("bad", "good")),
    ([1, 1, 1, 0], Task.BINARY, None, ("0", "1")),  # 1 means yes, however often
    ([1, 1, 1, 0], Task.BINARY, 0, ("1", "0")),
    ([True, True, False], Task.BINARY, None, ("false", "true")),
    ([True, True, False], Task.BINARY, False, ("true", "false")),
    ([2, 2, 1], Task.BINARY, None, ("2", "1")),
    (["Yes", "No", "No"], Task.BINARY, True, ("No", "Yes")),  # what YAML makes of a bare Yes
    (["Yes", "No", "No"], Task.BINARY, False, ("Yes", "No")),
    (["否", "是", "是"], Task.BINARY, None, ("否", "是")),
    (["a", "b"], Task.BINARY, None, ("a", "b")),  # as rare as each other: the later name
]


@pytest.mark.parametrize(("target", "task", "positive", "wanted"), CLASSES, ids=str)
def test_classes_have_an_order(target: list[Any], task: Task, positive: Any, wanted: tuple[str, ...]) -> None:
    series = pl.Series("y", target, strict=False)
    assert infer.classes(series, task, positive) == wanted
    assert infer.classes(series.reverse(), task, positive) == wanted


FRAME = pl.DataFrame(
    {
        "id": list(range(40)),
        "same": ["x"] * 40,
        "gone": pl.Series([None] * 40, dtype=pl.String),
        "some": ["x", None] * 20,
        "w": [0, 1] * 20,
        "age": [float(i % 7) for i in range(40)],
        "years": [float(i % 7) for i in range(40)],
        "whole": [i % 7 for i in range(40)],
        "y": ["a", "b"] * 20,
    }
)
ROLES: list[tuple[str, dict[str, Any], Kind, Role, str]] = [
    ("y", {}, Kind.CATEGORY, Role.TARGET, "2 values"),
    ("age", {}, Kind.NUMBER, Role.FEATURE, "numbers, 7 different"),
    ("age", {"kind": "category"}, Kind.CATEGORY, Role.FEATURE, "the recipe says so"),
    ("age", {"levels": ["1", "2"]}, Kind.CATEGORY, Role.FEATURE, "the recipe names its levels"),
    ("age", {"role": "slice"}, Kind.NUMBER, Role.SLICE, "numbers"),
    ("id", {}, Kind.IDENTIFIER, Role.IGNORE, "a whole number that differs in every row, and a name that says"),
    ("id", {"role": "feature"}, Kind.IDENTIFIER, Role.FEATURE, "a whole number"),
    ("id", {"kind": "number"}, Kind.NUMBER, Role.FEATURE, "the recipe says so"),
    ("same", {}, Kind.CATEGORY, Role.IGNORE, "it holds one value"),
    ("same", {"role": "feature"}, Kind.CATEGORY, Role.FEATURE, "1 values that repeat"),
    ("same", {"kind": "category"}, Kind.CATEGORY, Role.FEATURE, "1 values that repeat"),
    ("gone", {}, Kind.CATEGORY, Role.IGNORE, "it holds nothing"),
    ("some", {}, Kind.CATEGORY, Role.FEATURE, "1 values that repeat"),  # where it is missing says something
    ("years", {}, Kind.NUMBER, Role.IGNORE, "the same as age"),
    ("years", {"kind": "number"}, Kind.NUMBER, Role.FEATURE, "numbers, 7 different"),
    ("years", {"kind": "category"}, Kind.CATEGORY, Role.FEATURE, "the recipe says so"),
    ("years", {"role": "slice"}, Kind.NUMBER, Role.SLICE, "numbers, 7 different"),
    ("whole", {}, Kind.NUMBER, Role.FEATURE, "numbers, 7 different"),  # the same numbers, held in another way
    ("w", {"role": "weight"}, Kind.NUMBER, Role.WEIGHT, "a weight is a number"),
]


@pytest.mark.parametrize(("name", "said", "kind", "role", "reason"), ROLES)
def test_the_recipe_has_the_last_word(name: str, said: dict[str, Any], kind: Kind, role: Role, reason: str) -> None:
    given = {name: ColumnSpec.model_validate(said)} if said else {}
    column = infer.schema(FRAME, "y", given)[name]
    assert (column.kind, column.role) == (kind, role)
    assert column.reason.startswith(reason)
    assert column.closed is ("levels" in said)
    assert column.levels == tuple(said.get("levels", ()))


def test_of_three_that_are_the_same_the_first_feature_stays() -> None:
    frame = pl.DataFrame({"y": ["a", "b"] * 20} | {name: [1.5, 2.5, None, 3.5] * 10 for name in ("p", "q", "r")})
    roles = {column.name: column.role for column in infer.schema(frame, "y", {}).columns}
    assert roles == {"y": Role.TARGET, "p": Role.FEATURE, "q": Role.IGNORE, "r": Role.IGNORE}
    ignored = {"p": ColumnSpec.model_validate({"role": "ignore"})}
    assert infer.schema(frame, "y", ignored)["q"].role is Role.FEATURE


def test_pictures_are_not_compared_as_rows_of_bytes() -> None:
    pictures = [b"\x89PNG\r\n\x1a\n" + bytes(place + 3) for place in range(12)]
    schema = infer.schema(pl.DataFrame({"picture": pictures, "label": ["a", "b"] * 6}), "label", {})
    assert (schema["picture"].kind, schema["picture"].role) == (Kind.IMAGE, Role.FEATURE)
    same = infer.schema(pl.DataFrame({"picture": pictures[:1] * 12, "label": ["a", "b"] * 6}), "label", {})
    assert same["picture"].role is Role.IGNORE
