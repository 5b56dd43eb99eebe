"""Values made coarser."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import RecipeError
from modelyard.data.cleaning import CLEANERS

CASES: list[tuple[dict[str, Any], object, object]] = [
    ({"by": "range"}, 37, "[30, 40)"),
    ({"by": "range"}, "-0.5", "[-10, 0)"),
    ({"by": "range", "width": 0.1}, 0.3, "[0.3, 0.4)"),
    ({"by": "range", "edges": [18, 65]}, 17, "< 18"),
    ({"by": "range", "edges": [18, 65]}, 18, "[18, 65)"),
    ({"by": "range", "edges": [18, 65]}, 65, ">= 65"),
    ({"by": "middle"}, 37, 35.0),
    ({"by": "month"}, "2026-05-17", "2026-05-01"),
    ({"by": "quarter"}, date(2026, 5, 17), date(2026, 4, 1)),
    ({"by": "year"}, datetime(2026, 5, 17, 12), datetime(2026, 1, 1)),  # noqa: DTZ001 - as frames hold them
    ({"by": "prefix"}, "10115", "10"),
    ({"by": "prefix", "length": 3}, 10115, "101"),
    ({"by": "network"}, "8.8.4.4", "8.8.4.0/24"),
    ({"by": "network"}, "2001:db8:1:2::3", "2001:db8:1::/48"),
    ({"by": "mapping", "mapping": {"Ulm": "south"}, "other": "else"}, "Ulm", "south"),
    ({"by": "mapping", "mapping": {"Ulm": "south"}, "other": "else"}, "Kiel", "else"),
    ({"by": "mapping", "mapping": {"Ulm": "south"}}, "Kiel", "Kiel"),
]


@pytest.mark.parametrize(("settings", "value", "coarse"), CASES)
def test_a_value_becomes_the_coarser_one_and_stays(settings: dict[str, Any], value: object, coarse: object) -> None:
    generalise = CLEANERS.build("generalise", settings)
    assert generalise(value) == coarse
    assert generalise(coarse) == coarse


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-3, 1e6))
def test_the_middle_of_a_range_is_its_own(value: float, width: float) -> None:
    middle = CLEANERS.build("generalise", {"by": "middle", "width": width})
    once = middle(value)
    assert isinstance(once, float)
    assert middle(once) == once
    assert abs(once - value) <= width or abs(value / width) > 2**49


@pytest.mark.parametrize(
    ("settings", "value", "wanted"),
    [
        ({"by": "range"}, "old", "expected a finite number"),
        ({"by": "range"}, True, "expected a number, got true or false"),
        ({"by": "month"}, "17.5.2026", "expected a date in ISO 8601"),
        ({"by": "network"}, "here", "expected an IP address"),
    ],
)
def test_what_cannot_be_read_is_told_without_the_value(settings: dict[str, Any], value: object, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted) as caught:
        CLEANERS.build("generalise", settings)(value)
    assert str(value) not in str(caught.value).replace("true", "")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"by": "range", "edges": [2, 1]}, "not in order"),
        ({"by": "middle", "edges": [1]}, "say width"),
        ({"by": "mapping"}, "needs entries"),
        ({"by": "mapping", "mapping": {"a": "b", "b": "c"}}, "mapped on to another"),
    ],
)
def test_settings_that_settle_nothing_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        CLEANERS.build("generalise", settings)
