"""Parts of the rows: levels, quarters, what is missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.types import Column, Kind, Role, Schema, Table
from modelyard.evaluate import slices
from tests import drawing

DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=day) for day in range(100)]
CASES: list[tuple[str, Kind, list[Any], dict[str, int]]] = [
    ("levels", Kind.CATEGORY, ["a"] * 50 + ["乙"] * 30 + ["rare"] * 5, {"x = a": 50, "x = 乙": 30, "x = rare": 5}),
    ("levels that are numbers", Kind.CATEGORY, [1] * 50 + [2] * 30, {"x = 1": 50, "x = 2": 30}),
    ("what is missing", Kind.CATEGORY, ["a"] * 50 + [None] * 30, {"x = a": 50, "x is missing": 30}),
    ("pictures, which have no levels", Kind.IMAGE, [drawing.square()] * 50 + [None] * 30, {"x is missing": 30}),
    (
        "quarters of a number",
        Kind.NUMBER,
        list(range(100)),
        {"x 0 to under 24.75": 25, "x 24.75 to under 49.5": 25, "x 49.5 to under 74.25": 25, "x 74.25 to 99": 25},
    ),
    (
        "a number with gaps",
        Kind.NUMBER,
        [*range(80), *[None] * 20],
        {
            "x 0 to under 19.75": 20,
            "x 19.75 to under 39.5": 20,
            "x 39.5 to under 59.25": 20,
            "x 59.25 to 79": 20,
            "x is missing": 20,
        },
    ),
    (
        "a number that is mostly one",
        Kind.NUMBER,
        [0] * 90 + list(range(1, 31)),
        {"x 0 to under 0.25": 90, "x 0.25 to 30": 30},
    ),
    ("a constant number", Kind.NUMBER, [5] * 50, {"x = 5": 50}),
    ("truth values", Kind.BOOLEAN, [True] * 40 + [False] * 40, {"x = true": 40, "x = false": 40}),
    (
        "days",
        Kind.TIME,
        DAYS,
        {
            "x 2026-01-01 to under 2026-01-25": 25,
            "x 2026-01-25 to under 2026-02-19": 25,
            "x 2026-02-19 to under 2026-03-16": 25,
            "x 2026-03-16 to 2026-04-10": 25,
        },
    ),
    ("a single row", Kind.CATEGORY, ["a"] * 19 + ["b"], {"x = a": 19, "x = b": 1}),
    ("nothing known", Kind.NUMBER, [None] * 30, {"x is missing": 30}),
]


@pytest.mark.parametrize(("kind", "found", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_slices_have_names_and_rows(kind: Kind, found: list[Any], wanted: dict[str, int]) -> None:
    table = Table(pl.DataFrame({"x": found}), Schema((Column("x", kind, Role.SLICE),)))
    parts = list(slices.of(table))
    assert {name: int(mask.sum()) for name, mask in parts} == wanted
    assert all(mask.dtype == bool and mask.shape == (len(found),) for _, mask in parts)
    if kind is Kind.NUMBER and parts:
        assert np.sum([mask for _, mask in parts], axis=0).max() == 1, "a row is in two slices of one column"


def test_columns_with_another_role_are_no_slices() -> None:
    table = Table(pl.DataFrame({"x": ["a"] * 30}), Schema((Column("x", Kind.CATEGORY),)))
    assert list(slices.of(table)) == []


def test_the_commonest_levels_alone_are_told_apart() -> None:
    found = [f"level {place:02}" for place in range(25) for _ in range(20 + place)]
    table = Table(pl.DataFrame({"x": found}), Schema((Column("x", Kind.CATEGORY, Role.SLICE),)))
    names = [name for name, _ in slices.of(table)]
    assert len(names) == slices.MOST
    assert names[0] == "x = level 24"
    assert "x = level 04" not in names
