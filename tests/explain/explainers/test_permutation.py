"""What a shuffled column costs: nothing where it is not read, and as much as can be told where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.errors import UsageError
from modelyard.core.evidence import Importance
from modelyard.explain.explainers import permutation
from modelyard.explain.family import EXPLAINERS
from tests.explain import subjects

if TYPE_CHECKING:
    from modelyard.core.types import Floats


def importances(rows: int = 400, seed: int = 3, **said: Any) -> dict[str, Importance]:
    """Of y = 2 a + b + noise of deviation 1, answered by 2 a + b; c is not read."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 3))
    truth = 2 * x[:, 0] + x[:, 1] + random.normal(size=rows)

    def worse(answers: Floats, weight: Floats) -> float:
        return float(np.average((answers[:, 0] - truth) ** 2, weights=weight))

    subject = subjects.of(lambda v: 2 * v[:, 0] + v[:, 1], 3, rows, worse=worse, metric="squared")
    found = EXPLAINERS.build("permutation", said)(subject, subjects.columns(x), subjects.columns(x))
    return {each.column: each for each in found if isinstance(each, Importance)}


def test_it_is_twice_the_variance_that_a_column_brings() -> None:
    found = importances(4000)
    assert list(found) == ["c0", "c1", "c2"]
    assert found["c0"].value == pytest.approx(8, rel=0.1)
    assert found["c1"].value == pytest.approx(2, rel=0.1)
    assert found["c2"] == Importance("c2", "squared", 0.0, 0.0, 0.0)


def test_the_interval_holds_the_truth() -> None:
    held = [found["c0"].low <= 8 <= found["c0"].high for found in (importances(200, seed) for seed in range(60))]
    assert np.mean(held) >= 0.85


@pytest.mark.parametrize(("groups", "quantile"), [(4, 3.182), (6, 2.571), (20, 2.093)])
def test_the_interval_is_wider_where_few_groups_tell_its_width(groups: int, quantile: float) -> None:
    """The quantiles of Student's t are those of printed tables, for one less than there are groups."""
    figures = np.concatenate([[0.5], 0.5 + np.where(np.arange(groups) % 2, 0.1, -0.1)])
    found = permutation._importance("c", "squared", figures[None, :])
    error = np.sqrt((groups - 1) / groups * groups * 0.1**2)
    assert (found.high - found.value) / error == pytest.approx(quantile, rel=0.01)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_one_seed_gives_the_same_and_more_shuffles_tell_more() -> None:
    assert importances(seed=1) == importances(seed=1)
    few, many = importances(shuffles=2)["c0"], importances(shuffles=40)["c0"]
    assert many.high - many.low <= few.high - few.low


def test_two_rows_are_enough_and_no_truth_is_an_error() -> None:
    assert len(importances(2)) == 3
    x = np.zeros((3, 3))
    subject = replace(subjects.of(subjects.straight, 3, 3), worse=None)
    with pytest.raises(UsageError, match="asks the truth"):
        EXPLAINERS.build("permutation", {})(subject, subjects.columns(x), subjects.columns(x))
