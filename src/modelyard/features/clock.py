"""Moments as the clock of a place shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

if TYPE_CHECKING:
    from modelyard.core.types import Ints, Values

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = np.dtype("datetime64[D]")
QUARTER = 900_000_000  # microseconds: zones change by quarters of an hour
LAST = 253_402_214_400_000_000  # a day before the year 10000, microseconds since 1970
FIRST = -62_135_510_400_000_000  # a day after the first of the year 1


def known(zone: str) -> str:
    """A zone by its name.

    Raises:
        ValueError: this machine knows none of this name.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone of this machine's, such as Asia/Shanghai or Europe/Berlin") from error
    return zone


def local(moments: Values, zone: str | None) -> Values:
    """Moments in UTC, [rows] datetime64[us] with NaT, by the clock of a zone; as they are where none is said."""
    if zone is None:
        return moments
    shifted, there = moments.copy(), ~np.isnat(moments)
    told = moments[there].astype(np.int64).clip(FIRST, LAST)
    quarters, places = np.unique(told // QUARTER, return_inverse=True)
    place = ZoneInfo(zone)
    offsets = [_offset(int(quarter) * QUARTER, place) for quarter in quarters]
    shifted[there] = (told + np.array(offsets, dtype=np.int64)[places]).astype("datetime64[us]")
    return shifted


def days(moments: Values) -> Ints:
    """Whole days since 1970, [rows]; of a missing moment whatever it may be."""
    return np.asarray(moments.astype(DAY).astype(np.int64))


def _offset(microseconds: int, zone: ZoneInfo) -> int:
    """How far a zone's clock is ahead, in microseconds."""
    ahead = (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone).utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds()) * 1_000_000
