"""Area under precision by recall: how well a rare class is found, whatever the threshold."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class AveragePrecision(Metric):
    """Precision at each threshold, weighed by the recall that it adds; for several classes the mean over them.

    Each class is told from the rest, without interpolation between thresholds (Davis and Goadrich 2006).
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1], the share of positive rows for chance; NaN where a class has no row."""
        classes = [1] if predicted.shape[1] == 2 else range(predicted.shape[1])
        return float(np.mean([_average(truth == one, predicted[:, one], weight) for one in classes]))


def _average(positive: npt.NDArray[Any], score: Floats, weight: Floats) -> float:
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) < 0, True))  # the last row of each run of equal scores
    found = np.cumsum((weight * positive)[order])[last]
    answered = np.cumsum(weight[order])[last]
    if found[-1] <= 0:
        return float("nan")
    precision = np.divide(found, answered, out=np.zeros_like(found), where=answered > 0)
    return float((np.diff(found, prepend=0.0) * precision).sum() / found[-1])
