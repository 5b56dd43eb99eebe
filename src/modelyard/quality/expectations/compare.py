"""One column beside another."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema

HOW = {"<=": operator.le, "<": operator.lt, "==": operator.eq}


@part
class Compare(Expectation):
    """In every row `column` is at most `other`, below it, or equal to it; both are numbers, or both times.

    A row where either is missing keeps it.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER, Kind.TIME})

    column: str
    other: str
    how: Literal["<=", "<", "=="] = Field(default="<=", description="column HOW other")
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """Both."""
        return (self.column, self.other)

    def rule(self) -> DataFrameSchema:
        """The one beside the other."""
        import pandera.polars as pa
        import polars as pl

        kept = HOW[self.how](pl.col(self.column), pl.col(self.other)).fill_null(value=True)
        return pa.DataFrameSchema({}, checks=[pa.Check(lambda given: given.lazyframe.select(kept))])

    def told(self) -> str:
        """How they should be."""
        return f"do not have {self.column} {self.how} {self.other}"
