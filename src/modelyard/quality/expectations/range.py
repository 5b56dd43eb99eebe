"""Numbers and times between bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, model_validator

from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data.values import level, moment
from modelyard.quality.expectation import Expectation, Strictness

if TYPE_CHECKING:
    from datetime import datetime

    from pandera.polars import DataFrameSchema

FITS = {"both": (True, True), "low": (True, False), "high": (False, True), "none": (False, False)}


@part
class Range(Expectation):
    """Every value of a column of numbers or times lies between `low` and `high`; times in quotes, in ISO 8601."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NUMBER, Kind.TIME})

    column: str
    low: float | str | None = None
    high: float | str | None = None
    inclusive: Literal["both", "low", "high", "none"] = Field(
        default="both", description="which of the bounds a value may be"
    )
    severity: Strictness = "error"

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        times = [_bound(bound) for bound in bounds if isinstance(bound, str)]
        if times and len(times) < len(bounds):
            raise ValueError("has a number and a time as bounds")
        if len(bounds) == 2 and _bound(bounds[0]) > _bound(bounds[1]):  # type: ignore[operator]
            raise ValueError("has a `low` above its `high`")
        return self

    def about(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def rule(self) -> DataFrameSchema:
        """Above, or at, the one and below, or at, the other."""
        import pandera.polars as pa

        low, high = FITS[self.inclusive]
        checks = []
        if self.low is not None:
            checks.append((pa.Check.ge if low else pa.Check.gt)(_bound(self.low)))
        if self.high is not None:
            checks.append((pa.Check.le if high else pa.Check.lt)(_bound(self.high)))
        return pa.DataFrameSchema({self.column: pa.Column(checks=checks, nullable=True)})

    def told(self) -> str:
        """The bounds."""
        bounds = {"from": self.low, "to": self.high}
        words = " ".join(f"{word} {level(bound)}" for word, bound in bounds.items() if bound is not None)
        outer = "" if self.inclusive == "both" else f" ({self.inclusive} included)"
        return f"are not in the range {words}{outer}"


def _bound(bound: float | str) -> float | datetime:
    """A number, or a moment.

    Raises:
        ValueError: a text is no date or time.
    """
    if not isinstance(bound, str):
        return bound
    return moment(bound).astype(object)  # type: ignore[no-any-return]
