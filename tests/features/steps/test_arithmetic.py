"""Ratios, logarithms, bins and pairs, figure by figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.errors import RecipeError
from modelyard.core.types import Column, Kind
from modelyard.features.fit import STEPS
from modelyard.features.steps.bin import Bin
from modelyard.features.steps.interact import Interact
from modelyard.features.steps.log import Log
from modelyard.features.steps.ratio import Ratio

if TYPE_CHECKING:
    from modelyard.core.featuring import FittedStep, Step
    from modelyard.core.types import Floats, Values

NAN = float("nan")
KINDS = {"a": Kind.NUMBER, "b": Kind.NUMBER, "home": Kind.CATEGORY, "member": Kind.BOOLEAN, "said": Kind.TEXT}
KNOWN = {name: Column(name, kind) for name, kind in KINDS.items()}


def fitted(step: Step, columns: dict[str, Values], target: Floats | None = None) -> FittedStep:
    return step.fit(columns, {name: KNOWN.get(name, Column(name, Kind.NUMBER)) for name in columns}, target, 7)


def test_a_ratio_to_zero_to_nothing_or_beyond_a_float_is_missing() -> None:
    columns = {"a": np.array([6.0, 1.0, NAN, 1e300, 0.0]), "b": np.array([3.0, 0.0, 2.0, 1e-300, 0.0])}
    step = fitted(Ratio(of=("a", "b")), columns)
    found = step(columns)
    assert list(found) == ["a", "b", "a_per_b"]
    np.testing.assert_array_equal(found["a_per_b"], [2.0, NAN, NAN, NAN, NAN])
    assert [(column.name, column.kind) for column in step.made] == [("a_per_b", Kind.NUMBER)]


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=20))
def test_a_logarithm_keeps_the_order_and_the_sign(figures: list[float]) -> None:
    columns = {"a": np.array(sorted(figures))}
    found = fitted(Log(), columns)(columns)["a"]
    assert (np.diff(found) >= 0).all()
    assert (np.sign(found) == np.sign(columns["a"])).all() or np.abs(columns["a"]).min() < 1e-300


def test_bins_hold_as_many_rows_each_and_take_whatever_comes_later() -> None:
    columns = {"a": np.array([*np.arange(100.0), NAN])}
    step = fitted(Bin(into=4), columns)
    found = step(columns)["a"]
    assert [found.tolist().count(level) for level in ("1", "2", "3", "4", None)] == [25, 25, 25, 25, 1]
    later = {"a": np.array([-1e9, 24.0, 24.1, 1e9, NAN])}
    assert step(later)["a"].tolist() == ["1", "1", "2", "4", None]
    assert [(c.kind, c.levels, c.closed) for c in step.made] == [(Kind.CATEGORY, ("1", "2", "3", "4"), True)]


@pytest.mark.parametrize(
    ("rows", "levels"), [([5.0] * 9, {"1"}), ([NAN, NAN], {None}), ([0.0] * 8 + [1.0], {"1", "2"})]
)
def test_where_rows_are_alike_there_are_fewer_bins(rows: list[float], levels: set[str | None]) -> None:
    columns = {"a": np.array(rows)}
    assert set(fitted(Bin(), columns)(columns)["a"]) == levels


def test_two_columns_are_combined_by_arithmetic_or_by_their_levels() -> None:
    columns: dict[str, Any] = {
        "a": np.array([2.0, NAN, 1e308]),
        "b": np.array([3.0, 1.0, 1e308]),
        "home": np.array(["rent", None, "own"], dtype=object),
        "member": np.array([1.0, 0.0, 0.0]),
    }
    numbers = fitted(Interact(of=("a", "b"), by=("product", "difference", "sum")), columns)(columns)
    np.testing.assert_array_equal(numbers["a_times_b"], [6.0, NAN, NAN])
    np.testing.assert_array_equal(numbers["a_minus_b"], [-1.0, NAN, 0.0])
    np.testing.assert_array_equal(numbers["a_plus_b"], [5.0, NAN, NAN])
    levels = fitted(Interact(of=("home", "member")), columns)
    assert levels(columns)["home_with_member"].tolist() == ["rent & true", None, "own & false"]
    assert levels.made[0].kind is Kind.CATEGORY


WRONG = [
    ("ratio", {"of": ["a", "hme"]}, "no column called 'hme'", "did you mean 'home'?"),
    ("ratio", {"of": ["a", "home"]}, "the column 'home' has the kind 'category'", "it reads number"),
    ("ratio", {"of": ["a", "b"], "name": "home"}, "there is a column called 'home' already", "another `name`"),
    ("interact", {"of": ["a", "home"]}, "'a' and 'home' are a number and a category", "step: bin"),
    ("interact", {"of": ["a", "said"]}, "the column 'said' has the kind 'text'", "it reads"),
    ("interact", {"of": ["a", "a"]}, "two columns that differ", ""),
    ("interact", {"of": ["a", "b"], "pairs": "auto"}, "and not both", ""),
    ("log", {"columns": ["said", "home"]}, "the column 'said' has the kind 'text'", "it reads number"),
    ("select", {"columns": ["said"]}, "the column 'said' has the kind 'text'", ""),
    ("select", {"fdr": 0}, "greater than 0", ""),
]


@pytest.mark.parametrize(("name", "said", "problem", "hint"), WRONG)
def test_what_cannot_be_is_told(name: str, said: dict[str, Any], problem: str, hint: str) -> None:
    rows: dict[str, Any] = {
        "a": np.ones(3),
        "b": np.ones(3),
        "member": np.ones(3),
        **{each: np.array(["x", "y", None], dtype=object) for each in ("home", "said")},
    }
    with pytest.raises(RecipeError, match=problem) as caught:
        fitted(STEPS.build(name, said, "prepare.0"), rows, np.array([0, 1, 0]))
    assert hint in str(caught.value)
