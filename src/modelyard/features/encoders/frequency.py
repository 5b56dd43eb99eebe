"""Categories by how common they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import repeat
from typing import Any, ClassVar, Self

import numpy as np

from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values


@dataclass(frozen=True)
class FittedFrequency(FittedEncoder):
    """The share of the training rows by level, `missing` for none, centred and scaled."""

    shares: dict[str, float]
    missing: float
    centre: float
    scale: float

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Numbers [rows, 1]; a level that training never saw has no share."""
        known: dict[str | None, float] = {None: self.missing}
        known.update(self.shares)
        found = np.fromiter(map(known.get, values.tolist(), repeat(0.0)), dtype=np.float64, count=len(values))
        return Numbers(((found - self.centre) / self.scale).astype(np.float32)[:, None])

    def state(self) -> State:
        """The shares."""
        return {"shares": dict(self.shares), "missing": self.missing, "centre": self.centre, "scale": self.scale}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the shares."""
        shares: Any = state["shares"]
        missing, centre, scale = (float(str(state[key])) for key in ("missing", "centre", "scale"))
        return cls({str(level): float(share) for level, share in shares.items()}, missing, centre, scale)


@part
class Frequency(Encoder):
    """The share of the training rows that have the same level."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.CATEGORY, Kind.IDENTIFIER})
    fitted: ClassVar[type[FittedEncoder]] = FittedFrequency

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedFrequency:  # noqa: ARG002
        """Count."""
        counts, total = Counter(values.tolist()), max(len(values), 1)
        shares = {level: count / total for level, count in counts.items() if level is not None}
        plain = FittedFrequency(shares, counts[None] / total, 0.0, 1.0)
        block = plain(values)
        found = block.arrays()["values"].astype(np.float64)
        spread = float(found.std()) if len(found) else 0.0
        centre = float(found.mean()) if len(found) else 0.0
        return FittedFrequency(plain.shares, plain.missing, centre, spread if spread > 1e-9 else 1.0)
