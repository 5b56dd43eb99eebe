"""What inspections look at: the rows as they were read, with what the recipe says of them, and a bounded sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.seeds import generator
from modelyard.core.types import Kind, Role
from modelyard.data.read import Rows
from modelyard.recipe.schema import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from modelyard.core.types import Column, Ints, Json, Schema, Table, Task

SAMPLE = 100_000  # rows that are looked at where looking at all of them would take too long
MODELLED = 10_000  # rows that models are fitted to
DIFFERENT = 200_000  # values of a column that are read one by one
LISTED = 20  # numbers of rows that a finding tells


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
        return self.some(SAMPLE)[0]

    @cached_property
    def modelled(self) -> tuple[Table, Ints]:
        """Rows of train that models are fitted to, and where each lies in train."""
        return self.some(MODELLED)

    def some(self, most: int) -> tuple[Table, Ints]:
        """At most so many rows of train, drawn by the recipe's seed, in their order; and where each lies in it."""
        table = self.rows.train
        if len(table) <= most:
            return table, np.arange(len(table))
        drawn = np.sort(generator(self.recipe.seed, "profile", str(most)).choice(len(table), most, replace=False))
        return table.take(drawn), drawn

    def having(self, *kinds: Kind) -> tuple[Column, ...]:
        """The feature columns of these kinds; all of them where none is said."""
        return tuple(c for c in self.schema.columns if c.role is Role.FEATURE and (not kinds or c.kind in kinds))

    @property
    def unsaid(self) -> tuple[Column, ...]:
        """The features, and the columns that were left out though the recipe does not say so."""
        said = {name for name, given in self.recipe.columns.items() if given.role is Role.IGNORE}
        return tuple(
            c for c in self.schema.columns if c.role is Role.FEATURE or (c.role is Role.IGNORE and c.name not in said)
        )

    @property
    def written(self) -> tuple[Column, ...]:
        """Those of them that hold text."""
        import polars as pl

        return tuple(c for c in self.unsaid if self.frame.schema[c.name] == pl.String)

    def different(self, series: pl.Series) -> list[Any]:
        """The values of a column, each once, as they come; no more of them than may be read one by one."""
        return series.drop_nulls().unique(maintain_order=True).head(DIFFERENT).to_list()

    def numbers(self, places: Ints, part: str = "train") -> list[int]:
        """The numbers in the source, from 1 on, of the first few of some rows of a part."""
        known = self.rows.numbers.get(part)
        first = np.asarray(places[:LISTED], dtype=np.int64)
        return [int(row) for row in (first + 1 if known is None else known[first])]

    def listed(self, places: Ints, part: str = "train") -> dict[str, Json]:
        """How many rows, and the numbers of the first few."""
        return {"count": len(places), "rows": [*self.numbers(places, part)]}
