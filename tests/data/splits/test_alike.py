"""Copies are what a model could not tell apart, found as a slow look at every pair finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.types import Column, Kind, Role, Schema, Storage, Table
from modelyard.data.splits import alike

ROW = st.tuples(
    st.sampled_from([0.0, -0.0, 1.5, None, float("nan")]),
    st.sampled_from(["a", "b", None]),
    st.sampled_from([True, None]),
)


def table(kinds: dict[str, Kind], frame: pl.DataFrame, storage: Storage = "string") -> Table:
    return Table(frame, Schema(tuple(Column(name, kind, storage=storage) for name, kind in kinds.items())))


@given(rows=st.lists(ROW, min_size=1, max_size=30), cut=st.integers(0, 30))
def test_copies_are_those_of_a_slow_look(rows: list[tuple[Any, ...]], cut: int) -> None:
    types = {"x": pl.Float64, "home": pl.String, "member": pl.Boolean}
    kinds = {"x": Kind.NUMBER, "home": Kind.CATEGORY, "member": Kind.BOOLEAN}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    parts = [part for part in (frame[:cut], frame[cut:]) if part.height]
    found = alike.copied([table(kinds, part) for part in parts])
    meant = [tuple(None if v != v else v for v in row) for row in rows]  # noqa: PLR0124 - NaN
    for place, row in enumerate(meant):
        same = [other for other, each in enumerate(meant) if each == row]
        empty = all(value is None for value in row)
        assert found[place] == (same[0] if len(same) > 1 and not empty else -1)


WRITTEN: list[tuple[Kind, list[Any]]] = [
    (Kind.BOOLEAN, ["yes", "true", "1"]),
    (Kind.TIME, ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T01:00:00+01:00"]),
]


@pytest.mark.parametrize(("kind", "written"), WRITTEN)
def test_one_value_written_in_several_ways_is_one(kind: Kind, written: list[Any]) -> None:
    found = alike.copied([table({"x": kind}, pl.DataFrame({"x": written}))])
    assert found.tolist() == [0, 0, 0]


def test_files_that_hold_a_level_in_other_ways_agree() -> None:
    kinds = {"code": Kind.CATEGORY}
    numbers, texts = pl.DataFrame({"code": [1, 2]}), pl.DataFrame({"code": ["1", "3"]})
    assert alike.copied([table(kinds, numbers), table(kinds, texts)]).tolist() == [0, -1, 0, -1]
    assert alike.codes([numbers["code"], texts["code"]]).tolist() == [0, 1, 0, 2]


def test_only_what_is_learnt_from_is_compared() -> None:
    frame = pl.DataFrame({"x": [1, 1, 2], "id": [7, 8, 9]})
    schema = Schema((Column("x", Kind.NUMBER, storage="integer"), Column("id", Kind.IDENTIFIER, Role.IGNORE)))
    assert alike.copied([Table(frame, schema)]).tolist() == [0, 0, -1]
    assert alike.copied([Table(frame, Schema(schema.columns[1:]))]).tolist() == [-1, -1, -1]


@given(st.lists(st.one_of(st.none(), st.text(max_size=2)), min_size=1, max_size=20))
def test_codes_are_in_the_order_of_values(values: list[str | None]) -> None:
    known = sorted({value.encode() for value in values if value is not None})
    expected = [-1 if value is None else known.index(value.encode()) for value in values]
    assert alike.codes([pl.Series(values, dtype=pl.String)]).tolist() == expected
    assert alike.codes([pl.Series([1.0, np.nan, None])]).tolist() == [0, -1, -1]
