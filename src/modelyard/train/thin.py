"""No more rows than there is memory to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import memory, seeds

if TYPE_CHECKING:
    from modelyard.core.blocks import Examples
    from modelyard.core.protocols import Model

SHARE = 0.6  # of the memory that is free, which one fit may take
BESIDE = 2  # times less memory than for learning
FEWEST = 5000  # rows that any machine has memory for


def most(model: Model, learn: Examples) -> int:
    """How many of the rows a fit has memory for."""
    return max(int(len(learn) * memory.available() * SHARE / max(model.memory(learn), 1.0)), FEWEST)


def watched(model: Model, valid: Examples, seed: int) -> Examples:
    """The rows that choices are made by, or as many as there is memory for beside those that are learnt from."""
    return thinned(valid, most(model, valid) // BESIDE, seed)


def thinned(learn: Examples, rows: int, seed: int) -> Examples:
    """So many of the rows, by chance, in their order; all of them where there are no more."""
    if rows >= len(learn):
        return learn
    chosen = seeds.generator(seed, "thin").choice(len(learn), rows, replace=False)
    return learn.take(np.sort(chosen))
