"""Parts that a recipe gives as files, kept apart: no group in two of them, and each before the next in time.

The test keeps its rows, and what is learnt from gives way: a figure stays that of the rows that a person chose for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelyard.core.errors import DataError
from modelyard.data.splits import alike, timed
from modelyard.data.splits.pool import column, grouping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.types import Table
    from modelyard.data.read import Rows
    from modelyard.recipe.schema import SplitSpec

LATER = ("train", "valid", "test")  # in the order of time
Kept = npt.NDArray[np.bool_]


def apart(rows: Rows, how: SplitSpec) -> tuple[Rows, tuple[str, ...]]:
    """The rows that may be dealt out and used beside each other, and what to tell.

    Raises:
        DataError: a part has no row left, or a column cannot be read.
    """
    notes: list[str] = []
    if how.by == "time":
        rows = _taken(rows, _known(rows, how.column[0]), f"have no '{how.column[0]}' and are left out", notes)
    for name in grouping(how) if rows.valid or rows.test else ():
        told = f"are left out, as their '{name}' is in a later part"
        rows = _taken(rows, _of_no_later_group(_parts(rows), name), told, notes)
    if how.by == "time" and (rows.valid or rows.test):
        told = "are left out, as they do not lie before the later part and its gap"
        rows = _taken(rows, _before(_parts(rows), how), told, notes)
    return rows, tuple(notes)


def _parts(rows: Rows) -> dict[str, Table]:
    return {name: table for name in LATER if (table := getattr(rows, name)) is not None}


def _known(rows: Rows, name: str) -> dict[str, Kept]:
    for table in _parts(rows).values():
        column(table, name, "column")
    return {part: timed.moments(table, name)[1] for part, table in _parts(rows).items()}


def _of_no_later_group(parts: Mapping[str, Table], name: str) -> dict[str, Kept]:
    key = alike.codes([column(table, name, "column") for table in parts.values()])
    part = np.repeat(np.arange(len(parts)), [len(table) for table in parts.values()])
    kept = ~alike.shared(key, part)
    return {name: kept[part == number] for number, name in enumerate(parts)}


def _before(parts: dict[str, Table], how: SplitSpec) -> dict[str, Kept]:
    kept: dict[str, Kept] = {}
    start: float | None = None
    for name in reversed(list(parts)):
        when, _ = timed.moments(parts[name], how.column[0])
        gap = timed.ticks(how.gap, when)
        kept[name] = np.ones(len(when), bool) if start is None else (when < start) & (when <= start - gap)
        if kept[name].any():
            start = when[kept[name]].min().item()
    return kept


def _taken(rows: Rows, kept: Mapping[str, Kept], why: str, notes: list[str]) -> Rows:
    for part, mask in kept.items():
        if mask.all():
            continue
        notes.append(f"data.{part}: {(~mask).sum():,} of {len(mask):,} rows {why}")
        if not mask.any():
            raise DataError(f"all rows {why}", f"data.{part}", "give other rows, or split otherwise")
        places = np.flatnonzero(mask)
        rows = replace(rows, **{part: getattr(rows, part).take(places)})
        if part == "train" and rows.copies is not None:
            rows = replace(rows, copies=rows.copies[places])
    return rows
