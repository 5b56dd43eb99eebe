"""Probabilities to decisions: the most probable class, or the positive one from a threshold on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints


@dataclass(frozen=True)
class Decision:
    """The positive class is answered where its probability is at least `threshold`; `why` tells where that is from.

    Where groups of a `column` have thresholds of their own, `by_group`, a row of any other group has the common one.
    """

    threshold: float
    why: str
    column: str = ""
    by_group: Mapping[str, float] = field(default_factory=dict)


def decide(answers: Floats, decision: Decision | None, groups: npt.NDArray[Any] | None = None) -> Ints:
    """The class that each row is answered with, [rows], of probabilities [rows, classes].

    `groups` [rows] of str are the rows' own where the decision is by group, as `core.groups` names them.

    >>> shares = np.array([[0.7, 0.3], [0.9, 0.1]], dtype=np.float32)
    >>> decide(shares, Decision(0.25, "why")).tolist(), decide(shares, None).tolist()
    ([1, 0], [0, 0])
    """
    if decision is None:
        return np.asarray(answers.argmax(axis=1))
    threshold: Any = np.float32(decision.threshold)
    if groups is not None and decision.by_group:
        each = [decision.by_group.get(group, decision.threshold) for group in groups.tolist()]
        threshold = np.array(each, dtype=np.float32)
    return np.asarray(answers[:, 1] >= threshold, dtype=np.int64)
