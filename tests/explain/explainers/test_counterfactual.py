"""The nearest other answer: it is one, it is near, and nothing changes that may not."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.errors import UsageError
from modelyard.core.explaining import Otherwise
from modelyard.explain import background
from modelyard.explain.family import EXPLAINERS
from tests.explain import subjects

if TYPE_CHECKING:
    from modelyard.core.types import Floats
    from modelyard.release.bundle import Bundle
    from modelyard.run import Run

GRID = np.linspace(0, 10, 21)
KNOWN = {name: {"quantiles": [0.0, 0.5, 2.5, 5.0, 7.5, 9.5, 10.0]} for name in subjects.names(3)}


def sought(x: list[float], **said: Any) -> Otherwise:
    """Of c0 + 2 c1 - c2, each between 0 and 10."""
    ways = said.pop("ways", {})
    subject = subjects.of(lambda v: v[:, 0] + 2 * v[:, 1] - v[:, 2], 3, 1, known=KNOWN, ways=ways)
    (found,) = EXPLAINERS.build("counterfactual", said)(subject, subjects.columns(np.array([x])), {})
    assert isinstance(found, Otherwise)
    return found


def test_the_cheapest_column_is_changed_as_little_as_needed() -> None:
    found = sought([5.0, 5.0, 5.0], above=14.0)
    (move,) = found.moves
    assert (found.before, move.column, move.before) == (10.0, "c1", 5.0)
    assert 7.0 < float(str(move.after)) <= 7.3
    assert found.after > 14.0
    assert found.distance == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("x", [[5.0, 5.0, 5.0], [1.0, 9.0, 2.0], [8.0, 3.0, 9.0]])
def test_no_single_change_on_a_grid_is_nearer(x: list[float]) -> None:
    found = sought(x, above=subjects_answer(x) + 3)
    near = [
        abs(value - x[place]) / 10
        for place, value in product(range(3), GRID)
        if subjects_answer([*x[:place], float(value), *x[place + 1 :]]) > subjects_answer(x) + 3
    ]
    assert len(found.moves) == 1
    assert found.distance <= min(near) + 1e-6


def subjects_answer(x: list[float]) -> float:
    return x[0] + 2 * x[1] - x[2]


LIMITS: list[tuple[dict[str, Any], set[str]]] = [
    ({"keep": ["c1"]}, {"c0", "c2"}),
    ({"change": ["c2"]}, {"c2"}),
    ({"down": ["c1"], "up": ["c2"]}, {"c0"}),
    ({"ways": {"c1": "never", "c0": "down"}}, {"c2"}),
    ({"ways": {"c1": "never"}, "change": ["c1"]}, {"c1"}),
]


@pytest.mark.parametrize(("said", "may"), LIMITS)
def test_what_may_not_change_does_not(said: dict[str, Any], may: set[str]) -> None:
    found = sought([5.0, 5.0, 5.0], above=12.0, **said)
    assert found.found
    assert {move.column for move in found.moves} <= may
    assert found.after > 12.0


def test_several_columns_change_where_one_does_not_do() -> None:
    found = sought([1.0, 1.0, 9.0], above=20.0)
    assert 1 < len(found.moves) <= 3
    assert found.after > 20.0
    assert not sought([1.0, 1.0, 9.0], above=20.0, most=1).found
    assert not sought([1.0, 1.0, 9.0], above=31.0, most=3).found


def test_nothing_is_sought_where_the_answer_is_that_already() -> None:
    found = sought([5.0, 5.0, 5.0], above=3.0)
    assert not found.found
    assert math.isnan(found.distance)
    assert "no row with the other answer was found" in str(found)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing says which number"),
    ({"above": 1.0, "below": 2.0}, "nothing says which number"),
    ({"above": 1.0, "keep": ["c7"]}, "no column called 'c7'"),
    ({"above": 1.0, "to": "yes"}, "no class called 'yes'"),
]


@pytest.mark.parametrize(("said", "told"), WRONG)
def test_what_cannot_be_sought_is_told(said: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        sought([5.0, 5.0, 5.0], **said)


def test_a_bundle_answers_otherwise_with_the_values_that_are_told(binary: Run) -> None:
    bundle, rows = binary.bundle, binary.test.frame.head(8).drop("outcome")
    before = [record["prediction"] for record in bundle.predict(rows)["predictions"]]
    told = [found for found in bundle.explain(rows, "counterfactual") if isinstance(found, Otherwise)]
    assert sum(found.found for found in told) >= 1
    for row, found, was in zip(rows.to_dicts(), told, before, strict=True):
        if found.found:
            assert answered(bundle, {**row, **{move.column: move.after for move in found.moves}}) != was
        assert "comment" not in {move.column for move in found.moves}


def answered(bundle: Bundle, row: dict[str, Any]) -> Any:
    return bundle.predict(row)["predictions"][0]["prediction"]


def test_levels_go_neither_up_nor_down(binary: Run) -> None:
    with pytest.raises(UsageError, match="no order"):
        binary.bundle.explain(binary.test.frame.head(1), "counterfactual", up=["home"])


def test_positions_are_shares_of_rows_below(binary: Run) -> None:
    column = binary.bundle.schema["income"]
    known = binary.bundle.summaries["income"]
    values: Floats = np.array([known["quantiles"][0], known["quantiles"][3], known["quantiles"][-1], 1e12])
    assert background.position(column, known, values) == pytest.approx([0, 0.5, 1, 1], abs=0.02)
