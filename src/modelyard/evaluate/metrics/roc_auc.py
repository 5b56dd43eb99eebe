"""Area under the receiver operating characteristic: how well the classes are told apart, whatever the threshold."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class RocAuc(Metric):
    """The probability that a positive row is ranked above a negative one; for several classes the mean of one against rest."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; NaN where no class has both rows that are of it and rows that are not."""
        classes = [1] if predicted.shape[1] == 2 else range(predicted.shape[1])
        areas = [self._area(truth == one, predicted[:, one], weight) for one in classes]
        known = [area for area in areas if not np.isnan(area)]
        return float(np.mean(known)) if known else float("nan")

    @staticmethod
    def _area(positive: npt.NDArray[Any], score: Floats, weight: Floats) -> float:
        drawn = weight > 0
        if positive[drawn].all() or not positive[drawn].any():
            return float("nan")
        return float(metrics.roc_auc_score(positive, score, sample_weight=weight))
