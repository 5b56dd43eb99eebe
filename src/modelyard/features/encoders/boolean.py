"""True, false or missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values


@dataclass(frozen=True)
class FittedBoolean(FittedEncoder):
    """1 for true, -1 for false, 0 for missing, and a flag where training knew missing values."""

    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] float64 with NaN to Numbers [rows, 1 or 2]."""
        missing = np.isnan(values)
        signed = 2.0 * values - 1.0
        signed[missing] = 0.0
        out = np.empty((len(values), 1 + self.flag), dtype=np.float32)
        out[:, 0] = signed
        if self.flag:
            out[:, 1] = missing
        return Numbers(out)

    def state(self) -> State:
        """Whether there is a flag."""
        return {"flag": self.flag}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the flag."""
        return cls(bool(state["flag"]))


@part
class Boolean(Encoder):
    """A sign, and a flag for what is missing."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.BOOLEAN})
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.BOOLEAN})
    fitted: ClassVar[type[FittedEncoder]] = FittedBoolean

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedBoolean:  # noqa: ARG002
        """Learn whether values may be missing."""
        return FittedBoolean(bool(np.isnan(values).any()))
