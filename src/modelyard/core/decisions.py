"""Probabilities to decisions: the most probable class, or the positive one from a threshold on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints


@dataclass(frozen=True)
class Decision:
    """The positive class is answered where its probability is at least `threshold`; `why` tells where that is from."""

    threshold: float
    why: str


def decide(answers: Floats, decision: Decision | None) -> Ints:
    """The class that each row is answered with, [rows], of probabilities [rows, classes].

    >>> shares = np.array([[0.7, 0.3], [0.9, 0.1]], dtype=np.float32)
    >>> decide(shares, Decision(0.25, "why")).tolist(), decide(shares, None).tolist()
    ([1, 0], [0, 0])
    """
    if decision is None:
        return np.asarray(answers.argmax(axis=1))
    return (answers[:, 1] >= np.float32(decision.threshold)).astype(np.int64)
