"""Of the rows that truly are positive, the share answered positive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate.confusion import share

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class TruePositiveRate(Metric):
    """Recall of the positive class, under the name that fairness knows it by.

    Equal between groups, it is called equal opportunity (Hardt 2016).
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; NaN where no row is positive."""
        return share(predicted.argmax(axis=1) == 1, weight * (truth == 1))
