"""Moments, as the parts of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from modelyard.core.blocks import Block, Numbers
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values

MICROSECONDS = 86_400e6  # in a day
CLIP = 10.0
EPOCH = np.datetime64(0, "us")
YEARS, MONTHS, DAYS = np.dtype("datetime64[Y]"), np.dtype("datetime64[M]"), np.dtype("datetime64[D]")


@dataclass(frozen=True)
class FittedTime(FittedEncoder):
    """The trend since the mean training day; year, month, week and day as angles, so that December meets January.

    Then the day of the week and the time of day from -1 to 1: a tree cuts numbers in two, and a cut angle says little.
    """

    centre: float  # days since 1970
    scale: float  # days
    clock: bool
    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] datetime64[us] with NaT to Numbers [rows, width]; a missing value is all zeros and flagged."""
        missing = np.isnat(values)
        moments = values.copy()
        moments[missing] = EPOCH
        days = moments.astype(np.int64) / MICROSECONDS
        turns = np.empty((len(values), 3 + self.clock))
        turns[:, 0] = (days - _start(moments, YEARS)) / 365.25
        turns[:, 1] = (days - _start(moments, MONTHS)) / 31
        turns[:, 2] = (days + 3) / 7  # 1970-01-01 was a Thursday, so weeks turn on Mondays
        if self.clock:
            turns[:, 3] = days
        turns *= 2 * np.pi
        end = 1 + 2 * turns.shape[1]
        out = np.empty((len(values), end + 1 + self.clock + self.flag), dtype=np.float32)
        reach = CLIP * self.scale
        out[:, 0] = (days.clip(self.centre - reach, self.centre + reach) - self.centre) / self.scale
        out[:, 1:end:2] = np.sin(turns)
        out[:, 2:end:2] = np.cos(turns)
        out[:, end] = (moments.astype(DAYS).astype(np.int64) + 3) % 7 / 3.0 - 1.0
        if self.clock:
            out[:, end + 1] = days % 1.0 * 2.0 - 1.0
        out[missing] = 0.0
        if self.flag:
            out[:, -1] = missing
        return Numbers(out)

    def state(self) -> State:
        """Two figures and two choices."""
        return {"centre": self.centre, "scale": self.scale, "clock": self.clock, "flag": self.flag}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the state."""
        centre, scale = (float(state[key]) for key in ("centre", "scale"))  # type: ignore[arg-type]
        return cls(centre, scale, bool(state["clock"]), bool(state["flag"]))


@part
class Time(Encoder):
    """Calendar parts: trend, year, month, week, and the time of day where training knew other times than midnight."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TIME})
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.TIME})
    fitted: ClassVar[type[FittedEncoder]] = FittedTime

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedTime:  # noqa: ARG002
        """Learn the span of days, and whether the time of day says anything."""
        missing = np.isnat(values)
        days = values[~missing].astype(np.int64) / MICROSECONDS
        if len(days) == 0:
            return FittedTime(0.0, 1.0, clock=False, flag=True)
        spread = float(days.std())
        clock = bool((days % 1.0 != 0).any())
        return FittedTime(float(days.mean()), spread if spread > 1e-6 else 1.0, clock, bool(missing.any()))


def _start(moments: Values, unit: np.dtype[Any]) -> Floats:
    """The first day of each moment's year or month, in days since 1970: [rows]."""
    days: Floats = moments.astype(unit).astype(DAYS).astype(np.float64)
    return days
