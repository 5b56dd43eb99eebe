"""Shapley's shares against what counts them by the book, and against shap."""

from __future__ import annotations

import warnings
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.explaining import Why
from modelyard.explain.family import EXPLAINERS
from tests.explain import subjects

if TYPE_CHECKING:
    from modelyard.core.types import Floats


def explained(columns: int, rows: int = 3, behind: int = 7, function: Any = subjects.winding, **said: Any) -> list[Why]:
    x, b = drawn(columns, rows, behind)
    found = EXPLAINERS.build("shapley", said)(
        subjects.of(function, columns, rows), subjects.columns(x), subjects.columns(b)
    )
    return [why for why in found if isinstance(why, Why)]


def drawn(columns: int, rows: int, behind: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(3)
    return random.normal(size=(rows, columns)), random.normal(size=(behind, columns))


def shares(found: list[Why]) -> Floats:
    return np.array([[share.amount for share in why.shares] for why in found])


def by_the_book(row: Floats, behind: Floats) -> Floats:
    """The mean over all orders of what each column adds, one order after the other."""
    found, orders = np.zeros(len(row)), list(permutations(range(len(row))))
    for order in orders:
        mixed = behind.copy()
        before = subjects.winding(mixed).mean()
        for place in order:
            mixed[:, place] = row[place]
            after = subjects.winding(mixed).mean()
            found[place] += (after - before) / len(orders)
            before = after
    return found


@pytest.mark.parametrize("columns", [4, 5])
def test_few_columns_are_counted_exactly(columns: int) -> None:
    x, b = drawn(columns, 3, 7)
    found = explained(columns)
    assert shares(found) == pytest.approx(np.array([by_the_book(row, b) for row in x]), abs=1e-12)
    assert all(share.error == 0 for why in found for share in why.shares)


@pytest.mark.parametrize("behind", [1, 7])
def test_it_is_what_shap_says(behind: int) -> None:
    x, b = drawn(6, 3, behind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap

        exact = shap.ExactExplainer(subjects.winding, shap.maskers.Independent(b, max_samples=100))(x).values
        kernel = shap.KernelExplainer(subjects.winding, b).shap_values(x, nsamples=1000, l1_reg=False, silent=True)
    found = shares(explained(6, behind=behind))
    assert found == pytest.approx(exact, abs=1e-6)
    assert found == pytest.approx(kernel, abs=1e-6)


@pytest.mark.parametrize(
    "said", [{}, {"exact": 0}, {"exact": 0, "permutations": 2}, {"exact": 0, "permutations": 1000}]
)
@pytest.mark.parametrize("columns", [5, 20])
@pytest.mark.parametrize("behind", [1, 7, 8])
def test_shares_sum_to_the_answer_less_the_base(said: dict[str, Any], columns: int, behind: int) -> None:
    x, b = drawn(columns, 3, behind)
    for why, row in zip(explained(columns, behind=behind, **said), x, strict=True):
        assert why.answer == pytest.approx(subjects.winding(row[None])[0])
        assert why.base == pytest.approx(subjects.winding(b).mean())
        assert why.total == pytest.approx(why.answer, abs=1e-12)


def test_what_is_sampled_comes_near_as_it_says() -> None:
    exact = shares(explained(10, rows=20))
    for permutations_ in (200, 5000):
        found = explained(10, rows=20, exact=0, permutations=permutations_)
        errors = np.array([[share.error for share in why.shares] for why in found])
        apart = np.abs(shares(found) - exact)
        assert (apart <= 3.5 * errors + 1e-9).mean() > 0.97
        assert apart.mean() < 0.6 / np.sqrt(permutations_)


def test_a_pair_of_orders_settles_interactions_of_two() -> None:
    def two(x: Floats) -> Floats:
        return np.asarray(x[:, 0] * x[:, 1] + x[:, 2] * x[:, 3] + x[:, 4])

    assert shares(explained(8, function=two, exact=0, permutations=2)) == pytest.approx(
        shares(explained(8, function=two)), abs=1e-12
    )


def test_a_straight_function_is_told_by_its_weights() -> None:
    x, b = drawn(20, 3, 7)
    assert shares(explained(20, function=subjects.straight)) == pytest.approx(
        (x - b.mean(axis=0)) * subjects.weights(20)
    )


def test_one_seed_gives_the_same_shares() -> None:
    first, again, other = (shares(explained(20, exact=0, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_columns_that_change_nothing_are_asked_no_more_and_get_nothing() -> None:
    asked: list[int] = []

    def counted(x: Floats) -> Floats:
        asked.append(len(x))
        return x[:, 0] * x[:, 1]

    b = np.zeros((5, 6))
    x = np.zeros((1, 6))
    x[0, :2] = 2.0
    found = EXPLAINERS.build("shapley", {})(subjects.of(counted, 6, 1), subjects.columns(x), subjects.columns(b))
    assert shares([why for why in found if isinstance(why, Why)])[0] == pytest.approx([2, 2, 0, 0, 0, 0])
    assert sum(asked) == 4 * 5
