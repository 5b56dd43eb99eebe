"""Values that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.registry import part
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema


@part
class NotMissing(Expectation):
    """At most a `share` of a column's values is missing."""

    column: str
    share: float = Field(default=0.0, ge=0, lt=1, description="of the rows that may have none")
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def rule(self) -> DataFrameSchema:
        """There, or one of few that are not."""
        import pandera.polars as pa
        import polars as pl

        value = pl.col(self.column)
        kept = value.is_not_null() | (value.null_count() <= self.share * pl.len())
        return pa.DataFrameSchema({}, checks=[pa.Check(lambda given: given.lazyframe.select(kept))])

    def told(self) -> str:
        """How many may be missing."""
        return "have no value" + (f", more than {self.share:.3g} of them" if self.share else "")
