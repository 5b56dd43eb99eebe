"""What a linear model minimises, and how its scores are judged: classes, or numbers by one of their losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.metrics import log_loss

from modelyard.core.blocks import Examples
from modelyard.core.training import Loss
from modelyard.core.types import Floats
from modelyard.models.layers import fits

if TYPE_CHECKING:
    from modelyard.models.layers.fits import Fit, Penalty

PENALTIES = (100.0, 10.0, 1.0, 0.1, 0.01)  # the strongest first: each fit begins where a stronger one ended
KNEE = 1.345  # of a deviation: 95% of least squares' efficiency where errors are normal (Huber 1964)
DEVIATION = 1.4826  # of a normal distribution, in its median distance


@dataclass(frozen=True)
class Classes:
    """Logistic regression, judged by the log loss."""

    train: Examples
    valid: Examples
    seed: int
    strengths: ClassVar[tuple[float, ...]] = PENALTIES

    def solve(self, rows: Any, penalty: Penalty, start: Fit | None) -> Fit:  # noqa: ANN401 - sparse or dense
        """Fit, beginning at `start`."""
        return fits.classes(rows, self.train, penalty, start, self.seed)

    def loss(self, scores: Floats) -> float:
        """Of the valid rows' scores [rows, outputs]."""
        labels = list(range(self.valid.outputs))
        probabilities = fits.softmax(scores)
        return float(log_loss(self.valid.target, probabilities, sample_weight=self.valid.weight, labels=labels))

    def raw(self, fit: Fit) -> Fit:
        """As it is."""
        return fit


@dataclass(frozen=True)
class Numbered:
    """Numbers, on a target of unit spread, so that one strength means the same for prices and for ages."""

    target: Floats
    weight: Floats | None
    truth: Floats
    truth_weight: Floats | None
    centre: float
    scale: float
    kind: Loss
    quantile: float
    strengths: ClassVar[tuple[float, ...]] = (*PENALTIES, fits.NONE)

    @classmethod
    def of(cls, train: Examples, valid: Examples, loss: Loss, quantile: float) -> Self:
        """What `loss` asks of these rows."""
        weight = np.ones(len(train)) if train.weight is None else train.weight
        centre = float(np.average(train.target, weights=weight))
        scale = float(np.sqrt(np.average((train.target - centre) ** 2, weights=weight))) or 1.0
        if loss != "squared":  # what lies far out may not decide what a unit is
            centre = _at(0.5, train.target, weight)
            scale = DEVIATION * _at(0.5, np.abs(train.target - centre), weight) or scale
        target, truth = (train.target - centre) / scale, (valid.target - centre) / scale
        share = quantile if loss == "quantile" else 0.5
        return cls(target, train.weight, truth, valid.weight, centre, scale, loss, share)

    def solve(self, rows: Any, penalty: Penalty, start: Fit | None) -> Fit:  # noqa: ANN401 - sparse or dense
        """Fit, beginning at `start`."""
        if self.kind == "squared":
            return fits.means(rows, self.target, self.weight, penalty)
        fit = start or self._constant(rows.shape[1])
        if self.kind != "huber" or start is None:
            fit = fits.reweighted(rows, self.target, self.weight, penalty, fits.quantile(self.quantile), fit)
        if self.kind == "huber":
            bound = fits.huber(self._knee(fits.answers(rows, fit)))
            fit = fits.reweighted(rows, self.target, self.weight, penalty, bound, fit)
        return fit

    def loss(self, scores: Floats) -> float:
        """Of the valid rows' scores [rows, 1]; Huber's is judged by the distance, which what lies far sways little."""
        apart = self.truth - scores[:, 0]
        share = self.quantile
        each = apart**2 if self.kind == "squared" else np.maximum(share * apart, (share - 1) * apart)
        return float(np.average(each, weights=self.truth_weight))

    def raw(self, fit: Fit) -> Fit:
        """In the target's own units."""
        return fit[0] * self.scale, fit[1] * self.scale + self.centre

    def _constant(self, width: int) -> Fit:
        """The quantile of all rows: where the way begins, as a mean may lie far from most of them."""
        return np.zeros((width, 1)), np.array([_at(self.quantile, self.target, self._weights)])

    def _knee(self, answers: Floats) -> float:
        """From where a distance counts as far; any, where more than half of the answers are exact."""
        return KNEE * (DEVIATION * _at(0.5, np.abs(self.target - answers), self._weights) or 1.0)

    @property
    def _weights(self) -> Floats:
        return np.ones(len(self.target)) if self.weight is None else self.weight


Problem = Classes | Numbered


def _at(share: float, values: Floats, weight: Floats) -> float:
    """The least value with a share of the weight at it or below."""
    order = np.argsort(values)
    below = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(below, share * below[-1])])
