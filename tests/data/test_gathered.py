"""Plain Python values to columns: no value is changed to fit, and where pieces end makes no difference."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.core import room
from modelyard.core.errors import DataError
from modelyard.data import fingerprint
from modelyard.data.gathered import gathered, united

NOON = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
COLUMNS: list[tuple[str, list[Any], pl.DataType, list[Any]]] = [
    ("whole", [1, None, -3], pl.Int64(), [1, None, -3]),
    ("numbers", [1, 2.5, None], pl.Float64(), [1.0, 2.5, None]),
    ("decimals", [Decimal("1.50"), 2, None], pl.Decimal(38, 2), [Decimal("1.50"), Decimal(2), None]),
    ("no decimal", [Decimal("NaN"), Decimal("1.5")], pl.Float64(), [float("nan"), 1.5]),
    ("truths", [True, None, False], pl.Boolean(), [True, None, False]),
    ("texts", ["a", None, "父"], pl.String(), ["a", None, "父"]),
    ("codes", [UUID(int=1), None], pl.String(), [str(UUID(int=1)), None]),
    ("days", [date(2024, 1, 1), None], pl.Date(), [date(2024, 1, 1), None]),
    ("moments", [NOON.replace(tzinfo=None)], pl.Datetime("us"), [NOON.replace(tzinfo=None)]),
    ("zoned", [NOON, None], pl.Datetime("us", "UTC"), [NOON.astimezone(UTC), None]),
    ("times", [time(1, 2)], pl.Time(), [time(1, 2)]),
    ("spans", [timedelta(hours=1)], pl.Duration("us"), [timedelta(hours=1)]),
    ("bytes", [b"\x00", memoryview(b"a")], pl.Binary(), [b"\x00", b"a"]),
    ("objects", [{"b": 1, "a": [2]}, None], pl.String(), ['{"a": [2], "b": 1}', None]),
    ("nothing", [None, None], pl.Null(), [None, None]),
]


@pytest.mark.parametrize(("values", "dtype", "want"), [case[1:] for case in COLUMNS], ids=[c[0] for c in COLUMNS])
def test_values_keep_their_type(values: list[Any], dtype: pl.DataType, want: list[Any]) -> None:
    together = gathered(["x"], [[(value,) for value in values]], "here", "mend")
    apart = gathered(["x"], [[(value,)] for value in values], "here", "mend")
    assert together.schema["x"] == dtype
    assert together["x"].equals(pl.Series("x", want, dtype=dtype))
    assert apart.equals(together)
    assert fingerprint.of_frame(apart) == fingerprint.of_frame(together)


MIXED: list[tuple[str, list[Any], str]] = [
    ("text and number", [1, "x"], "holds values of different sorts"),
    ("truth and number", [1, True], "holds values of different sorts"),
    ("day and moment", [date(2024, 1, 1), NOON], "holds values of different sorts"),
    ("zone and none", [NOON, NOON.replace(tzinfo=None)], "different sorts|with a zone and moments without"),
    ("too large", [1 << 63], "larger than 64 bits"),
    ("strange", [object()], "values of the type object, which no column can hold"),
]


@pytest.mark.parametrize(("values", "problem"), [case[1:] for case in MIXED], ids=[case[0] for case in MIXED])
def test_what_no_column_holds_is_told_without_the_value(values: list[Any], problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        gathered(["x"], [[(value,) for value in values]], "here", "mend")
    assert caught.value.problem.startswith("the column 'x'")
    assert (caught.value.where, caught.value.hint) == ("here", "mend")
    with pytest.raises(DataError, match=problem):
        gathered(["x"], [[(value,)] for value in values], "here", "mend")


def test_names_twice_and_no_rows_are_told() -> None:
    with pytest.raises(DataError, match="2 columns are called 'a'"):
        gathered(["a", "b", "a"], [], "here", "mend")
    with pytest.raises(DataError, match="gives no rows"):
        gathered(["a"], [[], []], "here", "mend")
    with pytest.raises(DataError, match="piece 2 has other columns"):
        united([pl.DataFrame({"a": [1]}), pl.DataFrame({"b": [1]})], "here", "mend")


def test_what_memory_has_no_room_for_lies_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[list[tuple[Any, ...]]] = [[(1, "a")], [(2.5, None)]]
    whole = gathered(["x", "y"], pieces, "here", "mend")
    monkeypatch.setattr(room, "fits", lambda _: False)
    assert gathered(["x", "y"], pieces, "here", "mend").equals(whole)


cells = st.one_of(st.none(), st.text(max_size=5))


@settings(max_examples=20)
@given(st.lists(st.tuples(cells, st.one_of(st.none(), st.integers(-9, 9))), min_size=1, max_size=12), st.integers(1, 5))
def test_a_digest_is_of_the_values_and_not_of_the_pieces(rows: list[tuple[str | None, int | None]], size: int) -> None:
    types = {"a": pl.String, "b": pl.Int64}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    assert fingerprint.of_frame(frame, size) == fingerprint.of_frame(frame)
    moved = pl.DataFrame([((a or "") + "x", b) for a, b in rows], schema=types, orient="row")
    assert fingerprint.of_frame(moved) != fingerprint.of_frame(frame)


ALIKE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"a": ["ab", "c"]}, {"a": ["a", "bc"]}),
    ({"a": ["", None]}, {"a": [None, ""]}),
    ({"a": [0, None]}, {"a": [None, 0]}),
    ({"a": [1]}, {"b": [1]}),
    ({"a": [1]}, {"a": [1.0]}),
    ({"a": [1, 2]}, {"a": [2, 1]}),
    ({"a": [1], "b": [2]}, {"b": [2], "a": [1]}),
    ({"a": [True]}, {"a": [False]}),
    ({"a": [date(2024, 1, 1)]}, {"a": [date(2024, 1, 2)]}),
    ({"a": [b"a", b"b"]}, {"a": [b"ab", b""]}),
    ({"a": [[1], [2]]}, {"a": [[1, 2], []]}),
    ({"a": [Decimal("1.5")]}, {"a": [Decimal("1.6")]}),
]


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=[str(one) for one, _ in ALIKE])
def test_tables_that_differ_have_other_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    first = fingerprint.of_frame(pl.DataFrame(one))
    assert first == fingerprint.of_frame(pl.DataFrame(one)) != fingerprint.of_frame(pl.DataFrame(other))
