"""Which columns hold personal data: whole, inside texts, or not at all."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from modelyard.data.personal.columns import held, sort_of, written
from modelyard.data.personal.finder import finder

CASES: list[tuple[str, list[object], str, dict[str, int]]] = [
    ("mail", ["ann@example.org", "bob@example.org", None, "n/a"], "email", {"email": 2}),
    ("note", ["ask ann@example.org about it", "nothing", "all well here"], "", {"email": 1}),
    ("phone", [13812345678, 13912345678], "phone", {"phone": 2}),
    ("x", [13812345678, 5], "", {}),
    ("amount", [4111111111111111.0, 0.5], "", {}),
    ("name", ["Ann Lee", "王小明", "Bob Fox"], "name", {"name": 3}),
    ("name", ["Widget", "Lamp", "Chair"], "", {}),
    ("first_name", ["Ann", "Bob", "Eve"], "name", {"name": 3}),
    ("dob", [date(1990, 3, 7), date(1991, 4, 8)], "birth_date", {"birth_date": 2}),
    ("day", [date(1990, 3, 7), date(1991, 4, 8)], "", {}),
    ("lat", [52.5201, 48.1372], "location", {"location": 2}),
    ("member", [True, False], "", {}),
    ("empty", [None, None], "", {}),
]


@pytest.mark.parametrize(("name", "values", "whole", "counts"), CASES)
def test_what_a_column_holds(name: str, values: list[object], whole: str, counts: dict[str, int]) -> None:
    told = held(pl.Series(name, values, strict=False), finder())
    assert (told.whole, dict(told.counts), told.rows) == (whole, counts, len(values))


def test_check_digits_prove_rows() -> None:
    told = held(pl.Series("id", ["110101199003077571", "110101900307757", "x"]), finder())
    assert (dict(told.counts), dict(told.proven), told.whole) == ({"resident_id": 2}, {"resident_id": 1}, "resident_id")


def test_the_sort_of_most_values() -> None:
    assert sort_of(["ann@example.org", "bob@example.org", "?"], finder()) == "email"
    assert sort_of(["a", "b", "ann@example.org"], finder()) == ""
    assert sort_of([], finder()) == ""
    assert written(date(1990, 3, 7)) == "1990-03-07"
