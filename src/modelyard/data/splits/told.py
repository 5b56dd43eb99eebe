"""What a split came to, in sentences: each part's size, its span of time, its groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.types import Kind
from modelyard.data.splits import timed
from modelyard.data.splits.pool import grouping

if TYPE_CHECKING:
    from modelyard.core.types import Parts, Table
    from modelyard.recipe.schema import SplitSpec


def sentences(parts: Parts, how: SplitSpec) -> tuple[str, ...]:
    """A sentence on each part where the rows were dealt out by a column; nothing else needs to be told."""
    if not how.named:
        return ()
    named = {"train": parts.train, "valid": parts.valid, "test": parts.test}
    return tuple(f"{name}: {part(table, how)}" for name, table in named.items())


def part(table: Table, how: SplitSpec) -> str:
    """How many rows, from when to when, of how many groups."""
    told = [f"{len(table):,} rows"]
    if how.by == "time":
        told.append(_span(table, how.column[0]))
    told += [f"{table.frame[name].drop_nulls().n_unique():,} of '{name}'" for name in grouping(how)]
    return ", ".join(told)


def _span(table: Table, name: str) -> str:
    when, known = timed.moments(table, name)
    ends = [when[known].min(), when[known].max()]
    if table.schema[name].kind is not Kind.TIME:
        return f"{name} {ends[0]:g} to {ends[1]:g}"
    first, last = (np.datetime64(int(end), "us").astype("datetime64[s]") for end in ends)
    return f"{first} to {last}"
