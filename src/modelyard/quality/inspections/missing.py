"""Columns of which much is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Role
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject


@part
class Missing(Inspection):
    """Features of which at least a share of the rows has no value."""

    share: float = Field(default=0.5, gt=0, le=1, description="of the rows from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The emptiest first."""
        height = subject.frame.height
        gaps = {c.name: subject.frame[c.name].null_count() for c in subject.having()}
        for name, count in sorted(gaps.items(), key=lambda one: -one[1]):
            if count >= self.share * height:
                yield Finding(
                    "missing",
                    Severity.WARNING,
                    f"{count / height:.0%} of the rows have no value",
                    (name,),
                    {"missing": count, "rows": height},
                    f"columns:\n  {name}: {{role: {Role.IGNORE}}}",
                    "leave it out, unless that it is missing says something itself",
                )
