"""How many of many findings may be false."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from modelyard.core.types import Floats


def adjusted(p: Floats) -> Floats:
    """The least false discovery rate at which each of some tests is a finding, [tests] (Benjamini and Hochberg 1995).

    q_(i) = min over j >= i of m p_(j) / j, where p_(1) <= ... <= p_(m).

    >>> adjusted(np.array([0.01, 0.04, 0.03, 0.5])).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = np.minimum(least, 1.0)
    return out
