"""The local line, against what its authors' program fits on the same samples."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.explaining import Why
from modelyard.explain.explainers import lime
from modelyard.explain.family import EXPLAINERS
from tests.explain import subjects

if TYPE_CHECKING:
    from modelyard.core.types import Floats


def weights(columns: int, function: Any, **said: Any) -> tuple[Floats, Why]:
    random = np.random.default_rng(3)
    x, b = random.normal(size=(1, columns)), random.normal(size=(9, columns))
    (found,) = EXPLAINERS.build("lime", said)(
        subjects.of(function, columns, 1), subjects.columns(x), subjects.columns(b)
    )
    assert isinstance(found, Why)
    return (x - b.mean(axis=0))[0], found


def test_the_weights_of_a_straight_function_are_found() -> None:
    way, found = weights(6, subjects.straight, penalty=0.0)
    assert [share.amount for share in found.shares] == pytest.approx(way * subjects.weights(6))
    assert found.total == pytest.approx(found.answer)
    assert found.fit == pytest.approx(1.0)


def test_a_bent_function_is_fitted_less_well() -> None:
    _, found = weights(6, subjects.winding)
    assert found.fit is not None
    assert 0.2 < found.fit < 0.999


def test_it_is_the_line_of_the_authors_program() -> None:
    on = lime.coalitions(8, 400, seed=1)
    answers = subjects.winding(on * 1.0 + 0.3)
    ours = lime.ridge(on.astype(np.float64), answers, lime.nearness(on, 0.25), 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lime.lime_base import LimeBase
        from sklearn.metrics import pairwise_distances

        base = LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 25**2)))
        apart = pairwise_distances(on.astype(float), np.ones((1, 8)), metric="cosine").ravel() * 100
        told = base.explain_instance_with_data(
            on.astype(float), np.stack([1 - answers, answers], axis=1), apart, 1, 8, feature_selection="none"
        )
    intercept, theirs, score = told[0], dict(told[1]), told[2]
    assert ours.weights == pytest.approx([theirs[place] for place in range(8)], abs=1e-9)
    assert ours.intercept == pytest.approx(intercept, abs=1e-9)
    assert ours.r2 == pytest.approx(score, abs=1e-9)


def test_the_first_coalition_is_the_row_itself_and_all_sizes_occur() -> None:
    on = lime.coalitions(7, 500, seed=1)
    assert on[0].all()
    assert set(on.sum(axis=1)) == set(range(8))
    near = lime.nearness(on, 0.25)
    assert near[0] == 1.0
    assert np.all(np.diff(near[np.argsort(on.sum(axis=1), kind="stable")]) >= 0)
