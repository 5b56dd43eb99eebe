"""Data must not be old."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.amounts import Days
from modelyard.core.protocols import Gate, Need
from modelyard.core.registry import part
from modelyard.core.report import Report, Verdict
from modelyard.release.judge import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 86_400.0  # seconds


@part
class Fresh(Gate):
    """On the day of the release, the newest time in a `column` is at most `bound` ago: days, or such as 36h, 90d, 12w.

    Where no column is named, it is when the data's file was last written, as it lay there for training. A time more
    than a day ahead says nothing of the data's age, and is refused.
    """

    bound: Days
    column: str | None = Field(
        default=None, description="of dates or times; no column of the future, such as a due date"
    )

    def needs(self) -> Mapping[Need, tuple[str, ...]]:
        """The newest time in the column, or when a file was written."""
        return {"changed": ()} if self.column is None else {"newest": (self.column,)}

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the clock."""
        data = candidate.data
        at = "" if data is None else data.changed if self.column is None else data.newest
        if data is None or not at or (self.column is not None and data.column != self.column):
            way = "its source is no file: name a column of times" if self.column is None else "train again"
            return unknown("fresh", f"the report does not tell how old the data is: {way}", self.bound)
        moment = datetime.fromisoformat(at)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        age = round((datetime.now(UTC) - moment).total_seconds() / DAY, 2)
        what = "the data's file was written" if self.column is None else f"the newest '{self.column}' is"
        told = f"{what} {at}, {age:g} days ago"
        if age < -1:
            return Verdict(
                "fresh", passed=False, reason=f"{what} {at}, which is yet to come", value=age, bound=self.bound
            )
        passed = age <= self.bound
        words = "within" if passed else "older than"
        return Verdict("fresh", passed, f"{told}, {words} {self.bound:g} days", age, self.bound)
