"""One meaning for a value, wherever it comes from."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.types import Column, Kind, Storage
from modelyard.data import values

if TYPE_CHECKING:
    from modelyard.core.errors import Problem

MOMENT = np.datetime64("2026-03-31T12:30:00", "us")
READ: list[tuple[Kind, Any, Any]] = [
    (Kind.NUMBER, 3, 3.0),
    (Kind.NUMBER, -2.5, -2.5),
    (Kind.NUMBER, 10**300, 1e300),
    (Kind.BOOLEAN, True, 1.0),
    (Kind.BOOLEAN, 0, 0.0),
    (Kind.BOOLEAN, 1.0, 1.0),
    (Kind.BOOLEAN, " Yes ", 1.0),
    (Kind.BOOLEAN, "OFF", 0.0),
    (Kind.BOOLEAN, "是", 1.0),
    (Kind.BOOLEAN, "假", 0.0),
    (Kind.TIME, "2026-03-31T12:30:00", MOMENT),
    (Kind.TIME, " 2026-03-31 12:30 ", MOMENT),
    (Kind.TIME, "2026-03-31T20:30:00+08:00", MOMENT),
    (Kind.TIME, "2026-03-31T12:30:00Z", MOMENT),
    (Kind.TIME, "2026-03-31", np.datetime64("2026-03-31", "us")),
    (Kind.TIME, dt.date(2026, 3, 31), np.datetime64("2026-03-31", "us")),
    (Kind.TIME, dt.datetime(2026, 3, 31, 12, 30), MOMENT),  # noqa: DTZ001 - a wall clock is UTC
    (Kind.TIME, dt.datetime(2026, 3, 31, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5))), MOMENT),
    (Kind.CATEGORY, "rent", "rent"),
    (Kind.CATEGORY, "", ""),
    (Kind.CATEGORY, 3, "3"),
    (Kind.CATEGORY, 3.0, "3"),
    (Kind.CATEGORY, 2.5, "2.5"),
    (Kind.CATEGORY, False, "false"),
    (Kind.CATEGORY, dt.date(2026, 3, 31), "2026-03-31"),
    (Kind.CATEGORY, dt.datetime(2026, 3, 31, 12, 30), "2026-03-31T12:30:00"),  # noqa: DTZ001
    (Kind.IDENTIFIER, 17, "17"),
    (Kind.TEXT, "一句话", "一句话"),
]


def read(kind: Kind, raw: list[Any], **said: Any) -> tuple[Any, list[tuple[int, str]]]:
    found: list[tuple[int, str]] = []

    def tell(row: int, problem: Problem) -> None:
        assert problem.where == "x"
        found.append((row, problem.problem))

    return values.from_list(raw, Column("x", kind, **said), tell), found


@pytest.mark.parametrize(("kind", "raw", "wanted"), READ)
def test_a_value_is_read(kind: Kind, raw: object, wanted: object) -> None:
    found, problems = read(kind, [raw, None, raw])
    assert problems == []
    assert found[0] == found[2] == wanted
    assert values.missing(found).tolist() == [False, True, False]


REFUSED: list[tuple[Kind, Any, str]] = [
    (Kind.NUMBER, "3", "expected a number, got text"),
    (Kind.NUMBER, True, "expected a number, got true or false"),
    (Kind.NUMBER, math.inf, "expected a finite number"),
    (Kind.NUMBER, math.nan, "expected a finite number"),
    (Kind.NUMBER, 10**400, "expected a finite number"),
    (Kind.NUMBER, [1], "expected a number, got a list"),
    (Kind.BOOLEAN, "maybe", "expected true or false, got text"),
    (Kind.BOOLEAN, 2, "expected true or false, got a number"),
    (Kind.TIME, "31.3.2026", "expected a date or time in ISO 8601, such as 2026-03-31"),
    (Kind.TIME, "2026-02-30", "expected a date or time in ISO 8601"),
    (Kind.TIME, 20260331, "expected a date or time in ISO 8601"),
    (Kind.TIME, "0001-01-01T00:00:00+14:00", "expected a date or time in ISO 8601"),
    (Kind.TIME, "", "expected a date or time in ISO 8601"),
    (Kind.TEXT, 3, "expected text, got a number"),
    (Kind.TEXT, {"a": 1}, "expected text, got an object"),
]


@pytest.mark.parametrize(("kind", "raw", "told"), REFUSED, ids=repr)
def test_what_is_no_such_value_is_told_and_counts_as_missing(kind: Kind, raw: object, told: str) -> None:
    found, problems = read(kind, [None, raw])
    ((row, problem),) = problems
    assert row == 1
    assert problem.startswith(told)
    assert values.missing(found).all()


def test_a_problem_does_not_tell_the_value() -> None:
    _, problems = read(Kind.NUMBER, ["my secret diagnosis"])
    assert "secret" not in str(problems)


def test_what_may_not_be_missing_and_what_is_no_level_is_told() -> None:
    _, problems = read(Kind.NUMBER, [1, None], nullable=False)
    assert problems == [(1, "is missing")]
    found, problems = read(Kind.CATEGORY, ["a", "b", None], levels=("a",), closed=True)
    assert problems == [(1, "is none of the levels that the recipe allows")]
    assert found.tolist() == ["a", "b", None]


@pytest.mark.parametrize("kind", Kind)
def test_no_values_are_no_rows(kind: Kind) -> None:
    found, problems = read(kind, [])
    assert (len(found), problems) == (0, [])
    assert found.dtype == read(kind, [None])[0].dtype
    assert found.dtype == values.from_series(pl.Series("x", [], dtype=pl.String), Column("x", kind)).dtype


SERIES: list[tuple[Kind, pl.Series]] = [
    (Kind.NUMBER, pl.Series([1, None, -3])),
    (Kind.NUMBER, pl.Series([1.5, None], dtype=pl.Float32)),
    (Kind.NUMBER, pl.Series([2**63, 3], dtype=pl.UInt64)),
    (Kind.BOOLEAN, pl.Series([True, None, False])),
    (Kind.BOOLEAN, pl.Series([1, 0, None])),
    (Kind.BOOLEAN, pl.Series(["yes", "No", None])),
    (Kind.TIME, pl.Series([dt.date(2026, 3, 31), None])),
    (Kind.TIME, pl.Series([dt.datetime(2026, 3, 31, 12, 30, 1, 250), None])),  # noqa: DTZ001
    (Kind.TIME, pl.Series(["2026-03-31T12:30:00+02:00", None, "2026-03-31"])),
    (Kind.CATEGORY, pl.Series(["a", None, "é", ""])),
    (Kind.CATEGORY, pl.Series([1, 2, None])),
    (Kind.CATEGORY, pl.Series([1.0, 2.5, None])),
    (Kind.CATEGORY, pl.Series([True, None])),
    (Kind.CATEGORY, pl.Series([dt.datetime(2026, 3, 31), None])),  # noqa: DTZ001
    (Kind.IDENTIFIER, pl.Series([10**15, None])),
    (Kind.TEXT, pl.Series(["一句话", None])),
    *((kind, pl.Series([None, None])) for kind in Kind),
]


@pytest.mark.parametrize(("kind", "series"), SERIES, ids=str)
def test_a_frame_and_a_request_are_read_alike(kind: Kind, series: pl.Series) -> None:
    column = Column("x", kind)
    from_frame = values.from_series(series, column)
    from_request, problems = read(kind, series.to_list())
    assert problems == []
    assert from_frame.dtype == from_request.dtype
    assert np.array_equal(values.missing(from_frame), values.missing(from_request))
    kept = ~values.missing(from_frame)
    assert from_frame[kept].tolist() == from_request[kept].tolist()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_moment_of_another_zone_is_read_in_utc(unit: Any) -> None:
    there = pl.Series([dt.datetime(2026, 3, 31, 20, 30)]).cast(pl.Datetime(unit)).dt.replace_time_zone("Asia/Shanghai")  # noqa: DTZ001
    assert values.from_series(there, Column("x", Kind.TIME))[0] == MOMENT


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans()))
def test_a_level_is_text_and_stays_itself(raw: object) -> None:
    told = values.level(raw)
    assert isinstance(told, str)
    assert values.level(told) == told


@pytest.mark.parametrize(
    ("level", "storage", "wanted"),
    [
        ("1", "integer", 1),
        ("-3", "float", -3.0),
        ("true", "boolean", True),
        ("false", "boolean", False),
        ("1", "string", "1"),
        ("2026-03-31", "date", "2026-03-31"),
    ],
)
def test_a_level_is_answered_as_the_source_held_it(level: str, storage: Storage, wanted: object) -> None:
    restored = values.restored(level, storage)
    assert restored == wanted
    assert type(restored) is type(wanted)
    assert values.level(restored) == level


@pytest.mark.parametrize(
    ("series", "storage"),
    [
        (pl.Series(["a"]), "string"),
        (pl.Series([1], dtype=pl.Int8), "integer"),
        (pl.Series([1.0]), "float"),
        (pl.Series([True]), "boolean"),
        (pl.Series([dt.date(2026, 1, 1)]), "date"),
        (pl.Series([dt.datetime(2026, 1, 1)]), "datetime"),  # noqa: DTZ001
    ],
)
def test_the_storage_of_a_column(series: pl.Series, storage: Storage) -> None:
    assert values.storage_of(series.dtype) == storage


def test_misfits_are_the_different_values_and_the_rows_that_hold_them() -> None:
    series = pl.Series("x", ["yes", "no", "maybe", "maybe", None, "perhaps"])
    wrong, count = values.misfits(series, Column("x", Kind.BOOLEAN))
    assert set(wrong) == {"maybe", "perhaps"}
    assert count == 3
    assert values.misfits(pl.Series("x", [1.0, 2.0]), Column("x", Kind.NUMBER)) == ({}, 0)


COLUMNS = [
    pl.Series("x", [1, None, 2]),
    pl.Series("x", [1.5, math.inf, None, -math.inf, math.inf]),
    pl.Series("x", ["a", None, "3", "2020-01-01", "yes"]),
    pl.Series("x", [True, None]),
    pl.Series("x", [dt.date(2020, 1, 1), None]),
    pl.Series("x", [dt.datetime(2020, 1, 1), None]),  # noqa: DTZ001 - as a frame holds it
    pl.Series("x", [None, None], dtype=pl.String),
]


@pytest.mark.parametrize("series", COLUMNS, ids=lambda series: str(series.dtype))
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("levels", [(), ("a", "1")])
def test_misfits_are_those_that_reading_each_value_tells(
    series: pl.Series, kind: Kind, levels: tuple[str, ...]
) -> None:
    column = Column("x", kind, levels=levels, closed=bool(levels), storage=values.storage_of(series.dtype))
    told: dict[int, Problem] = {}
    read = values.from_list(series.to_list(), column, told.__setitem__)
    wrong, count = values.misfits(series, column)
    assert (wrong, count) == ({series[row]: problem for row, problem in told.items()}, len(told))
    np.testing.assert_array_equal(values.from_series(series, column), read)
