"""A mixture of classifiers, each fitted to what the others leave unfair."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from fairlearn import reductions
from pydantic import Field

from modelyard.core import events
from modelyard.core.protocols import Mitigation, Model, Predictor
from modelyard.core.registry import part
from modelyard.core.types import Task
from modelyard.train.mixture import Mixture

if TYPE_CHECKING:
    from modelyard.core.blocks import Examples
    from modelyard.core.finish import Costs
    from modelyard.core.types import Floats, Ints

LEAST = 0.01  # a classifier that weighs less is left out
CONSTRAINTS = {
    "demographic_parity": reductions.DemographicParity,
    "equalized_odds": reductions.EqualizedOdds,
    "true_positive_rate_parity": reductions.TruePositiveRateParity,
    "false_positive_rate_parity": reductions.FalsePositiveRateParity,
}


@part
class ExponentiatedGradient(Mitigation):
    """The model is fitted again and again, on labels and weights that price unfairness ever higher (Agarwal 2018).

    Fairlearn's `ExponentiatedGradient` around the recipe's own model. Its guarantee, groups no further apart than
    `bound` on the training rows, is of a classifier that picks one of its members at random; here the members'
    probabilities are averaged, so that a row always gets the same answer, and the guarantee holds about. What mistakes
    cost in the recipe, they cost here, as fairness is of the decisions that are taken. Answers ask for no group.
    """

    searches: ClassVar[bool] = False
    decides: ClassVar[bool] = True

    column: str
    constraint: Literal[
        "demographic_parity", "equalized_odds", "true_positive_rate_parity", "false_positive_rate_parity"
    ] = "demographic_parity"
    bound: float = Field(default=0.01, gt=0, lt=1, description="how far the training rows' groups may lie apart")
    iterations: int = Field(default=30, ge=1, le=1000, description="at most; each is a fit of the model or more")

    def grouped(self) -> str:
        """The column that the recipe names."""
        return self.column

    def fit(self, model: Model, train: Examples, valid: Examples, *, costs: Costs | None, seed: int) -> Predictor:
        """The members that weigh a hundredth at least, one graph."""
        told = None if costs is None else {"fp": costs.false_positive, "fn": costs.false_negative}
        estimator = _Estimator(model, train, valid, seed, self.iterations)
        reduced = reductions.ExponentiatedGradient(
            estimator,
            CONSTRAINTS[self.constraint](difference_bound=self.bound),
            objective=None if told is None else reductions.ErrorRate(costs=told),
            eps=self.bound,
            max_iter=self.iterations,
        )
        rows = np.arange(len(train))[:, None]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas, scipy and scikit-learn, in Fairlearn's own lines
            reduced.fit(rows, train.target, sensitive_features=train.named_groups.astype(str))
        events.step("mitigating", estimator.fits[0], estimator.fits[0])
        return _mixture(reduced, 1.0 if costs is None else costs.false_negative / costs.false_positive)


class _Estimator:
    """The model as Fairlearn wants one: rows by their numbers, hard answers. What is copied shares its rows."""

    def __init__(self, model: Model, train: Examples, valid: Examples, seed: int, iterations: int) -> None:
        self.model, self.train, self.valid, self.seed, self.iterations = model, train, valid, seed, iterations
        self.fits = [0]
        self.predictor: Predictor | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> _Estimator:
        copy = _Estimator(self.model, self.train, self.valid, self.seed, self.iterations)
        copy.fits = self.fits
        return copy

    def fit(self, rows: Any, label: Any, sample_weight: Any) -> _Estimator:  # noqa: ANN401, ARG002 - Fairlearn's
        """Fit to labels and weights by group and true label; the valid rows get those of theirs."""
        labels, weights = np.asarray(label, dtype=np.int64), np.asarray(sample_weight, dtype=np.float64)
        self.fits[0] += 1
        events.step("mitigating", self.fits[0], max(self.fits[0] + 1, 2 * self.iterations))
        cells = dict(zip(_cells(self.train), zip(labels.tolist(), weights.tolist(), strict=True), strict=True))
        train, valid = (_relabelled(part, cells) for part in (self.train, self.valid))
        self.predictor = self.model.fit(train, valid, Task.BINARY, seed=self.seed)
        self.answers: Floats = self.predictor(self.train.inputs)
        return self

    def predict(self, rows: Any) -> Ints:  # noqa: ANN401 - arrays or pandas
        """0 or 1 for training rows by their numbers."""
        places: npt.NDArray[Any] = np.asarray(rows)[:, 0].astype(np.int64)
        return np.asarray(self.answers[places, 1] >= 0.5, dtype=np.int64)


def _cells(rows: Examples) -> list[tuple[str, int]]:
    return list(zip(rows.named_groups.tolist(), rows.target.tolist(), strict=True))


def _relabelled(rows: Examples, cells: dict[tuple[str, int], tuple[int, float]]) -> Examples:
    """Rows with the label and the weight that their group and true label have; unchanged where none was learnt from."""
    told = [cells.get(cell, (cell[1], 1.0)) for cell in _cells(rows)]
    weight = np.array([factor for _, factor in told], dtype=np.float64)
    if rows.weight is not None:
        weight = weight * rows.weight
    return replace(rows, target=np.array([label for label, _ in told], dtype=np.int64), weight=weight)


def _mixture(reduced: Any, tilt: float) -> Mixture:  # noqa: ANN401 - Fairlearn has no types
    weights = {place: float(weight) for place, weight in reduced.weights_.items() if weight >= LEAST}
    whole = sum(weights.values())
    constant = np.zeros(2)
    members = []
    for place, weight in weights.items():
        one = reduced.predictors_[place]
        if isinstance(one, _Estimator) and one.predictor is not None:
            members.append((weight / whole, one.predictor))
        else:  # a stage that wanted the same answer for all
            constant[int(one.constant)] += weight / whole
    return Mixture(tuple(members), (float(constant[0]), float(constant[1])), tilt)
