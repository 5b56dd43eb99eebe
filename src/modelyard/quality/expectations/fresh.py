"""A newest row that is not old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from modelyard.core.amounts import Days
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema

AHEAD = timedelta(days=1)  # what a zone may be wrong by


@part
class Fresh(Expectation):
    """The newest time in a column is at most `at_most` ago, by the clock; one that is yet to come says nothing."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TIME})
    of: ClassVar[Literal["rows", "table"]] = "table"
    by_clock: ClassVar[bool] = True

    column: str
    at_most: Days = Field(description="days, or such as 36h, 7d, 12w")
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def rule(self) -> DataFrameSchema:
        """The newest is not before, and not after today."""
        import pandera.polars as pa
        import polars as pl

        now = datetime.now(UTC).replace(tzinfo=None)
        newest = pl.col(self.column).max().fill_null(datetime.min)  # noqa: DTZ901 - all columns are in UTC without a zone
        recent = newest.is_between(now - timedelta(days=self.at_most), now + AHEAD)
        return pa.DataFrameSchema({}, checks=[pa.Check(lambda given: given.lazyframe.select(recent))])

    def told(self) -> str:
        """How old it may be."""
        return f"the newest time in {self.column} is more than {self.at_most:g} days ago, or yet to come"
