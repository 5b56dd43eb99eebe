"""Columns that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data.values import level
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema


@part
class SumTo(Expectation):
    """In every row the `columns` add up to `total`, a number or another column, within `tolerance`.

    A row where any of them is missing keeps it.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER})

    columns: tuple[str, ...] = Field(min_length=1)
    total: float | str
    tolerance: float = Field(default=1e-6, ge=0, description="by how much the sum may be off")
    severity: Strictness = "error"

    def about(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.columns, self.total) if isinstance(self.total, str) else self.columns

    def rule(self) -> DataFrameSchema:
        """The sum beside the total."""
        import pandera.polars as pa
        import polars as pl

        total = pl.col(self.total) if isinstance(self.total, str) else pl.lit(self.total)
        summed = pl.sum_horizontal(self.columns, ignore_nulls=False)
        kept = ((summed - total).abs() <= self.tolerance).fill_null(value=True)
        return pa.DataFrameSchema({}, checks=[pa.Check(lambda given: given.lazyframe.select(kept))])

    def told(self) -> str:
        """What should be the total."""
        return f"do not have {' + '.join(self.columns)} = {level(self.total)}"
