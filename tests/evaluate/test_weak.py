"""Weak slices are found where there are some, and seldom where there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.types import Column, Floats, Kind, Role, Schema, Table, Task
from modelyard.evaluate import parts, weak
from modelyard.evaluate.score import Measured

CITIES = ("Paris", "Rome", "Wien", "北京", "Lima")
KINDS = {
    "city": Kind.CATEGORY,
    "age": Kind.NUMBER,
    "member": Kind.BOOLEAN,
    "told": Kind.TEXT,
    "group": Kind.CATEGORY,
    "income": Kind.NUMBER,
}


def frame(rows: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    income = random.lognormal(3, 1, rows)
    return pl.DataFrame(
        {
            "city": random.choice(CITIES, rows),
            "age": random.normal(40, 10, rows),
            "member": random.choice([True, False], rows),
            "told": ["x" * int(n) for n in random.integers(1, 80, rows)],
            "group": random.choice(["a", "b", "c"], rows),
            "income": [None if place % 9 == 0 else float(value) for place, value in enumerate(income)],
        }
    )


def measured(rows: pl.DataFrame, wrong: Any, task: Task = Task.BINARY, weight: Any = None) -> Measured:
    """Answers that are wrong on some rows, or by so much."""
    columns = [Column(name, kind, Role.SLICE if name == "group" else Role.FEATURE) for name, kind in KINDS.items()]
    truth: Any = np.arange(len(rows)) % 2
    if task is Task.BINARY:
        columns.append(Column("y", Kind.CATEGORY, Role.TARGET, levels=("0", "1")))
        answers: Floats = np.eye(2, dtype=np.float32)[np.where(wrong, 1 - truth, truth)]
        rows = rows.with_columns(y=pl.Series(truth.astype(str)))
    else:
        columns.append(Column("y", Kind.NUMBER, Role.TARGET))
        answers = (truth + wrong)[:, None].astype(np.float32)
        rows = rows.with_columns(y=pl.Series(truth.astype(float)))
    if weight is not None:
        columns.append(Column("w", Kind.NUMBER, Role.WEIGHT))
        rows = rows.with_columns(w=pl.Series(weight))
    return Measured(Table(rows, Schema(tuple(columns))), task, answers)


@pytest.mark.parametrize("seed", range(8))
def test_a_city_with_more_errors_is_found_and_named_first(seed: int) -> None:
    rows = frame(600, seed)
    random = np.random.default_rng(seed + 100)
    wrong = random.random(600) < np.where(rows["city"].to_numpy() == "北京", 0.5, 0.15)
    found = weak.search(measured(rows, wrong), seed)
    first = found.slices[0]
    assert first.where == "city = 北京"
    assert first.metric == "accuracy"
    here = rows["city"].to_numpy() == "北京"
    assert first.rows == here.sum()
    assert np.isclose(first.value, 1 - wrong[here].mean())
    assert np.isclose(first.other, 1 - wrong[~here].mean())
    assert first.low < first.difference < first.high < 0
    assert first.p_value < 0.05
    assert len(found.slices) <= 2
    assert found.told == ""


def test_where_nothing_is_weak_something_is_found_in_one_of_twenty() -> None:
    found = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        found += bool(weak.search(measured(frame(300, seed), random.random(300) < 0.2), seed).slices)
    assert found <= 11  # of 100 at 5%: more than 11 is one case in 200


@pytest.mark.parametrize("seed", range(3))
def test_two_conditions_are_told_where_both_are_needed(seed: int) -> None:
    rows = frame(1500, seed)
    both = (rows["city"].to_numpy() == "Rome") & (rows["group"].to_numpy() == "b")
    wrong = np.random.default_rng(seed).random(1500) < np.where(both, 0.7, 0.1)
    found = weak.search(measured(rows, wrong), seed)
    assert found.slices[0].where == "city = Rome and group = b"
    assert len(found.slices) == 1, "what only holds the weak part is not told beside it"


def test_several_are_told_the_clearest_first() -> None:
    rows = frame(2000, 1)
    old, lima = rows["age"].to_numpy() > 46.7, rows["city"].to_numpy() == "Lima"
    wrong = np.random.default_rng(1).random(2000) < np.where(lima, 0.6, np.where(old, 0.35, 0.1))
    found = weak.search(measured(rows, wrong), 1).slices
    assert found[0].where == "city = Lima"
    assert found[1].where.startswith("age ")


@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_judged_by_their_absolute_error(seed: int) -> None:
    rows = frame(600, seed)
    short = rows["told"].str.len_chars().to_numpy() < 20
    wrong = np.random.default_rng(seed).normal(0, np.where(short, 3.0, 1.0))
    first = weak.search(measured(rows, wrong, Task.REGRESSION), seed).slices[0]
    assert first.metric == "mae"
    assert first.where.startswith("length of told 1 to under ")
    assert first.value > first.other
    assert 0 < first.low < first.difference < first.high


def test_rows_without_weight_are_not_held_against_a_part() -> None:
    rows = frame(600, 3)
    lima = rows["city"].to_numpy() == "Lima"
    wrong = np.random.default_rng(3).random(600) < np.where(lima, 0.6, 0.1)
    assert weak.search(measured(rows, wrong), 1).slices[0].where == "city = Lima"
    found = weak.search(measured(rows, wrong, weight=np.where(lima & wrong, 0.0, 1.0)), 1)
    assert found.slices == ()
    assert found.told == f"no weak slice was found among {found.looked_at:,} that were looked at"


def test_one_seed_gives_one_answer_and_few_rows_none() -> None:
    rows = frame(5000, 4)
    wrong = np.random.default_rng(4).random(5000) < np.where(rows["city"].to_numpy() == "Rome", 0.3, 0.2)
    assert weak.search(measured(rows, wrong), 1) == weak.search(measured(rows, wrong), 1)
    assert weak.search(measured(rows[:30], wrong[:30]), 1) == weak.Found((), 0)
    assert (
        weak.search(measured(rows, wrong), 1).told
        == "weak slices are found and measured on 4,000 of the 5,000 test rows"
    )
    perfect = weak.search(measured(rows, np.zeros(5000, dtype=bool)), 1)
    assert perfect.slices == ()
    assert perfect.told.endswith(" that were looked at, on 4,000 of the 5,000 test rows")


def test_parts_are_large_enough_and_pairs_are_of_two_columns() -> None:
    made = measured(frame(400, 5), np.zeros(400, dtype=bool)).table
    columns = (*made.schema.features, *made.schema.having(Role.SLICE))
    found = parts.of(made, columns)
    sums = found.sums(np.ones(400))
    assert len(sums) == len(found) > 100
    for place in range(0, len(found), 17):
        mask = found.mask(place)
        assert mask.sum() == sums[place]
        assert 20 <= mask.sum() <= 380
        names = found.name(place).split(" and ")
        assert len({name.split()[0] for name in names}) == len(names)
        assert all(mask.sum() < found.mask(one).sum() for one in found.parents(place))
