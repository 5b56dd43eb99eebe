"""What a search minimises, row by row, so that a mean has its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from modelyard.core.training import Loss
    from modelyard.core.types import Floats

LEAST = 1e-7  # a probability below it counts as this, so that one bold mistake does not weigh as all others together


def log_losses(target: npt.NDArray[Any], answers: Floats) -> Floats:
    """The log loss of each row: codes [rows], probabilities [rows, outputs]."""
    given = answers[np.arange(len(target)), target].astype(np.float64)
    return np.asarray(-np.log(given.clip(LEAST, 1.0)))


def losses(target: Floats, answers: Floats, loss: Loss, quantile: float = 0.5, scale: float = 1.0) -> Floats:
    """A loss of numbers for each row: [rows], [rows, 1]; `huber` turns linear at one and a third of `scale`."""
    apart = target - answers[:, 0].astype(np.float64)
    if loss == "squared":
        return np.square(apart)
    if loss == "absolute":
        return np.asarray(np.abs(apart))
    if loss == "quantile":
        return np.asarray(np.maximum(quantile * apart, (quantile - 1) * apart))
    knee = 1.345 * scale  # Huber 1964: 95% of least squares' efficiency where errors are normal
    size = np.abs(apart)
    return np.where(size <= knee, apart**2 / 2, knee * (size - knee / 2))
