"""A table's columns as steps and encoders see them: read when they are asked for, and counted where that is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.featuring import FittedStep, Narrow
from modelyard.core.types import Column, Values
from modelyard.data import values

if TYPE_CHECKING:
    from modelyard.core.types import Table


class Reading(Mapping[str, Values]):
    """Values [rows] by column: of the table, or as steps have `made` them; not all of them are held at once."""

    def __init__(self, table: Table, known: Mapping[str, Column], made: Mapping[str, Values] | None = None) -> None:
        """`known` are the table's columns that are read."""
        self.table, self.known, self.made = table, known, made or {}

    def after(self, step: FittedStep) -> Mapping[str, Values]:
        """What a step makes of them; what it does not look at stays unread."""
        if not isinstance(step, Narrow):
            return step(self)
        changed = step({name: self[name] for name in self if name in step.reads})
        return Reading(self.table, self.known, {**self.made, **changed})

    def counts(self, name: str) -> dict[str, int] | None:
        """How many rows hold each value of a column; None where a step has made it."""
        if name in self.made:
            return None
        few, places = values.distinct(self.table.frame[name])
        known = values.from_series(few, self.known[name]).tolist()
        counts: dict[str, int] = {}
        for value, count in zip(known, np.bincount(places, minlength=len(known)).tolist(), strict=False):
            if value is not None:  # two written values may be one
                counts[value] = counts.get(value, 0) + count
        return counts

    def __getitem__(self, name: str) -> Values:
        """The values [rows] of a column."""
        if name in self.made:
            return self.made[name]
        return values.from_series(self.table.frame[name], self.known[name])

    def __contains__(self, name: object) -> bool:
        """Whether there is such a column, without reading it."""
        return name in self.known or name in self.made

    def __iter__(self) -> Iterator[str]:
        """The table's columns, then those that steps have added."""
        yield from self.known
        yield from (name for name in self.made if name not in self.known)

    def __len__(self) -> int:
        """How many columns."""
        return sum(1 for _ in self)
