"""An additive model of bins, by ridge regression: quick enough to be fitted to a thousand shuffled targets.

y = mean + sum over columns of w[column, bin], by least squares with a penalty on w (Hoerl and Kennard 1970).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modelyard.core.types import Floats

PENALTY = 5.0  # rows that say nothing, beside those of each bin


@dataclass(frozen=True)
class Solver:
    """Rows [rows, bins] whose normal equations are solved once, for any target of theirs."""

    ones: Floats
    inverse: Floats
    means: Floats

    @classmethod
    def of(cls, ones: Floats, penalty: float = PENALTY) -> Solver:
        """Invert the centred moments of the bins."""
        means = ones.mean(axis=0, dtype=np.float64)
        moments = (ones.T @ ones).astype(np.float64) - len(ones) * np.outer(means, means)
        moments[np.diag_indices_from(moments)] += penalty
        return cls(ones, np.linalg.inv(moments), means)

    def weights(self, targets: Floats) -> Floats:
        """Of each bin, for each of some targets [rows, targets]: [bins, targets]."""
        centred = (targets - targets.mean(axis=0)).astype(np.float32)
        return np.asarray(self.inverse @ (self.ones.T @ centred).astype(np.float64))
