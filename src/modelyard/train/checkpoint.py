"""Where a long training stands, kept on disk, so that one that is killed goes on and ends as if it had not been."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.blocks import Examples, Numbers
from modelyard.core.types import Json
from modelyard.train import state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

EVERY = 60.0  # seconds between two checkpoints: what a kill costs at most
KEPT = 7 * 86_400  # seconds after which a checkpoint that nobody went on from is removed
ENDING = ".checkpoint"


@dataclass
class Checkpoint:
    """One training's file in a folder; what it is trained on and how is told by `facts` and `rows`.

    Nothing is read or written before there is a need: a short training costs nothing.
    """

    folder: Path
    facts: Json  # settings, as JSON
    rows: tuple[Examples, ...]
    told: float = field(default_factory=time.monotonic)
    _file: Path | None = None

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """What was kept last, tensors and JSON; None where there is nothing, or nothing that can be read."""
        return state.load(self.file) if any(self.folder.glob(f"*{ENDING}")) else None

    @property
    def due(self) -> bool:
        """Whether the last checkpoint is old enough for another."""
        return time.monotonic() - self.told >= EVERY

    def save(self, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
        """Keep tensors and JSON, in place of what was kept before."""
        state.save(self.file, tensors, told)
        self.told = time.monotonic()
        self._sweep()

    def done(self) -> None:
        """The training has come to its end: nothing is left to go on from."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    @property
    def file(self) -> Path:
        """Named by the digest of all that decides what is learnt."""
        if self._file is None:
            found = hashlib.sha256(repr(self.facts).encode())
            for part in self.rows:
                _digest(part, found)
            self._file = self.folder / f"{found.hexdigest()}{ENDING}"
        return self._file

    def _sweep(self) -> None:
        for file in self.folder.glob(f"*{ENDING}"):
            if time.time() - file.stat().st_mtime > KEPT:
                file.unlink(missing_ok=True)


def _digest(part: Examples, into: Any) -> None:  # noqa: ANN401 - hashlib names no type of its own
    """All that is learnt from."""
    arrays = [part.target, *([] if part.weight is None else [part.weight])]
    for block in part.inputs.values():
        even = block.arrays().values() if isinstance(block, Numbers) else ()
        ragged = (getattr(block, name, None) for name in ("codes", "ids", "offsets", "weights"))
        arrays += [array for array in (*even, *ragged) if array is not None]
    for array in arrays:
        into.update(np.ascontiguousarray(array).tobytes())
