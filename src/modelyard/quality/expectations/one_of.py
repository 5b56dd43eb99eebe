"""Values of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.registry import part
from modelyard.data.values import level
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema


@part
class OneOf(Expectation):
    """Every value of a column is one of `values`, as it is written."""

    column: str
    values: tuple[str | int | float | bool, ...] = Field(min_length=1)
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def rule(self) -> DataFrameSchema:
        """In the set."""
        import pandera.polars as pa

        known = pa.Check.isin([level(value) for value in self.values])
        return pa.DataFrameSchema({self.column: pa.Column(checks=[known], nullable=True)})

    def told(self) -> str:
        """How many values there may be."""
        return f"are none of the {len(self.values)} values that may be"
