"""The harmonic mean of precision and recall."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task


@part
class F1(Metric):
    """The harmonic mean of precision and recall: the positive class's for a binary task, else the classes' average."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True

    average: Literal["macro", "micro", "weighted"] = "macro"

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; 0 where no row is answered with the class."""
        classes = predicted.shape[1]
        figure = metrics.f1_score(
            truth,
            predicted.argmax(axis=1),
            labels=[1] if classes == 2 else np.arange(classes),
            average=self.average,
            sample_weight=weight,
            zero_division=0.0,
        )
        return float(figure)
