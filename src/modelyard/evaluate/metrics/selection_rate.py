"""The share of rows answered with the positive class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate.confusion import share

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class SelectionRate(Metric):
    """How many are answered positive, right or wrong; equal between groups, that is demographic parity."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY})
    higher_is_better: ClassVar[bool] = False
    decides: ClassVar[bool] = True
    describes: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:  # noqa: ARG002
        """In [0, 1]."""
        return share(predicted.argmax(axis=1) == 1, weight)
