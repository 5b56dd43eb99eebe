"""Numbers, categories, truth values and moments, figure by figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.blocks import MISSING_CODE, UNSEEN_CODE, Codes, Numbers
from modelyard.core.types import Column
from modelyard.features.encoders.boolean import Boolean
from modelyard.features.encoders.category import Category
from modelyard.features.encoders.number import Number
from modelyard.features.encoders.time import Time

if TYPE_CHECKING:
    from modelyard.core.featuring import Encoder, FittedEncoder
    from modelyard.core.types import Values

NAN = float("nan")


def fit(encoder: Encoder, found: Values, **said: Any) -> FittedEncoder:
    kind = min(encoder.kinds)
    return encoder.fit(found, Column("x", kind, **said), None)


def numbers(fitted: FittedEncoder, found: Values) -> list[list[float]]:
    block = fitted(found)
    assert isinstance(block, Numbers)
    return [[round(float(value), 4) for value in row] for row in block.values]


def test_numbers_are_centred_scaled_and_flagged() -> None:
    fitted = fit(Number(), np.array([1.0, 3.0, NAN]))
    assert fitted.state() == {"centre": 2.0, "scale": 1.0, "flag": True, "clip": 10.0}
    assert numbers(fitted, np.array([3.0, NAN, 5.0])) == [[1, 0], [0, 1], [3, 0]]
    plain = fit(Number(), np.array([1.0, 3.0]))
    assert numbers(plain, np.array([3.0, NAN])) == [[1], [0]]


def test_robust_numbers_ignore_what_lies_far_out() -> None:
    found = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 1e6])
    state = fit(Number(scale="robust"), found).state()
    assert state["centre"] == pytest.approx(3.5)
    assert state["scale"] == pytest.approx(2.5 / 1.349)
    mostly_zero = fit(Number(scale="robust"), np.array([0.0] * 9 + [10.0])).state()
    assert mostly_zero["centre"] == 0
    assert mostly_zero["scale"] == pytest.approx(3.0)  # the quartiles do not differ, so the deviation stands in


@pytest.mark.parametrize(
    ("found", "later", "wanted"),
    [
        ([5.0, 5.0], [5.0, 6.0], [0, 1]),  # constant: nothing to scale by
        ([0.0, 0.0], [0.0], [0]),
        ([NAN, NAN], [3.0], [3]),
        ([1.0, 3.0], [1e9, -1e9], [10, -10]),  # clipped
        ([1e200, 3e200], [1e200, 3e200], [-1, 1]),
        ([1e-15, 3e-15], [1e-15, 3e-15], [-1, 1]),
        ([1e308, -1e308], [1e308, -1e308, 1.7e308], [10, -10, 10]),  # a deviation beyond what a float can hold ten of
    ],
)
def test_odd_numbers_stay_finite(found: list[float], later: list[float], wanted: list[float]) -> None:
    fitted = fit(Number(), np.array(found))
    assert [row[0] for row in numbers(fitted, np.array(later))] == pytest.approx(wanted)


def codes(fitted: FittedEncoder, found: list[str | None]) -> list[int]:
    block = fitted(np.array(found, dtype=object))
    assert isinstance(block, Codes)
    return [int(code) for code in block.codes]


def test_missing_and_unseen_values_are_levels_of_their_own() -> None:
    fitted = fit(Category(), np.array(["b", None, "a", "北京", "b"], dtype=object))
    assert fitted.state() == {"levels": ["a", "b", "北京"]}
    assert codes(fitted, ["a", "b", "北京", None, "z", ""]) == [2, 3, 4, MISSING_CODE, UNSEEN_CODE, UNSEEN_CODE]
    assert fitted(np.array(["a"], dtype=object)).spec.size == 5


def test_rare_levels_count_as_unseen() -> None:
    found = np.array(["b", None, "a", "a", "c", "c", "c"], dtype=object)
    fitted = fit(Category(min_rows=2), found)
    assert fitted.state() == {"levels": ["a", "c"]}
    assert codes(fitted, ["a", "b", "c", None]) == [2, UNSEEN_CODE, 3, MISSING_CODE]
    named = fit(Category(min_rows=2), found, levels=("c", "b"), closed=True)
    assert codes(named, ["c", "b"]) == [2, 3], "a recipe's own levels stand"


def test_a_closed_column_has_the_levels_of_the_recipe() -> None:
    fitted = fit(Category(), np.array(["b"], dtype=object), levels=("c", "b"), closed=True)
    assert codes(fitted, ["c", "b", "a"]) == [2, 3, UNSEEN_CODE]


def test_truth_values_are_signs() -> None:
    fitted = fit(Boolean(), np.array([1.0, 0.0, NAN]))
    assert numbers(fitted, np.array([1.0, 0.0, NAN])) == [[1, 0], [-1, 0], [0, 1]]
    assert numbers(fit(Boolean(), np.array([1.0, 0.0])), np.array([0.0, NAN])) == [[-1], [0]]


def moments(*texts: str) -> Values:
    return np.array(texts, dtype="datetime64[us]")


def test_calendar_parts_are_angles() -> None:
    fitted = fit(Time(), moments("2026-01-01", "2026-12-31"))
    trend, *angles = (
        np.array(column) for column in zip(*numbers(fitted, moments("2026-01-01", "2026-12-31")), strict=True)
    )
    assert trend.tolist() == pytest.approx([-1, 1])
    year = np.stack(angles[:2])
    assert np.abs(year[:, 0] - year[:, 1]).max() < 0.05, "December meets January"
    week = dict(zip(("Thu", "Mon"), numbers(fitted, moments("2026-01-01", "2026-01-05")), strict=True))
    assert week["Mon"][5:7] == [0, 1], "weeks turn on Mondays"
    assert week["Thu"][5:7] == pytest.approx([np.sin(2 * np.pi * 3 / 7), np.cos(2 * np.pi * 3 / 7)], abs=1e-4)
    month = numbers(fitted, moments("2026-03-01"))[0][3:5]
    assert month == [0, 1]


def test_the_time_of_day_counts_where_training_knew_it() -> None:
    days, clock = (
        fit(Time(), moments("2026-01-01", "2026-01-02")),
        fit(Time(), moments("2026-01-01", "2026-01-02T06:00")),
    )
    assert (days.state()["clock"], clock.state()["clock"]) == (False, True)
    assert fitted_width(days) == 8
    assert fitted_width(clock) == 11
    assert numbers(clock, moments("2026-05-05T06:00", "2026-05-05T18:00"))[0][7:9] == [1, 0]


def test_the_week_and_the_day_are_numbers_too() -> None:
    fitted = fit(Time(), moments("2026-01-01", "2026-01-02T06:00"))
    found = numbers(fitted, moments("2026-01-05", "2026-01-08T12:00", "2026-01-11T18:00", "1969-12-28T23:59:59.999999"))
    assert [row[9:] for row in found] == [[-1, -1], [0, 0], [1, 0.5], [1, pytest.approx(1)]]


def fitted_width(fitted: FittedEncoder) -> int:
    return fitted(moments("2026-01-01")).spec.size


def test_a_missing_moment_is_zeros_and_a_flag() -> None:
    fitted = fit(Time(), moments("2026-01-01", "NaT", "2026-01-03"))
    assert numbers(fitted, moments("NaT")) == [[0] * 8 + [1]]
    assert numbers(fitted, moments("2026-01-03"))[0][-1] == 0
    assert numbers(fit(Time(), moments("NaT", "NaT")), moments("NaT")) == [[0] * 8 + [1]]


@pytest.mark.parametrize("far", ["0001-01-01", "9999-12-31T23:59:59"])
def test_a_moment_far_away_is_clipped(far: str) -> None:
    fitted = fit(Time(), moments("2026-01-01", "2026-01-03"))
    assert abs(numbers(fitted, moments(far))[0][0]) == 10
