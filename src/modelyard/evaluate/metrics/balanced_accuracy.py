"""Accuracy where every class counts as much as any other, however rare."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelyard.core.protocols import Metric
from modelyard.core.registry import part
from modelyard.core.types import Floats, Task
from modelyard.evaluate import confusion, shares, sums
from modelyard.evaluate.sums import over


@part
class BalancedAccuracy(Metric):
    """The mean over the classes of the share of their rows that is answered rightly (Brodersen 2010)."""

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    higher_is_better: ClassVar[bool] = True
    decides: ClassVar[bool] = True
    fair: ClassVar[bool] = True

    def __call__(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
        """In [0, 1]; a class that no row is of does not count."""
        return sums.whole(self, truth, predicted, weight)

    def counts(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> Floats:  # noqa: ARG002
        """By class, whether it is rightly answered, and whether it is true: [rows, 2 * classes]."""
        right, _, true = confusion.parted(confusion.each(truth, predicted))
        return np.concatenate([right, true], axis=1)

    def of(self, sums: Floats) -> Floats:
        """The mean over the classes that are there."""
        return _mean(sums)

    def span(self, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[float, float] | None:
        """Of the mean of shares."""
        right, _, true = confusion.parted(confusion.each(truth, predicted))
        there = weight @ true > 0
        return shares.span(right[:, there], true[:, there], weight)


def _mean(sums: Floats) -> Floats:
    half = sums.shape[-1] // 2
    right, true = sums[..., :half], sums[..., half:]
    return over(over(right, true).sum(axis=-1), (true > 0).sum(axis=-1), np.nan)
