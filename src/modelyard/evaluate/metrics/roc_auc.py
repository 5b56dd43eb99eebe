"""Area under the receiver operating characteristic: how well the classes are told apart, whatever the threshold."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import ranks


@part
class RocAuc(Metric):
    """The probability that a positive row ranks above a negative one; for several classes the mean of one against rest.

    Computed as the Mann-Whitney statistic with ties counted half (Hanley 1982), rows by their weights; its variance is
    DeLong's (1988).
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; NaN where a class has no row that is of it, or none that is not."""
        classes = [1] if predicted.shape[1] == 2 else range(predicted.shape[1])
        return float(np.mean([_area(truth == one, predicted[:, one], weight) for one in classes]))

    def moves(self, truth: npt.NDArray[Any], predicted: Floats) -> Floats | None:
        """DeLong's, of the mean over the classes."""
        classes = [1] if predicted.shape[1] == 2 else range(predicted.shape[1])
        each = [ranks.moves(truth == one, predicted[:, one]) for one in classes]
        known = [found for found in each if found is not None]
        return np.mean(known, axis=0) if len(known) == len(each) else None

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """DeLong's on the scale of log odds, where all rows weigh the same."""
        known = weight[weight > 0]
        if len(known) < len(weight) or float(np.ptp(known)) > 0:
            return None
        moved = self.moves(truth, predicted)
        if moved is None:
            return None
        return ranks.span(self(truth, predicted, weight), moved, truth)


def _area(positive: npt.NDArray[Any], score: Floats, weight: Floats) -> float:
    order = np.argsort(score, kind="stable")
    ranked = score[order]
    last = np.flatnonzero(np.append(np.diff(ranked) > 0, True))  # the last row of each run of equal scores
    above = np.diff(np.cumsum((weight * positive)[order])[last], prepend=0.0)  # positive weight in each run
    below = np.cumsum((weight * ~positive)[order])[last]  # negative weight up to and with each run
    within = np.diff(below, prepend=0.0)
    pairs = above.sum() * below[-1]
    return float((above * (below - within / 2)).sum() / pairs) if pairs > 0 else float("nan")
