"""How many rows there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from modelyard.core.registry import part
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema


@part
class Rows(Expectation):
    """All parts together have at least `low` rows with a target, and at most `high`."""

    of: ClassVar[Literal["rows", "table"]] = "table"

    low: int = Field(default=1, ge=0)
    high: int | None = Field(default=None, ge=1)
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """No column."""
        return ()

    def rule(self) -> DataFrameSchema:
        """As many."""
        import pandera.polars as pa
        import polars as pl

        enough = pl.len() >= self.low
        kept = enough if self.high is None else enough & (pl.len() <= self.high)
        return pa.DataFrameSchema({}, checks=[pa.Check(lambda given: given.lazyframe.select(kept))])

    def told(self) -> str:
        """The bounds."""
        return f"there are fewer than {self.low} rows" + (f", or more than {self.high}" if self.high else "")
