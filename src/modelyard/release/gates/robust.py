"""A model must not lose much when rows arrive changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.errors import RecipeError, nearest
from modelyard.core.protocols import Gate, Need
from modelyard.core.registry import part
from modelyard.core.report import Report, Verdict

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
        """Judge by the largest loss."""
        metric = self.metric or next(iter(candidate.higher_is_better))
        lines = [
            (_loss(line, candidate, strict=self.strict), line)
            for line in candidate.stress
            if line.metric == metric and (not self.perturbations or line.perturbation in self.perturbations)
        ]
        absent = sorted(set(self.perturbations) - {line.perturbation for _, line in lines})
        if not lines or absent:
            names = {line.perturbation for line in candidate.stress if line.metric == metric}
            problem = f"the report holds no loss of {metric} under {', '.join(absent) or 'changed rows'}"
            raise RecipeError(problem, "gates", nearest(absent[0] if absent else "", names) or "measure robustness")
        loss, worst = max(lines, key=lambda one: (one[0] != one[0], one[0]))  # what is not defined is the worst
        passed = loss <= self.bound
        sign = -1.0 if candidate.higher_is_better[metric] else 1.0
        low, high = sorted((sign * worst.low, sign * worst.high))
        told = (
            f"{metric} loses {sign * worst.difference:.4f} by {worst.perturbation} on {worst.on} "
            f"(95% interval {low:.4f} to {high:.4f}, {worst.rows} rows), "
        )
        words = "the most of all that was tried, within" if passed else "more than"
        if worst.difference != worst.difference:
            return Verdict("robust", passed=False, reason=f"{told}which is not defined", bound=self.bound)
        reason = f"{told}{words} the bound {self.bound:g}{' by its worse end' if self.strict else ''}"
        return Verdict("robust", passed, reason, sign * worst.difference, self.bound, low, high)


def _loss(line: Stress, report: Report, *, strict: bool) -> float:
    if report.higher_is_better[line.metric]:
        return -(line.low if strict else line.difference)
    return line.high if strict else line.difference
