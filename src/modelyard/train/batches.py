"""Rows in batches: shuffled by seed, texts of like length together, so that little is padded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from modelyard.core.blocks import Codes, Inputs, Numbers, feeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.core.types import Ints

POOL = 50  # batches that are shuffled together before they are sorted by length


def tensors(inputs: Inputs) -> dict[str, Tensor]:
    """A graph's feeds as tensors."""
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in feeds(inputs).items()}


class Feeds:
    """A network's feeds for any rows: tensors are made once, and what is ragged is padded to the rows at hand."""

    def __init__(self, inputs: Inputs, names: Sequence[str]) -> None:
        """Of all rows; `inputs` are some of the blocks that a graph is fed, `names` all of them in its order."""
        placed = {f"x{names.index(name)}": block for name, block in inputs.items()}
        even = {name: block for name, block in placed.items() if isinstance(block, (Numbers, Codes))}
        self.ragged = {name: block for name, block in placed.items() if name not in even}
        self.even = {
            f"{name}_{half}": torch.from_numpy(np.ascontiguousarray(array))
            for name, block in even.items()
            for half, array in block.arrays().items()
        }

    def __call__(self, rows: Ints) -> dict[str, Tensor]:
        """Feeds of some rows: [rows] int."""
        chosen = torch.from_numpy(rows)
        found = {name: tensor.index_select(0, chosen) for name, tensor in self.even.items()}
        for name, block in self.ragged.items():
            arrays = block.take(rows).arrays()
            found |= {f"{name}_{half}": torch.from_numpy(array) for half, array in arrays.items()}
        return found


def usual_size(rows: int) -> int:
    """Rows a batch: a power of two, some ten batches an epoch for a small table, and 1024 for a large one."""
    return int(2 ** np.clip(round(np.log2(max(rows, 1) / 10)), 5, 10))


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
