"""The contract of expectations that a recipe states of its rows, and the family of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from modelyard.core.registry import Family

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema

    from modelyard.core.types import Kind

Strictness: TypeAlias = Literal["error", "warning"]  # whether rows that break it stop a training


@runtime_checkable
class Expectation(Protocol):
    """What rows must keep: settings only, one of which is `severity`.

    Columns are read as their `kinds` say (numbers float64, times datetime64[us]); as they are written where any kind
    will do. It is `of` single rows, each of which keeps it or does not, or of a whole table. What was kept yesterday
    may be broken today where it goes `by_clock`.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset()
    of: ClassVar[Literal["rows", "table"]] = "rows"
    by_clock: ClassVar[bool] = False

    @property
    def severity(self) -> Strictness:
        """Whether it stops a training."""

    def about(self) -> tuple[str, ...]:
        """The columns that it reads."""

    def rule(self) -> DataFrameSchema:
        """The same as pandera says it: one check, which gives a boolean for each row, or one for a table."""

    def told(self) -> str:
        """What is wrong with rows that break it, after `12 of 300 rows`; or with the table. No value of a row."""


EXPECTATIONS: Family[Expectation] = Family("modelyard.quality.expectations", Expectation, "check")
