"""A target as figures, and its rows dealt into folds: for what must be told of a row by others than itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import folds as dealing
from modelyard.core import seeds

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints

FOLDS = 5


def dealt(target: Floats, folds: int, seed: int, name: str) -> Ints:
    """A fold for each row, [rows] int, by a chance of the column's own."""
    return dealing.deal(target, folds, seeds.generator(seed, "folding", name))


def outputs(target: Floats) -> Floats:
    """A target as figures whose means are told: [rows, classes less one] of 0 and 1 for codes, [rows, 1] for numbers.

    >>> outputs(np.array([0, 2, 1])).tolist(), outputs(np.array([2.5])).tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [[2.5]])
    """
    if target.dtype.kind == "f":
        return target.astype(np.float64)[:, None]
    classes = max(int(target.max(initial=1)) + 1, 2)
    return np.asarray(target[:, None] == np.arange(1, classes), dtype=np.float64)
