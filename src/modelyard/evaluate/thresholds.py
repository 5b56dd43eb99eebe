"""What is decided: the confusion matrix at the chosen threshold, and what other thresholds would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core.evidence import Threshold

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints
    from modelyard.evaluate.pairs import Rows

USUAL = 0.5
STEPS = 19  # thresholds between 0 and 1, evenly


def confusion(rows: Rows, decided: Ints, classes: int) -> tuple[tuple[float, ...], ...]:
    """The rows by their class and by the class that was `decided`, [rows]: [classes][classes], by weight."""
    cell = rows.truth * classes + decided
    counted = np.bincount(cell, rows.weight, classes**2).reshape(classes, classes)
    return tuple(tuple(line) for line in counted.tolist())


def of(rows: Rows, answers: Floats, decided: Ints, chosen: float | None) -> tuple[Threshold, ...]:
    """For two classes, what evenly spaced thresholds give, and the chosen one, with what was `decided` [rows]."""
    chosen = USUAL if chosen is None else chosen
    grid = [step / (STEPS + 1) for step in range(1, STEPS + 1)]
    found = [_at(rows, one, answers[:, 1] >= np.float32(one)) for one in grid if np.float32(one) != np.float32(chosen)]
    found.append(_at(rows, chosen, decided == 1, chosen=True))
    return tuple(sorted(found, key=lambda each: each.threshold))


def _at(rows: Rows, threshold: float, answered: npt.NDArray[Any], *, chosen: bool = False) -> Threshold:
    positive, mass = rows.truth == 1, float(rows.weight.sum())
    true, taken = float(rows.weight @ positive), float(rows.weight @ answered)
    found = float(rows.weight @ (positive & answered))
    return Threshold(
        threshold=threshold,
        selection_rate=taken / mass,
        precision=found / taken if taken > 0 else 0.0,
        recall=found / true if true > 0 else 0.0,
        false_positive_rate=(taken - found) / (mass - true) if mass > true else 0.0,
        f1=2 * found / (taken + true) if taken + true > 0 else 0.0,
        accuracy=(mass - taken - true + 2 * found) / mass,
        chosen=chosen,
    )
