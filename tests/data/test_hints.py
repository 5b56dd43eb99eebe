"""Columns of text that a first recipe cleans."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from modelyard.core.types import Kind
from modelyard.data.hints import hint

HINTS: list[tuple[list[Any], Any, list[Any]]] = [
    (["1.234,50 €", "7,90 €"], Kind.NUMBER, ["number"]),
    (["1,5", None, "unknown", "2,5"], Kind.NUMBER, ["missing", "number"]),
    (["500 g", "2 kg"], Kind.NUMBER, [{"clean": "number", "unit": "kg"}]),
    (["12%", "3.5%"], Kind.NUMBER, ["number"]),
    (["31.12.2026", "1.2.2026"], Kind.TIME, ["dates"]),
    (["2026年3月1日", "2026年3月2日"], Kind.TIME, ["dates"]),
    (["05.03.2026", "17.04.2026"], Kind.TIME, ["dates"]),
]


@pytest.mark.parametrize(("column", "kind", "clean"), HINTS, ids=[str(case[2]) for case in HINTS])
def test_what_would_be_a_number_or_a_date_is_hinted_at(column: list[Any], kind: Kind, clean: list[Any]) -> None:
    found = hint(pl.Series("x", column))
    assert found is not None
    assert (found.kind, found.clean) == (kind, clean)


@pytest.mark.parametrize(
    "column",
    [
        ["01234", "23456"],  # codes
        ["K00017", "K00018"],
        ["T100", "T250"],
        ["1,234", "2,345"],  # which mark it is, the file does not say
        ["rent", "own"],
        ["1,5", "2,5", "none of them 7"],
        ["1/2/2026", "2/3/2026"],
        [1.5, 2.5],
        [None, "1,5"],
    ],
)
def test_what_is_open_is_left_to_people(column: list[Any]) -> None:
    assert hint(pl.Series("x", column, strict=False)) is None
