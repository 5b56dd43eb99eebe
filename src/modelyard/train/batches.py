"""Rows in batches: shuffled by seed, texts of like length together, so that little is padded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from modelyard.core.types import Inputs, Ints, feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

POOL = 50  # batches that are shuffled together before they are sorted by length


def tensors(inputs: Inputs) -> dict[str, Tensor]:
    """A graph's feeds as tensors."""
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in feeds(inputs).items()}


def shuffled(rows: int, length: Ints | None, batch_size: int, random: np.random.Generator) -> Iterator[Ints]:
    """Each row once, in batches of row numbers; batches hold rows of like length where lengths are known."""
    order = random.permutation(rows)
    batches = []
    for start in range(0, rows, batch_size * POOL):
        pool = order[start : start + batch_size * POOL]
        if length is not None:
            pool = pool[np.argsort(length[pool], kind="stable")]
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    for place in random.permutation(len(batches)):
        yield batches[place]
