"""Weights of linear models: for classes, for means, medians and quantiles, under an elastic net."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from modelyard.core.types import Floats

if TYPE_CHECKING:
    from modelyard.core.blocks import Examples

NONE = 1e-6  # a penalty that only settles what the rows leave open
SMALL = 600  # weights up to which Newton's steps, cubic in them, are cheaper than the many of a gradient
STEPS = 50  # of reweighting, at most
NEAREST = 1e-3  # of a target of unit spread: what lies nearer counts as met
ABSENT = -50.0  # the score of a class that training lacks
Fit = tuple[Floats, Floats]  # weights [columns, outputs], bias [outputs]
# Distances [rows] of the last fit, and which count as met, to factors on the rows' weights and shifts of the target.
Bound: TypeAlias = Callable[[Floats, float], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Penalty:
    """`strength * ((1 - l1_ratio) / 2 * |w|^2 + l1_ratio * |w|_1)`, beside half the sum of squares (Zou 2005)."""

    strength: float
    l1_ratio: float = 0.0


def classes(rows: Any, train: Examples, penalty: Penalty, start: Fit | None, seed: int) -> Fit:  # noqa: ANN401
    """Logistic regression, multinomial where there are more than two classes; it begins at the fit `start`."""
    present = np.unique(train.target)
    model = LogisticRegression(
        C=1.0 / max(penalty.strength, NONE),
        l1_ratio=penalty.l1_ratio,
        solver=_solver(rows, penalty, len(present)),
        max_iter=500,
        random_state=seed,
        warm_start=True,
    )
    shown = present[1:] if len(present) == 2 else present  # one row of weights stands for both classes
    half = 2.0 if len(present) == 2 else 1.0
    if start is not None:
        model.coef_, model.intercept_ = start[0].T[shown] * half, start[1][shown] * half
    _quietly(lambda: model.fit(rows, train.target, sample_weight=train.weight))
    weights, bias = np.zeros((train.outputs, rows.shape[1])), np.full(train.outputs, ABSENT)
    weights[shown], bias[shown] = model.coef_ / half, model.intercept_ / half
    if len(present) == 2:
        weights[present[0]], bias[present[0]] = -weights[present[1]], -bias[present[1]]
    return weights.T, bias


def means(rows: Any, target: Floats, weight: Floats | None, penalty: Penalty) -> Fit:  # noqa: ANN401
    """Least squares."""
    strength = max(penalty.strength, NONE)
    if penalty.l1_ratio:
        model = ElasticNet(alpha=strength / len(target), l1_ratio=penalty.l1_ratio, max_iter=2000)
    else:
        model = Ridge(alpha=strength, solver="auto" if isinstance(rows, np.ndarray) else "sparse_cg", tol=1e-5)
    _quietly(lambda: model.fit(rows, target, sample_weight=weight))
    return np.asarray(model.coef_, dtype=np.float64).reshape(-1, 1), np.array([float(model.intercept_)])


def reweighted(
    rows: Any,  # noqa: ANN401 - sparse or dense
    target: Floats,
    weight: Floats | None,
    penalty: Penalty,
    bound: Bound,
    start: Fit,
) -> Fit:
    """Least squares again and again, each a bound on a loss that touches it where the last one ended."""
    fit, near = start, 0.1
    found = answers(rows, fit)
    for _ in range(STEPS):
        factor, shift = bound(target - found, near)
        fit = means(rows, target + shift, factor if weight is None else weight * factor, penalty)
        before, found = found, answers(rows, fit)
        if near == NEAREST and np.abs(found - before).max() < NEAREST:
            break
        near = max(NEAREST, 0.6 * near)  # a loss without its kink at first, which is soon near the end
    return fit


def quantile(share: float) -> Bound:
    """The bound for a quantile, rounded where it is met (an MM algorithm, Hunter 2000, section 3)."""

    def bound(apart: Floats, near: float) -> tuple[Floats, Floats]:
        far = np.abs(apart) + near
        return 0.5 / far, (2 * share - 1) * far

    return bound


def huber(knee: float) -> Bound:
    """The bound for squares that turn into distances at `knee` (Huber 1964)."""

    def bound(apart: Floats, _near: float) -> tuple[Floats, Floats]:
        return knee / np.maximum(np.abs(apart), knee), np.zeros_like(apart)

    return bound


def answers(rows: Any, fit: Fit) -> Floats:  # noqa: ANN401 - sparse or dense
    """[rows] of a fit with one output."""
    return np.asarray(rows @ fit[0][:, 0] + fit[1][0])


def softmax(scores: Floats) -> Floats:
    """Probabilities, [rows, outputs]."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _solver(rows: Any, penalty: Penalty, outputs: int) -> str:  # noqa: ANN401
    if penalty.l1_ratio:
        return "saga"
    weights = rows.shape[1] * (1 if outputs == 2 else outputs)
    return "newton-cholesky" if isinstance(rows, np.ndarray) and weights <= SMALL else "lbfgs"


def _quietly(work: Callable[[], object]) -> None:
    """A fit that is nearly there is good enough: the valid rows judge it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        work()
