"""A bundle must be small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.amounts import Bytes, size_told
from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import at_most, unknown

if TYPE_CHECKING:
    from modelyard.core.report import Report, Verdict


@part
class Small(Gate):
    """The files that decide the answers have at most `bound` bytes, which may be written as 500kB, 20MB or 1GiB."""

    bound: Bytes

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by what was packed."""
        if candidate.cost is None:
            return unknown("small", "the report does not tell the bundle's size: train again", self.bound)
        value = candidate.cost.size
        told = f"the bundle has {value:,} bytes ({size_told(value)})"
        return at_most("small", float(value), self.bound, told, size_told(self.bound))
