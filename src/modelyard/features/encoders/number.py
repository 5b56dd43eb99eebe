"""Numbers, centred and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np

from modelyard.core.protocols import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Block, Column, Floats, Json, Kind, Numbers, Values

MOST = 1e306  # ten times a scale beyond it would be infinite
CLIP = 10.0  # scaled values beyond this carry no more information, and would carry a linear answer away


@dataclass(frozen=True)
class FittedNumber(FittedEncoder):
    """`(x - centre) / scale`, a missing value at the centre and flagged where training knew missing ones."""

    centre: float
    scale: float
    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] float64 with NaN to Numbers [rows, 1 or 2]."""
        # Without np.where, np.clip and np.stack: on one row their own cost is all there is.
        reach = CLIP * self.scale
        scaled = (values.clip(self.centre - reach, self.centre + reach) - self.centre) / self.scale
        missing = np.isnan(scaled)
        scaled[missing] = 0.0
        out = np.empty((len(values), 1 + self.flag), dtype=np.float32)
        out[:, 0] = scaled
        if self.flag:
            out[:, 1] = missing
        return Numbers(out)

    def state(self) -> State:
        """Three figures."""
        return {"centre": self.centre, "scale": self.scale, "flag": self.flag}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From three figures."""
        return cls(_figure(state["centre"]), _figure(state["scale"]), bool(state["flag"]))


@part
class Number(Encoder):
    """Centre and scale: `standard` by mean and deviation, `robust` by median and quartiles."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})
    fitted: ClassVar[type[FittedEncoder]] = FittedNumber

    scale: Literal["standard", "robust"] = "standard"

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedNumber:  # noqa: ARG002
        """Learn centre and scale from the values that are there."""
        known = values[~np.isnan(values)]
        flag = len(known) < len(values)
        if len(known) == 0:
            return FittedNumber(0.0, 1.0, flag)
        unit = float(np.abs(known).max()) or 1.0  # so that the squares of what is huge or tiny are neither inf nor 0
        known = known / unit
        centre, spread = known.mean(), known.std()
        if self.scale == "robust":
            low, centre, high = np.percentile(known, [25, 50, 75])
            spread = (high - low) / 1.349 or spread  # a normal distribution's deviation from its quartiles
        scale = float(spread) * unit if spread > 1e-12 * abs(centre) else 1.0
        return FittedNumber(float(centre) * unit, min(scale, MOST), flag)


def _figure(value: Json | bytes) -> float:
    return float(value)  # type: ignore[arg-type]
