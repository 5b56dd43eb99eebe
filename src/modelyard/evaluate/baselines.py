"""The answers that any model must beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.data.read import target_values, weight_values

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Table, Task


def constant(train: Table, task: Task, rows: int) -> Floats:
    """The same answer for every row, [rows, outputs] float32: the training rows' class shares, or their mean."""
    target, weight = target_values(train, task), weight_values(train)
    if task.classifies:
        counts = np.bincount(target, weights=weight, minlength=len(train.schema.target.levels))
        answer = counts / counts.sum()
    else:
        answer = np.array([np.average(target, weights=weight)])
    return np.tile(answer, (rows, 1)).astype(np.float32)
