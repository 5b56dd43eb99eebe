"""Rows dealt out in the order of time: what is learnt from lies before what is chosen by, and that before the test.

Rows of one moment stay in one part. A gap is left out before each later part, where what is learnt from would reach
into it: a target that is known only days later, or features that look days ahead.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modelyard.core.errors import DataError
from modelyard.core.types import Ints, Kind, Table
from modelyard.data import values

DAY = 86_400_000_000  # microseconds
LEFT_OUT = -1
Moments = npt.NDArray[np.int64] | npt.NDArray[np.float64]  # [rows], microseconds or a number's own units


def moments(table: Table, name: str) -> tuple[Moments, npt.NDArray[np.bool_]]:
    """When each row is, in microseconds or in a number's own units, and whether that is known: [rows] and [rows].

    Raises:
        DataError: the column holds neither times nor numbers, or nothing.
    """
    column = table.schema[name]
    if column.kind is not Kind.TIME and column.storage not in {"integer", "float"} and column.kind is not Kind.NUMBER:
        hint = f"say columns: {{{name}: {{kind: time}}}}, or name a column of times, or of numbers that are an order"
        raise DataError(f"'{name}' is read as {column.kind}, which has no order", "split.column", hint)
    if column.kind is Kind.TIME:
        found = values.from_series(table.frame[name], column)
        known = ~np.isnat(found)
        when: Moments = found.astype("datetime64[us]").astype(np.int64)
    else:
        when = table.frame[name].cast(float, strict=False).fill_null(np.nan).to_numpy().astype(np.float64)
        known = np.isfinite(when)
    if not known.any():
        raise DataError(f"no row has a value of '{name}' that can be read", "split.column", "mend it, or name another")
    return when, known


def ticks(gap: float, when: Moments) -> float:
    """A gap in the units of moments: days of times, a number's own."""
    return gap if when.dtype == np.float64 else round(gap * DAY)


def deal(when: Moments, shares: tuple[float, ...], gap: float) -> Ints:
    """A part for each row, [rows] int: the last `shares` of the rows are parts 1, 2, ..., part 0 lies before them.

    Part 1 is the latest. A part begins where its size comes nearest to its share and no moment is cut in two; rows less
    than a `gap` before it are left out (-1), and the next part is taken from what lies before them.

    Raises:
        DataError: there are too few different moments.

    >>> deal(np.arange(10), (0.2, 0.2), 2).tolist()
    [0, 0, 0, 0, -1, 2, 2, -1, 1, 1]
    """
    part = np.zeros(len(when), dtype=np.int64)
    wanted = [(number, share) for number, share in enumerate(shares, 1) if share > 0]
    for place, (number, share) in enumerate(wanted):
        start = _start(np.sort(when[part == 0]), round(share * len(when)), len(wanted) - place)
        part[(part == 0) & (when >= start)] = number
        part[(part == 0) & (when > start - gap)] = LEFT_OUT
        if not (part == 0).any():
            raise DataError("the gap leaves no row before it", "split.gap", "name a shorter one")
    return part


def windows(when: Moments, folds: int, gap: float) -> list[Ints]:
    """For each fold 0 for the rows before it, 1 for its own, -1 for those in its gap and after it: `folds` of [rows].

    Of `folds` + 1 pieces of about as many rows each, all but the first are a fold, learnt from the pieces before
    (expanding windows).

    Raises:
        DataError: there are too few different moments.
    """
    ordered = np.sort(when)
    distinct = np.flatnonzero(np.diff(ordered) > 0) + 1
    wanted = len(when) * np.arange(1, folds + 1) / (folds + 1)
    starts = np.unique(ordered[_nearest(distinct, wanted)]) if len(distinct) else distinct
    if len(starts) < folds:
        raise too_few(len(distinct) + 1, folds + 1)
    found = []
    for start, end in zip(starts, [*starts[1:], np.inf], strict=True):
        part = np.where((when >= start) & (when < end), 1, LEFT_OUT)
        part[(when < start) & (when <= start - gap)] = 0
        if not (part == 0).any():
            raise DataError(
                "the gap leaves no row before the first fold", "split.gap", "name a shorter one, or fewer folds"
            )
        found.append(part)
    return found


def too_few(there: int, needed: int) -> DataError:
    """The error of a column with too few different moments."""
    problem = f"{there} different moments are too few for {needed} parts"
    return DataError(problem, "split.column", "name a finer column, or split by: random")


def _start(ordered: Moments, wanted: int, before: int) -> float | int:
    """The moment where the last `wanted` rows begin, as near as may be, with at least `before` moments before it."""
    distinct = np.flatnonzero(np.diff(ordered) > 0) + 1
    if len(distinct) < before:
        raise too_few(len(distinct) + 1, before + 1)
    place = _nearest(distinct[before - 1 :], np.array([len(ordered) - max(wanted, 1)]))[0]
    start: float | int = ordered[place].item()
    return start


def _nearest(places: Ints, wanted: npt.NDArray[np.float64] | Ints) -> Ints:
    """The nearest of ordered `places` to each that is wanted; of two, the later."""
    after = np.clip(np.searchsorted(places, wanted), 0, len(places) - 1)
    before = np.clip(after - 1, 0, None)
    return np.where(wanted - places[before] < places[after] - wanted, places[before], places[after])
