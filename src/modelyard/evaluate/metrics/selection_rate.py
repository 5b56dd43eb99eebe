"""The share of rows answered with the positive class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import confusion, sums
from modelyard.evaluate.sums import mean

if TYPE_CHECKING:
    import numpy.typing as npt


@part
class SelectionRate(Metric):
    """How many are answered positive, right or wrong; equal between groups, that is demographic parity."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY})
    higher_is_better: ClassVar[bool] = False
    decides: ClassVar[bool] = True
    describes: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """Whether it is answered positive, beside what it is a share of: [rows, 2]."""
        return confusion.among(predicted.argmax(axis=1) == 1, np.ones(len(truth), dtype=bool))

    def of(self, sums: Floats) -> Floats:
        """The share."""
        return mean(sums)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Wilson's."""
        return confusion.span_among(self.counts(truth, predicted, weight), weight)
