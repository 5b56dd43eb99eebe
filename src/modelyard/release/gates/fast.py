"""One row must be answered quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import at_most, unknown

if TYPE_CHECKING:
    from modelyard.core.report import Report, Verdict


@part
class Fast(Gate):
    """A row alone is answered within `bound` milliseconds in 99 of 100 cases (`p99`), or in half of them (`p50`).

    Measured when the bundle was packed, on that machine, encoding included and without the network.
    """

    bound: float = Field(gt=0, description="milliseconds")
    of: Literal["p99", "p50"] = "p99"

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by what was measured."""
        if candidate.cost is None:
            return unknown("fast", "the report does not tell how long a row takes: train again", self.bound)
        value = candidate.cost.p99 if self.of == "p99" else candidate.cost.p50
        return at_most("fast", value, self.bound, f"a row takes {value:.3g} ms at {self.of}", f"{self.bound:g} ms")
