"""Metrics that are functions of sums over the rows: how most of them say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from modelyard.core.protocols import Counted
    from modelyard.core.types import Floats


def whole(metric: Counted, truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> float:
    """The figure of all rows, by their weights."""
    return float(metric.of(weight @ metric.counts(truth, predicted, weight)))


def beside_one(each: npt.NDArray[Any]) -> Floats:
    """What is averaged, [rows], beside the rows themselves: [rows, 2]."""
    return np.stack([each.astype(np.float64), np.ones(len(each))], axis=1)


def mean(sums: Floats) -> Floats:
    """The averages [...] of what `beside_one` gave, summed: [..., 2]."""
    return over(sums[..., 0], sums[..., 1], np.nan)


def over(above: npt.NDArray[Any], below: npt.NDArray[Any], nothing: float = 0.0) -> Floats:
    """`above / below`, each [...], and `nothing` where it would be divided by none."""
    floats = np.asarray(above, dtype=np.float64)
    share: Floats = np.divide(floats, below, out=np.full_like(floats, nothing), where=np.asarray(below) > 0)
    return share
