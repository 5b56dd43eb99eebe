"""A candidate must not be worse than the release in place, or must be better by so much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.release.judge import judged, of_score, told, unknown, wanted

if TYPE_CHECKING:
    from modelyard.core.report import Report, Score, Verdict

ROUNDING = 1e-12  # 0.79 is 0.01 worse than 0.80, whatever binary fractions say


@part
class NotWorse(Gate):
    """`metric` is no worse than the champion's; the first release passes.

    It may be worse by `tolerance`, and by the share `relative` of the champion's figure; or it must be better by
    `gain`, and by the share `relative_gain`, which are MLflow's min_absolute_change and min_relative_change. Where two
    are named, both hold. With `strict`, the interval's worse end is set against the champion's figure.
    """

    metric: str
    tolerance: float | None = Field(default=None, ge=0, description="how much worse it may be")
    relative: float | None = Field(
        default=None, ge=0, description="how much worse, as a share of the champion's figure"
    )
    gain: float | None = Field(default=None, ge=0, description="how much better it must be")
    relative_gain: float | None = Field(default=None, ge=0, description="how much better, as such a share")
    slice: str | None = None
    strict: bool = Field(default=False, description="judge by the interval's worse end instead of the value")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        worse, better = (self.tolerance, self.relative), (self.gain, self.relative_gain)
        if any(worse) and any(better):
            raise ValueError(
                "tolerance and relative allow it to be worse, gain and relative_gain want it better: keep one"
            )
        return self

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged."""
        return (self.metric,)

    def slices(self) -> tuple[str, ...]:
        """The one on which it is judged, if it is not all rows."""
        return () if self.slice is None else (self.slice,)

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:
        """Judge by both figures; it is told when they were measured on different rows."""
        score = wanted(candidate, self.metric, self.slice)
        if champion is None:
            reason = f"{told(score)}, and there is no champion yet"
            return of_score("not_worse", score, math.nan, reason, passed=not math.isnan(score.value))
        before = champion.score(self.metric, self.slice)
        if before is None:
            what = f"the champion's report holds no {self.metric} on {self.slice or 'all rows'} to compare with"
            return unknown("not_worse", what)
        higher = bool(candidate.higher_is_better[self.metric])
        needed = self._needed(before.value)
        bound = before.value + (needed if higher else -needed)
        figure = judged(score, strict=self.strict, higher_is_better=higher)
        passed = (figure - bound if higher else bound - figure) >= -ROUNDING
        limit = f"bound {bound:.4f}{' for its worse end' if self.strict else ''}"
        words = _beside(score, before, higher_is_better=higher)
        if candidate.test_digest != champion.test_digest:
            words += ", though measured on other rows"
        return of_score("not_worse", score, bound, f"{told(score)}; {words}; {limit}", passed=passed)

    def _needed(self, before: float) -> float:
        """How much better than the champion it must be; less than 0 where it may be worse."""
        limits = (
            (-1.0, self.tolerance),
            (-abs(before), self.relative),
            (1.0, self.gain),
            (abs(before), self.relative_gain),
        )
        return max([factor * limit for factor, limit in limits if limit is not None], default=0.0)


def _beside(score: Score, before: Score, *, higher_is_better: bool) -> str:
    gain = score.value - before.value if higher_is_better else before.value - score.value
    if gain == 0:
        return f"the champion's is the same {before.value:.4f}"
    return f"the champion's is {before.value:.4f}: {'better' if gain > 0 else 'worse'} by {abs(gain):.4f}"
