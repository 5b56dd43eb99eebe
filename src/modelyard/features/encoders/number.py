"""Numbers, centred and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np

from modelyard.core.protocols import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Block, Column, Floats, Json, Kind, Numbers, Values

CLIP = 10.0  # scaled values beyond this carry no more information, and would carry a linear answer away


@dataclass(frozen=True)
class FittedNumber(FittedEncoder):
    """`(x - centre) / scale`, a missing value at the centre and flagged where training knew missing ones."""

    centre: float
    scale: float
    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] float64 with NaN to Numbers [rows, 1 or 2]."""
        missing = np.isnan(values)
        scaled = np.clip((np.where(missing, self.centre, values) - self.centre) / self.scale, -CLIP, CLIP)
        columns = [scaled, missing] if self.flag else [scaled]
        return Numbers(np.stack(columns, axis=1).astype(np.float32))

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
        if self.scale == "robust":
            low, centre, high = np.percentile(known, [25, 50, 75])
            spread = (high - low) / 1.349  # a normal distribution's deviation from its quartiles
        else:
            centre, spread = known.mean(), known.std()
        tiny = 1e-12 * max(1.0, abs(float(centre)))
        return FittedNumber(float(centre), float(spread) if spread > tiny else 1.0, flag)


def _figure(value: Json | bytes) -> float:
    return float(value)  # type: ignore[arg-type]
