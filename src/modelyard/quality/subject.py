"""What inspections look at: the rows as they were read, with what the recipe says of them, and a bounded sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.seeds import generator
from modelyard.core.types import Kind, Role
from modelyard.data.read import Rows
from modelyard.recipe.schema import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from modelyard.core.types import Column, Schema, Table, Task

SAMPLE = 100_000  # rows that are looked at where looking at all of them would take too long


@dataclass(frozen=True)
class Subject:
    """Rows, as `data.read` gives them, before a split and before copies are taken out; and the recipe."""

    rows: Rows
    recipe: Recipe

    @property
    def schema(self) -> Schema:
        """The columns of all parts."""
        return self.rows.train.schema

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.rows.task

    @property
    def target(self) -> Column:
        """The column to predict."""
        return self.schema.target

    @property
    def parts(self) -> Mapping[str, Table]:
        """Each part that is there, by its name."""
        named = {"train": self.rows.train, "valid": self.rows.valid, "test": self.rows.test}
        return {name: table for name, table in named.items() if table is not None}

    @property
    def frame(self) -> pl.DataFrame:
        """All rows of train."""
        return self.rows.train.frame

    @cached_property
    def sample(self) -> Table:
        """Rows of train drawn by the recipe's seed, in their order; all where they are few."""
        table = self.rows.train
        if len(table) <= SAMPLE:
            return table
        return table.take(np.sort(generator(self.recipe.seed, "profile").choice(len(table), SAMPLE, replace=False)))

    def having(self, *kinds: Kind) -> tuple[Column, ...]:
        """The feature columns of these kinds; all of them where none is said."""
        return tuple(c for c in self.schema.columns if c.role is Role.FEATURE and (not kinds or c.kind in kinds))
