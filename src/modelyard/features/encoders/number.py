"""Numbers, centred and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, Joining, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Json, Kind, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 1e307  # what a scale times the farthest scaled value may be, so that it is finite
FARTHEST = 1e30  # what float32 takes, squared or summed


@dataclass(frozen=True)
class FittedNumber(FittedEncoder, Joining):
    """`(x - centre) / scale`, a missing value at the centre and flagged where training knew missing ones."""

    centre: float
    scale: float
    flag: bool
    clip: float

    def __call__(self, values: Values) -> Block:
        """[rows] float64 with NaN to Numbers [rows, 1 or 2]."""
        return self.joined([self])([values])[0]

    @classmethod
    def joined(cls, encoders: Sequence[Self]) -> Callable[[Sequence[Values]], list[Block]]:
        """The same for several columns at once."""
        centre, scale = np.array([[one.centre] for one in encoders]), np.array([[one.scale] for one in encoders])
        low = np.array([[one.centre - one.clip * one.scale] for one in encoders])
        high = np.array([[one.centre + one.clip * one.scale] for one in encoders])
        widths = [1 + one.flag for one in encoders]

        def encode(columns: Sequence[Values]) -> list[Block]:
            scaled = np.array(columns)  # [columns, rows]
            np.subtract(scaled.clip(low, high, out=scaled), centre, out=scaled)
            np.divide(scaled, scale, out=scaled)
            missing = np.isnan(scaled)
            scaled[missing] = 0.0
            out = np.empty((*scaled.shape, 2), dtype=np.float32)
            out[:, :, 0], out[:, :, 1] = scaled, missing
            return [Numbers(block[:, :width]) for block, width in zip(out, widths, strict=True)]

        return encode

    def state(self) -> State:
        """Four figures."""
        return {"centre": self.centre, "scale": self.scale, "flag": self.flag, "clip": self.clip}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From four figures."""
        return cls(_figure(state["centre"]), _figure(state["scale"]), bool(state["flag"]), _figure(state["clip"]))


@part
class Number(Encoder):
    """Centre and scale: `standard` by mean and deviation, `robust` by median and quartiles.

    Scaled values are kept within `clip` of the centre, as what lies farther would carry a linear answer away.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})
    fitted: ClassVar[type[FittedEncoder]] = FittedNumber

    scale: Literal["standard", "robust"] = "standard"
    clip: float | None = Field(default=10.0, gt=0, description="farthest scaled value; null for none")

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedNumber:  # noqa: ARG002
        """Learn centre and scale from the values that are there."""
        known = values[~np.isnan(values)]
        flag, clip = len(known) < len(values), FARTHEST if self.clip is None else self.clip
        if len(known) == 0:
            return FittedNumber(0.0, 1.0, flag, clip)
        unit = float(np.abs(known).max()) or 1.0  # so that the squares of what is huge or tiny are neither inf nor 0
        known = known / unit
        centre, spread = known.mean(), known.std()
        if self.scale == "robust":
            low, centre, high = np.percentile(known, [25, 50, 75])
            spread = (high - low) / 1.349 or spread  # a normal distribution's deviation from its quartiles
        scale = float(spread) * unit if spread > 1e-12 * abs(centre) else 1.0
        return FittedNumber(float(centre) * unit, min(scale, MOST / clip), flag, clip)


def _figure(value: Json | bytes) -> float:
    return float(value)  # type: ignore[arg-type]
