"""Parts that are given as files: what is learnt from gives way to what is tested on."""

from __future__ import annotations

from typing import Any

import pytest

from modelyard.core.errors import DataError
from modelyard.core.types import Task
from modelyard.data.hygiene import clean
from modelyard.data.read import Rows
from modelyard.data.split import split
from modelyard.recipe.schema import HygieneSpec, SplitSpec
from tests.data.splits.test_pool import Row, table

ROWS: list[Row] = [(place, f"c{place % 10}", None, place, place % 2) for place in range(60)]


def days(part: Any) -> list[int]:
    return list(part.frame["day"].to_list())


def test_customers_of_a_given_test_are_not_learnt_from() -> None:
    test = table([(500, "c3", None, 70, 0), (501, "new", None, 71, 1)], 1000)
    parts = split(Rows(table(ROWS), None, test, Task.BINARY, "", ()), SplitSpec(by="group", column="customer"), 7)
    assert parts.test is test
    assert "c3" not in {*parts.train.frame["customer"], *parts.valid.frame["customer"]}
    assert parts.notes[0] == "data.train: 6 of 60 rows are left out, as their 'customer' is in a later part"
    assert len(parts.train) + len(parts.valid) == 54


def test_what_is_learnt_from_ends_before_a_given_test_and_its_gap() -> None:
    test = table([(500, "a", None, 50, 0), (501, "b", None, 90, 1)], 1000)
    how = SplitSpec(by="time", column="day", gap=3)
    parts = split(Rows(table(ROWS), None, test, Task.BINARY, "", ()), how, 7)
    assert parts.test is test
    assert max(days(parts.valid)) == 47
    assert max(days(parts.train)) == min(days(parts.valid)) - 3
    assert (
        parts.notes[0] == "data.train: 12 of 60 rows are left out, as they do not lie before the later part and its gap"
    )


def test_all_parts_given_are_brought_into_the_order_of_time() -> None:
    valid = table([(300 + i, None, None, 40 + i, i % 2) for i in range(20)], 1000)
    test = table([(400 + i, None, None, 55 + i, i % 2) for i in range(20)], 2000)
    parts = split(Rows(table(ROWS), valid, test, Task.BINARY, "", ()), SplitSpec(by="time", column="day"), 7)
    assert (max(days(parts.train)), max(days(parts.valid)), min(days(parts.test))) == (39, 54, 55)
    early = table([(500, None, None, 0, 0)], 1000)
    with pytest.raises(DataError, match="all rows are left out, as they do not lie before the later part"):
        split(Rows(table(ROWS), None, early, Task.BINARY, "", ()), SplitSpec(by="time", column="day"), 7)


HOW = [("remove", 57, {"train": 3, "valid": 1}), ("keep", 60, {})]


@pytest.mark.parametrize(("duplicates", "left", "removed"), HOW)
def test_rows_of_a_later_given_part_are_left_out_before(duplicates: Any, left: int, removed: dict[str, int]) -> None:
    valid = table([(1, None, None, 0, 0), (7, None, None, 0, 0), (800, None, None, 0, 1)], 1000)
    test = table([(7, None, None, 0, 1), (9, None, None, 0, 0), (900, None, None, 0, 1)], 2000)
    rows, found = clean(Rows(table(ROWS), valid, test, Task.BINARY, "", ()), HygieneSpec(duplicates=duplicates))
    assert len(rows.train) == left
    assert (found.shared, found.removed) == (4, removed)
    told = "3 from train, 1 from valid" if removed else "none"
    assert rows.notes == (f"4 rows have the same features as rows of a later part; left out: {told}",)
    assert rows.test is test


def test_features_that_tell_few_rows_apart_are_no_sign_of_a_copy() -> None:
    few: list[Row] = [(place % 3, None, None, place, place % 2) for place in range(60)]
    rows, found = clean(Rows(table(few), None, table(few[:10], 1000), Task.BINARY, "", ()), HygieneSpec())
    assert len(rows.train) == 60
    assert (found.shared, found.removed) == (60, {})
    assert found.sentences() == ("60 rows have the same features as rows of a later part; left out: none",)
