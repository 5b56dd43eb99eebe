"""A candidate must not be worse than the release in place."""

from __future__ import annotations

import math

from pydantic import Field

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.core.report import Report, Verdict
from modelyard.release.judge import told, wanted

ROUNDING = 1e-12  # 0.79 is 0.01 worse than 0.80, whatever binary fractions say


@part
class NotWorse(Gate):
    """`metric` is no more than `tolerance` worse than the champion's; the first release passes."""

    metric: str
    tolerance: float = Field(default=0.0, ge=0)
    slice: str | None = None

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged."""
        return (self.metric,)

    def slices(self) -> tuple[str, ...]:
        """The one on which it is judged, if it is not all rows."""
        return () if self.slice is None else (self.slice,)

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:
        """Judge by both values; it is told when they were measured on different rows."""
        score = wanted(candidate, self.metric, self.slice)
        if champion is None:
            defined = not math.isnan(score.value)
            return Verdict("not_worse", defined, f"{told(score)}, and there is no champion yet")
        before = champion.score(self.metric, self.slice)
        if before is None:
            reason = f"the champion's report holds no {self.metric} on {self.slice or 'all rows'} to compare with"
            return Verdict("not_worse", passed=False, reason=reason)
        gain = score.value - before.value
        if not candidate.higher_is_better[self.metric]:
            gain = -gain
        words = f"the champion's is {before.value:.4f}: {'better' if gain > 0 else 'worse'} by {abs(gain):.4f}"
        if gain == 0:
            words = f"the champion's is the same {before.value:.4f}"
        if candidate.test_digest != champion.test_digest:
            words += ", though measured on other rows"
        passed = gain >= -self.tolerance - ROUNDING
        return Verdict("not_worse", passed, f"{told(score)}; {words}; tolerance {self.tolerance:g}")
