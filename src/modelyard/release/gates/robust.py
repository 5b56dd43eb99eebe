"""A model must not lose much when rows arrive changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.errors import RecipeError, nearest
from modelyard.core.protocols import Gate, Need
from modelyard.core.registry import part
from modelyard.core.report import Report, Score, Verdict
from modelyard.release.judge import judged, of_score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.evidence import Stress


@part
class Robust(Gate):
    """The metric loses at most `bound` under each of some `perturbations`, all that were measured where none is named.

    It is the first metric of the report where none is named. With `strict`, the interval's worse end of the loss is.
    """

    bound: float = Field(ge=0, description="how much of the metric may be lost")
    metric: str | None = None
    perturbations: tuple[str, ...] = ()
    strict: bool = Field(default=False, description="judge by the interval's worse end instead of the value")

    def metrics(self) -> tuple[str, ...]:
        """The one that is judged, if it is named."""
        return () if self.metric is None else (self.metric,)

    def needs(self) -> Mapping[Need, tuple[str, ...]]:
        """Robustness, by the perturbations' names."""
        return {"stress": self.perturbations}

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the largest loss; what is not defined is larger than any."""
        metric = self.metric or candidate.scores[0].metric
        sign = -1.0 if candidate.higher_is_better[metric] else 1.0
        losses = [_loss(line, sign) for line in self._lines(candidate, metric)]
        figures = [judged(score, strict=self.strict, higher_is_better=False) for score in losses]
        figure, worst = max(zip(figures, losses, strict=True), key=lambda one: (math.isnan(one[0]), one[0]))
        passed = figure <= self.bound
        told = (
            f"{metric} loses {worst.value:.4f} by {worst.slice} "
            f"(95% interval {worst.low:.4f} to {worst.high:.4f}, {worst.rows} rows)"
        )
        words = "the most of all that was tried, within" if passed else "not within"
        reason = f"{told}, {words} the bound {self.bound:g}{' by its worse end' if self.strict else ''}"
        return of_score("robust", worst, self.bound, reason, passed=passed)

    def _lines(self, report: Report, metric: str) -> list[Stress]:
        """What is judged of a report.

        Raises:
            RecipeError: it does not hold all that is named.
        """
        lines = [line for line in report.stress if line.metric == metric]
        known = {line.perturbation for line in lines}
        absent = sorted(set(self.perturbations) - known)
        if not lines or absent:
            problem = f"the report holds no loss of {metric} under {', '.join(absent) or 'changed rows'}"
            hint = (
                nearest(absent[0], known) if absent and known else "say evidence: {robustness: true}, and train again"
            )
            raise RecipeError(problem, "gates", hint)
        return [line for line in lines if not self.perturbations or line.perturbation in self.perturbations]


def _loss(line: Stress, sign: float) -> Score:
    """How much is lost, where a line tells how much a metric has changed."""
    low, high = sorted((sign * line.low, sign * line.high))
    on = f"{line.perturbation} on {line.on}"
    return Score(line.metric, sign * line.difference, low, high, line.rows, on)
