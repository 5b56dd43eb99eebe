"""Rows dealt into folds, each with its share of every class, or of small and large numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from modelyard.core.types import Ints


def deal(target: npt.NDArray[Any], folds: int, random: np.random.Generator) -> Ints:
    """A fold for each row, [rows] int: of any `folds` rows that follow each other by target, each is in another.

    Where there are fewer rows than folds, each row is a fold.

    >>> deal(np.array([0, 1] * 4), 2, np.random.default_rng(1)).tolist().count(0)
    4
    """
    rows = len(target)
    folds = max(min(folds, rows), 1)
    order = np.lexsort((random.random(rows), target))
    rounds = np.tile(np.arange(folds), (-(-rows // folds), 1))
    fold = np.empty(rows, dtype=np.int64)
    fold[order] = random.permuted(rounds, axis=1).ravel()[:rows]
    return fold
