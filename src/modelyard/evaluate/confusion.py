"""The counts that precision, recall, F1 and the rates of decisions are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from modelyard.core.types import Floats

Average = Literal["macro", "micro", "weighted"]


def counts(truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights by class, [classes] each: rightly answered, answered, and true."""
    classes = predicted.shape[1]
    answered = predicted.argmax(axis=1)
    right = np.bincount(truth, weights=weight * (answered == truth), minlength=classes)
    given = np.bincount(answered, weights=weight, minlength=classes)
    true = np.bincount(truth, weights=weight, minlength=classes)
    return right.astype(np.float64), given.astype(np.float64), true.astype(np.float64)


def averaged(over: Floats, under: Floats, true: Floats, average: Average) -> float:
    """`over / under`, each [classes], as one figure; 0 where `under` is 0, as scikit-learn's `zero_division=0`.

    For two classes it is the positive one's, the second.
    """
    if len(over) == 2:
        return float(over[1] / under[1]) if under[1] > 0 else 0.0
    if average == "micro":
        return float(over.sum() / under.sum()) if under.sum() > 0 else 0.0
    each = np.divide(over, under, out=np.zeros_like(over), where=under > 0)
    if average == "macro":
        return float(each.mean())
    return float(np.average(each, weights=true)) if true.sum() > 0 else 0.0


def share(answered: npt.NDArray[Any], weight: Floats) -> float:
    """The weight of the rows that are `answered` so, [rows] bool, of all weight; NaN where there is none."""
    total = weight.sum()
    return float((weight * answered).sum() / total) if total > 0 else float("nan")
