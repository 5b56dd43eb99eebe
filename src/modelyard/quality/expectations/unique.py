"""Values that no two rows share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.registry import part
from modelyard.quality.expectation import Expectation, Strictness
from modelyard.recipe.joins import Names

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema


@part
class Unique(Expectation):
    """No two rows of a part have the same values in all of the `columns`; a missing value is like no other."""

    columns: Names = Field(description="a column, or several that together tell rows apart")
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """The columns."""
        return self.columns

    def rule(self) -> DataFrameSchema:
        """The first of its kind, or with something missing."""
        import pandera.polars as pa
        import polars as pl

        first, some = pl.struct(self.columns).is_first_distinct(), pl.any_horizontal(pl.col(self.columns).is_null())
        return pa.DataFrameSchema({}, checks=[pa.Check(lambda given: given.lazyframe.select(first | some))])

    def told(self) -> str:
        """What is repeated."""
        return f"have what an earlier row has in {' and '.join(self.columns)}"
