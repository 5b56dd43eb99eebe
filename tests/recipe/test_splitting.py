"""What a recipe may say of its split, and what does not fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard import filling
from modelyard.assemble import assemble
from modelyard.core.errors import RecipeError
from modelyard.data.read import read

if TYPE_CHECKING:
    from pathlib import Path

BASE = {"version": 1, "name": "n", "data": "a.csv", "target": "y", "model": "linear"}
FILLED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"by": None}),
    ({"by": "random", "folds": 3}, {"by": "random", "folds": 3, "repeats": 1, "nested": True}),
    ({"by": "group", "column": "a"}, {"by": "group", "column": ["a"]}),
    (
        {"by": "time", "column": "t", "gap": "36h", "group": "c"},
        {"by": "time", "column": ["t"], "gap": 1.5, "group": ["c"]},
    ),
    ({"by": "time", "column": "t", "gap": 3}, {"by": "time", "column": ["t"], "gap": 3.0, "group": []}),
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"by": "group"}, "by: group needs a column"),
    ({"by": "time"}, "by: time needs a column"),
    ({"column": "a"}, "column is for by: group and by: time"),
    ({"by": "time", "column": ["a", "b"]}, "by: time takes one column"),
    ({"by": "group", "column": "a", "group": "b"}, "group is for by: time"),
    ({"by": "group", "column": "a", "gap": "7d"}, "gap is for by: time"),
    ({"by": "time", "column": "t", "gap": "7 moons"}, "a span is a number, or such as 30s"),
    ({"by": "time", "column": "t", "gap": -1}, "greater than or equal to 0"),
    ({"repeats": 3}, "repeats is for folds"),
    ({"by": "time", "column": "t", "folds": 3, "repeats": 2}, "folds by time are the same each time"),
    ({"folds": 1}, "greater than or equal to 2"),
    ({"folds": 5, "nested": False}, "split.nested: input should be True"),
    ({"by": "group", "column": "y"}, "'y' is the target"),
    ({"by": "time", "column": "t", "group": "y"}, "split.group: 'y' is the target"),
]


@pytest.mark.parametrize(("said", "filled"), FILLED)
def test_what_has_a_meaning_is_written_back(said: dict[str, Any], filled: dict[str, Any]) -> None:
    plan = assemble({**BASE, "split": said})
    assert filling.filled(plan)["split"] == {"valid": 0.2, "test": 0.2, **filled}
    assert assemble({**BASE, "split": filling.filled(plan)["split"]}).recipe.split == plan.recipe.split


@pytest.mark.parametrize(("said", "told"), WRONG)
def test_what_does_not_fit_is_told(said: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        assemble({**BASE, "split": said})
    assert told in str(caught.value)


def test_a_test_in_time_lies_after_a_given_valid_part() -> None:
    split = {"by": "time", "column": "t"}
    with pytest.raises(RecipeError, match="later than a given valid part"):
        assemble({**BASE, "data": {"train": "a.csv", "valid": "b.csv"}, "split": split})
    given = {"train": "a.csv", "valid": "b.csv", "test": "c.csv"}
    assert assemble({**BASE, "data": given, "split": split}).recipe.split.by == "time"


def test_a_column_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,client,day,y\n" + "".join(f"{i},{i % 7},{i},{i % 2}\n" for i in range(40)))
    said = {"by": "time", "column": "dya", "group": ["client", "clint"]}
    plan = assemble({**BASE, "data": str(tmp_path / "a.csv"), "split": said})
    with pytest.raises(RecipeError) as caught:
        read(plan.sources, plan.recipe)
    told = [(problem.where, problem.problem, problem.hint) for problem in caught.value.problems]
    assert told == [
        ("recipe: split.column", "no column called 'dya'", "did you mean 'day'?"),
        ("recipe: split.group", "no column called 'clint'", "did you mean 'client'?"),
    ]
