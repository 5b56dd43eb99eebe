"""Tables dealt out by group, by time and by chance: what holds whatever the rows are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core import events
from modelyard.core.errors import DataError
from modelyard.core.types import Column, Kind, Parts, Role, Schema, Table, Task
from modelyard.data.read import Rows
from modelyard.data.split import split
from modelyard.data.splits.folds import folds
from modelyard.recipe.schema import SplitSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    Column("row", Kind.IDENTIFIER, Role.IGNORE, storage="integer"),
    Column("x", Kind.NUMBER, storage="integer"),
    Column("customer", Kind.CATEGORY, Role.IGNORE),
    Column("house", Kind.CATEGORY, Role.IGNORE),
    Column("day", Kind.NUMBER, Role.IGNORE, storage="integer"),
    Column("y", Kind.NUMBER, Role.TARGET, levels=("0", "1"), storage="integer"),
)
TYPES = {"row": pl.Int64, "x": pl.Int64, "customer": pl.String, "house": pl.String, "day": pl.Int64, "y": pl.Int64}
Row = tuple[int, str | None, str | None, int | None, int]
ROW = st.tuples(
    st.integers(0, 60),
    st.sampled_from(["ann", "bo", "cy", "di", "ed", "flo", "gus", None]),
    st.sampled_from(["oak", "elm", "ash", None]),
    st.one_of(st.integers(0, 30), st.none()),
    st.integers(0, 1),
)
TABLES = st.lists(ROW, min_size=12, max_size=70)


def table(rows: Sequence[Row], first: int = 0) -> Table:
    numbered = [(first + place, *row) for place, row in enumerate(rows)]
    return Table(pl.DataFrame(numbered, schema=TYPES, orient="row"), Schema(COLUMNS))


def rows_of(rows: Sequence[Row], **given_parts: Table) -> Rows:
    valid, test = given_parts.get("valid"), given_parts.get("test")
    return Rows(table(rows), valid, test, Task.BINARY, "", ())


def where(parts: Parts) -> dict[int, str]:
    """The part of each row that is in any."""
    named = {"train": parts.train, "valid": parts.valid, "test": parts.test}
    found = [(row, name) for name, part in named.items() for row in part.frame["row"].to_list()]
    assert len(found) == len(dict(found)), "no row is in two parts"
    return dict(found)


def straddling(rows: Sequence[Row], part: dict[int, str], place: int) -> set[Any]:
    """The values of a column that are in two parts."""
    seen = defaultdict(set)
    for row, name in part.items():
        seen[rows[row][place]].add(name)
    return {value for value, parts in seen.items() if value is not None and len(parts) > 1}


def dealt(rows: Sequence[Row], seed: int = 3, **how: Any) -> Parts | None:
    """The parts, and that they are the same again; None where the rows do not allow any."""
    spec = SplitSpec(**how)
    try:
        parts = split(rows_of(rows), spec, seed)
    except DataError:
        return None
    assert where(split(rows_of(rows), spec, seed)) == where(parts)
    return parts


@given(rows=TABLES, seed=st.integers(0, 2**31), columns=st.sampled_from([["customer"], ["customer", "house"]]))
def test_no_group_is_in_two_parts_and_no_row_is_lost(rows: list[Row], seed: int, columns: list[str]) -> None:
    parts = dealt(rows, seed, by="group", column=columns)
    if parts is None:
        return
    part = where(parts)
    assert set(part) == set(range(len(rows)))
    for place, name in enumerate(["customer", "house"], 1):
        assert name not in columns or not straddling(rows, part, place)
    assert {row[4] for row in rows} == set(parts.train.frame["y"].to_list())
    alone = sum(row[1] is None for row in rows)
    told = f"{alone:,} rows have no 'customer': each is a group of its own"
    assert (told in parts.notes) == (alone > 0)
    together = any("those that are the same are in one part" in note for note in parts.notes)
    assert not together or not straddling(rows, part, 0)


@given(rows=TABLES, seed=st.integers(0, 2**31), by=st.sampled_from([None, "random", "stratified"]))
def test_copies_are_in_one_part_or_it_is_told(rows: list[Row], seed: int, by: str | None) -> None:
    parts = dealt(rows, seed, by=by)
    if parts is None:
        return
    part = where(parts)
    assert set(part) == set(range(len(rows)))
    assert {row[4] for row in rows} == set(parts.train.frame["y"].to_list())
    copies = len(rows) - sum(1 for row in rows if sum(other[0] == row[0] for other in rows) == 1)
    told = f"{copies:,} of {len(rows):,} rows have the same features as others"
    if not copies:
        assert parts.notes == ()
    elif not parts.notes[0].startswith(f"{told}, and too few differ"):
        assert parts.notes[0].startswith(f"{told}: ")
        assert not straddling(rows, part, 0)
    else:
        assert parts.notes == (f"{told}, and too few differ to keep those that are the same in one part",)


@given(rows=TABLES, gap=st.integers(0, 4), grouped=st.sampled_from([[], ["customer"]]), seed=st.integers(0, 2**31))
def test_time_order_holds_and_later_parts_lose_what_was_seen(
    rows: list[Row],
    gap: int,
    grouped: list[str],
    seed: int,
) -> None:
    parts = dealt(rows, by="time", column="day", gap=gap, group=grouped)
    if parts is None:
        return
    part = where(parts)
    days = {name: [rows[row][3] or 0 for row in part if part[row] == name] for name in ("train", "valid", "test")}
    assert max(days["train"]) < min(days["valid"])
    assert max(days["train"]) <= min(days["valid"]) - gap
    assert max(days["valid"]) < min(days["test"])
    assert max(days["valid"]) <= min(days["test"]) - gap
    assert not grouped or not straddling(rows, part, 1)
    if not any("too few differ" in note for note in parts.notes):
        assert not straddling(rows, part, 0)
    assert all(rows[row][3] is not None for row in part)
    order = list(range(len(rows)))[:: -1 if seed % 2 else 1]
    moved = dealt([rows[row] for row in order], seed, by="time", column="day", gap=gap, group=grouped)
    assert moved is not None
    assert {order[row]: name for row, name in where(moved).items()} == part


@given(rows=TABLES, count=st.integers(2, 4), repeats=st.integers(1, 2), by=st.sampled_from([None, "group"]))
def test_each_row_is_held_out_once_a_repeat(rows: list[Row], count: int, repeats: int, by: str | None) -> None:
    spec = SplitSpec(by=by, column=["customer"] if by else [], folds=count, repeats=repeats)
    try:
        found = folds(rows_of(rows), spec, 3)
    except DataError:
        return
    assert found is not None
    assert (len(found), found.each) == (count * repeats, count)
    for repeat in range(repeats):
        held = [row for place in range(count) for row in found.rows(repeat * count + place).tolist()]
        assert len(held) == len(set(held))
        kept = set(range(len(rows))) - set(held)  # those whose class nothing else has
        assert len({rows[row][4] for row in kept}) <= 1
    for place in range(len(found)):
        parts = found.parts(place)
        part = where(parts)
        assert set(part) == set(range(len(rows)))
        assert by is None or not straddling(rows, part, 1)
        assert {row[4] for row in rows} == set(parts.train.frame["y"].to_list())
        assert found.seen(place) == len(parts.train) + len(parts.valid)


@given(rows=TABLES, count=st.integers(2, 3), gap=st.integers(0, 3))
def test_folds_in_time_learn_from_what_came_before(rows: list[Row], count: int, gap: int) -> None:
    spec = SplitSpec(by="time", column="day", gap=gap, folds=count)
    try:
        found = folds(rows_of(rows), spec, 3)
    except DataError:
        return
    assert found is not None
    for place in range(len(found)):
        parts = found.parts(place)
        days = [part.frame["day"].to_list() for part in (parts.train, parts.valid, parts.test)]
        assert max(days[0]) < min(days[1])
        assert max(days[1]) < min(days[2])
        assert max(days[1]) <= min(days[2]) - gap


def test_copies_follow_the_first_of_theirs_and_others_stay() -> None:
    rows: list[Row] = [(place, None, None, place, place % 2) for place in range(100)]
    copies: list[Row] = [(place - place % 50 if place % 50 < 2 else place, *row[1:]) for place, row in enumerate(rows)]
    before, after = (where(split(rows_of(each), SplitSpec(by="random"), 3)) for each in (rows, copies))
    moved = [row for row in before if before[row] != after[row]]
    assert after[1] == after[0] == before[0]
    assert after[51] == after[50] == before[50]
    assert set(moved) <= {1, 51}
    told = split(rows_of(copies), SplitSpec(by="random"), 3).notes
    assert told == (
        f"4 of 100 rows have the same features as others: {len(moved)} were moved to where the first of theirs is",
    )


def test_groups_and_classes_are_dealt_in_proportion() -> None:
    rows: list[Row] = [(place, f"c{place // 5}", None, place, int(place % 10 < 3)) for place in range(1000)]
    parts = split(rows_of(rows), SplitSpec(by="group", column="customer", valid=0.1), 7)
    assert [len(part) for part in (parts.train, parts.valid, parts.test)] == [700, 100, 200]
    for part in (parts.train, parts.valid, parts.test):
        assert part.frame["y"].mean() == pytest.approx(0.3, abs=0.02)
    assert parts.notes == (
        "train: 700 rows, 140 of 'customer'",
        "valid: 100 rows, 20 of 'customer'",
        "test: 200 rows, 40 of 'customer'",
    )


def test_a_gap_and_what_customers_lose_are_told_to_who_listens() -> None:
    rows: list[Row] = [
        (place, f"c{place % 30}" if place % 9 == 0 else None, None, place, place % 2) for place in range(100)
    ]
    heard: list[events.Event] = []
    with events.listening(heard.append):
        parts = split(rows_of(rows), SplitSpec(by="time", column="day", gap=5, group="customer"), 7)
    assert parts.notes == (
        "8 of 100 rows lie in the gap and are left out",
        "2 rows are left out of later parts, as their 'customer' is in an earlier one",
        "train: 52 rows, day 0 to 51, 6 of 'customer'",
        "valid: 20 rows, day 56 to 75, 2 of 'customer'",
        "test: 18 rows, day 80 to 98, 1 of 'customer'",
    )
    assert [event.text for event in heard if isinstance(event, events.Note)] == list(parts.notes)


REFUSED: list[tuple[dict[str, Any], list[Row], str, str]] = [
    (
        {"by": "group", "column": "customer"},
        [(i, "ab"[i % 2], None, i, i % 2) for i in range(20)],
        "split.column",
        "too few groups: 3 parts by 'customer' have one in two of them",
    ),
    (
        {"by": "time", "column": "day"},
        [(i, None, None, i % 2, i % 2) for i in range(20)],
        "split.column",
        "2 different moments are too few for 3 parts",
    ),
    (
        {"by": "time", "column": "day", "gap": 30},
        [(i, None, None, i, i % 2) for i in range(20)],
        "split.gap",
        "the gap leaves no row before it",
    ),
    (
        {"by": "time", "column": "day", "group": "customer"},
        [(i, "ab"[i % 2], None, i, i % 2) for i in range(20)],
        "split.group",
        "every row of a later part has a 'customer' of an earlier one",
    ),
    (
        {"by": "time", "column": "day"},
        [(i, None, None, i, int(i > 15)) for i in range(20)],
        "split",
        "a class has no row before the later parts begin",
    ),
    (
        {"by": "group", "column": "customer"},
        [(i, "abc"[i % 3], None, i, int(i % 3 == 0)) for i in range(30)],
        "split.column",
        "or a class that is not learnt",
    ),
    (
        {"by": "time", "column": "day"},
        [(i, None, None, None, i % 2) for i in range(20)],
        "split.column",
        "no row has a value of 'day' that can be read",
    ),
]


@pytest.mark.parametrize(("how", "rows", "place", "told"), REFUSED)
def test_what_cannot_be_split_is_told(how: dict[str, Any], rows: list[Row], place: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        split(rows_of(rows), SplitSpec(**how), 7)
    assert caught.value.where == place
    assert caught.value.hint
