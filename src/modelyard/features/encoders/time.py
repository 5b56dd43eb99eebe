"""Moments, as the parts of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from modelyard.core.protocols import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Block, Column, Floats, Kind, Numbers, Values

DAY = 86_400.0  # seconds
CLIP = 10.0


@dataclass(frozen=True)
class FittedTime(FittedEncoder):
    """The trend since the mean training day; year, month, week and day as angles, so that December meets January."""

    centre: float  # days since 1970
    scale: float  # days
    clock: bool
    flag: bool

    def __call__(self, values: Values) -> Block:
        """[rows] datetime64[us] with NaT to Numbers [rows, width]; a missing value is all zeros and flagged."""
        missing = np.isnat(values)
        moments = np.where(missing, np.datetime64(0, "us"), values)
        days = moments.astype(np.int64) / (DAY * 1e6)
        trend = np.clip((days - self.centre) / self.scale, -CLIP, CLIP)
        month_start = moments.astype("datetime64[M]")
        in_month = (moments - month_start).astype(np.int64) / (DAY * 1e6)
        year = (days - moments.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)) / 365.25
        turns = [year, in_month / 31, (days + 3) / 7]  # 1970-01-01 was a Thursday, so weeks turn on Mondays
        if self.clock:
            turns.append(days % 1.0)
        angles = [wave(2 * np.pi * turn) for turn in turns for wave in (np.sin, np.cos)]
        columns = np.stack([trend, *angles], axis=1)
        columns[missing] = 0.0
        if self.flag:
            columns = np.column_stack([columns, missing])
        return Numbers(columns.astype(np.float32))

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
        days = values[~missing].astype("datetime64[us]").astype(np.int64) / (DAY * 1e6)
        if len(days) == 0:
            return FittedTime(0.0, 1.0, clock=False, flag=True)
        spread = float(days.std())
        clock = bool((days % 1.0 != 0).any())
        return FittedTime(float(days.mean()), spread if spread > 1e-6 else 1.0, clock, bool(missing.any()))
