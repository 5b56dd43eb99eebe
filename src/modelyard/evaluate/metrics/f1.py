"""The harmonic mean of precision and recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import confusion, sums
from modelyard.evaluate.confusion import Average, averaged, parted

if TYPE_CHECKING:
    import numpy.typing as npt

FEW = 5  # rows of a class, answered rightly or wrongly, under which draws do not show how the class may vary


@part
class F1(Metric):
    """The harmonic mean of precision and recall: the positive class's for a binary task, else the classes' average."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True

    average: Average = "macro"

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; 0 where it would be nothing of nothing."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """What is right, answered and true: [rows, 3 * classes]."""
        return confusion.each(truth, predicted)

    def of(self, sums: Floats) -> Floats:
        """The average over the classes."""
        right, answered, true = parted(sums)
        return averaged(2 * right, answered + true, true, self.average)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """It rises with the share of what is right among what is answered or true, by class.

        A wrong answer counts against two classes, whose shares so are no strangers: that at most doubles the square of
        the distance. It is drawn where each class has rows enough.
        """
        right, answered, true = parted(confusion.each(truth, predicted))
        either = np.maximum(answered, true)
        few = min(right.sum(axis=0).min(), (either - right).sum(axis=0).min()) < FEW
        if predicted.shape[1] > 2 and not few:
            return None
        return confusion.span(right, either, weight, self.average, of=lambda share: 2 * share / (1 + share), twice=True)
