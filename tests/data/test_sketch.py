"""A first recipe: its guesses, its reasons, and that it is YAML whatever the names are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import DataError
from modelyard.core.types import Task
from modelyard.data.sketch import Aim, aim_at, name_of, sketch

if TYPE_CHECKING:
    from collections.abc import Sequence

METRICS = {Task.BINARY: ("roc_auc", "f1"), Task.MULTICLASS: ("accuracy",), Task.REGRESSION: ("rmse", "mae")}
YES_NO = ["yes", "no", "no"] * 20
NUMBERS = [float(number) + 0.5 for number in range(60)]


def table(**columns: Sequence[object]) -> pl.DataFrame:
    return pl.DataFrame(columns, strict=False)


@pytest.mark.parametrize(
    ("names", "target", "reason"),
    [
        (["target", "a", "b"], "target", "name"),
        (["a", "Label", "b"], "Label", "name"),
        (["a", "status", "target"], "target", "name"),  # the likelier of two
        (["a", "loan_status", "b"], "loan_status", "name"),
        (["a", "标签", "b"], "标签", "name"),
        (["Y", "a", "b"], "Y", "name"),
        (["a", "b", "c"], "c", "last"),
    ],
)
def test_the_target_is_guessed_by_name_or_is_the_last(names: list[str], target: str, reason: str) -> None:
    aim = aim_at(pl.DataFrame(dict.fromkeys(names, YES_NO)), None)
    assert aim.column == target
    assert reason in aim.reason
    assert "--target COLUMN" in aim.reason


def test_a_column_that_cannot_be_learnt_is_no_guess() -> None:
    frame = table(
        target=["same"] * 60,
        answer=YES_NO,
        label=[f"k{row}" for row in range(60)],
        text=[f"a long text about the thing number {row} and more of it" for row in range(60)],
    )
    assert aim_at(frame, None).column == "answer"
    with pytest.raises(DataError, match="no column varies and repeats"):
        aim_at(frame.drop("answer"), None)


def test_the_target_that_was_asked_for_is_taken_as_it_is() -> None:
    frame = table(a=YES_NO, b=["same"] * 60)
    assert aim_at(frame, "b") == Aim("b", "as asked")
    with pytest.raises(DataError) as caught:
        aim_at(frame, "c")
    assert caught.value.where == "--target"


def test_every_column_has_its_kind_and_its_reason() -> None:
    frame = table(
        id=[f"c{row}" for row in range(60)],
        age=[None, *[20 + row * 7 % 41 for row in range(59)]],
        home=["rent", "own", "rent"] * 20,
        constant=["x"] * 60,
        y=YES_NO,
    )
    text = sketch(frame, "n", "n.csv", METRICS, aim_at(frame, None))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for line in (
        (
            "id: {kind: identifier, role: ignore} "
            "# a short value that differs in every row: it cannot hold for rows to come"
        ),
        "age: {kind: number} # numbers, 41 different; 1 missing",
        "home: {kind: category} # 2 values that repeat",
        "constant: {kind: category, role: ignore} # it holds one value",
        "# y is the target",
        "positive: 'yes' # the class that f1, precision and recall are about (20 of 60 rows)",
        "# Few rows: expect wide intervals.",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("target", "task", "gate"),
    [
        (YES_NO, "binary", {"gate": "at_least", "metric": "roc_auc", "bound": 0.6}),
        (["a", "b", "c", "c"] * 15, "multiclass", {"gate": "at_least", "metric": "accuracy", "bound": 0.55}),
        (NUMBERS, "regression", {"gate": "at_most", "metric": "rmse", "bound": 15.7}),
        ([n * 1e-7 for n in NUMBERS], "regression", {"gate": "at_most", "metric": "rmse", "bound": 1.57e-06}),
    ],
)
def test_the_gate_asks_for_more_than_a_constant_answer_gives(target: list[object], task: str, gate: object) -> None:
    frame = table(a=YES_NO, y=target)
    told = yaml.safe_load(sketch(frame, "n", "n.csv", METRICS, Aim("y", "as asked")))
    assert told["task"] == task
    assert told["gates"] == [gate]
    intervals = ["coverage", "interval_width"] if task == "regression" else []
    assert told["metrics"] == [*METRICS[Task(task)], *intervals]
    assert told.get("intervals") == (0.9 if intervals else None)
    assert told["split"]["by"] == ("random" if task == "regression" else "stratified")


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([0, 1, 1], 1),
        ([True, False, False], True),
        (["no", "yes", "yes"], "yes"),
        ([1.5, 2.5, 2.5], "1.5"),
        (["好", "坏", "坏"], "好"),
    ],
)
def test_the_positive_class_is_written_as_the_rows_hold_it(values: list[object], positive: object) -> None:
    frame = pl.DataFrame({"a": YES_NO, "y": values * 20})
    assert yaml.safe_load(sketch(frame, "n", "n.csv", METRICS, Aim("y", "as asked")))["positive"] == positive


def test_what_no_kind_reads_is_left_out() -> None:
    frame = table(tags=[["a"], ["b"], ["a"]] * 20, raw=[b"x"] * 60, a=NUMBERS, y=YES_NO, status=[["a"]] * 60)
    text = sketch(frame, "n", "n.csv", METRICS, aim_at(frame, None))
    assert "  tags: {role: ignore}    # holds lists, which no kind reads" in text
    assert "  raw: {role: ignore}     # holds bytes, which no kind reads" in text
    assert yaml.safe_load(text)["target"] == "y"
    with pytest.raises(DataError, match="'tags' holds lists, which cannot be predicted"):
        aim_at(frame, "tags")


def test_texts_are_offered_a_pretrained_model() -> None:
    texts = [f"a long text about the thing number {row} and more of it" for row in range(60)]
    assert "# model: {name: pretrained" in sketch(table(t=texts, y=YES_NO), "n", "n.csv", METRICS, Aim("y", ""))
    assert "pretrained" not in sketch(table(t=YES_NO, y=YES_NO), "n", "n.csv", METRICS, Aim("y", ""))


@pytest.mark.parametrize(
    ("said", "weights"),
    [
        ("it was a very good one, order", "all-MiniLM-L6-v2"),
        ("很好用,发货也快,下次还来 order", "multilingual-e5-small"),
    ],
)
def test_the_weights_are_those_of_the_language(said: str, weights: str) -> None:
    texts = [f"{said} {number}, {'x' * (number % 7)} and so on" for number in range(60)]
    told = sketch(table(t=texts, y=YES_NO), "n", "n.csv", METRICS, Aim("y", ""))
    assert f"# model: {{name: pretrained, weights: {weights}, tuning: full}}" in told
    assert f"weights: {weights}, tuning: head}}]" in told


names = st.text(min_size=1, max_size=30).filter(lambda name: name.strip() != "")


@given(st.lists(names, min_size=2, max_size=5, unique=True), st.text(min_size=1, max_size=40))
def test_any_names_give_yaml_that_names_them(columns: list[str], path: str) -> None:
    frame = pl.DataFrame(dict.fromkeys(columns, YES_NO))
    text = sketch(frame, "n", path, METRICS, Aim(columns[-1], "as asked"))
    told = yaml.safe_load(text)
    assert told["target"] == columns[-1]
    assert list(told["columns"]) == columns[:-1]
    assert told["data"] == path


def test_comments_of_a_block_begin_in_one_column_of_the_terminal() -> None:
    frame = table(年龄=NUMBERS, age=NUMBERS[::-1], y=YES_NO)
    text = sketch(frame, "n", "n.csv", METRICS, Aim("y", ""))
    assert "  年龄: {kind: number}  # " in text
    assert "  age: {kind: number}   # " in text


@pytest.mark.parametrize(
    ("stem", "name"),
    [("a b/c", "a-b-c"), (".hidden", "hidden"), ("x" * 99, "x" * 64), ("", "model"), ("数据.v2", "数据.v2")],
)
def test_the_name_of_a_recipe(stem: str, name: str) -> None:
    assert name_of(stem) == name


def test_a_column_that_reads_as_numbers_once_it_is_cleaned_is_cleaned() -> None:
    frame = table(
        price=[f"{row}.{row:03},50 €" for row in range(1, 61)],
        since=[f"{row % 28 + 1}.1.2026" for row in range(60)],
        bought=YES_NO,
    )
    said = yaml.safe_load(sketch(frame, "flats", "flats.csv", METRICS, aim_at(frame, "bought")))
    assert said["columns"] == {
        "price": {"kind": "number", "clean": ["number"]},
        "since": {"kind": "time", "clean": ["dates"]},
    }
