"""Values that a regular expression matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import field_validator

from modelyard.core.registry import part
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema


@part
class Pattern(Expectation):
    r"""Every value of a column, as it is written, is matched by `regex` from its beginning to its end.

    The expression is Rust's, which takes time in proportion to the value whatever it says: it knows neither what lies
    ahead or behind (`(?=`) nor what was matched before (`\1`).
    """

    column: str
    regex: str
    severity: Strictness = "error"

    @field_validator("regex")
    @classmethod
    def _is_one(cls, regex: str) -> str:
        import polars as pl

        try:
            pl.Series([""]).str.contains(_whole(regex))
        except pl.exceptions.ComputeError as error:
            told = [line.rpartition("error: ")[2] for line in str(error).splitlines() if "error: " in line]
            raise ValueError(f"is no regular expression: {told[-1] if told else 'it cannot be read'}") from error
        return regex

    def about(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def rule(self) -> DataFrameSchema:
        """Matched as a whole."""
        import pandera.polars as pa

        matched = pa.Check.str_matches(_whole(self.regex))
        return pa.DataFrameSchema({self.column: pa.Column(checks=[matched], nullable=True)})

    def told(self) -> str:
        """The expression."""
        return f"are not of the form {self.regex}"


def _whole(regex: str) -> str:
    return f"^(?:{regex})$"
