"""What gates share: a score that must be there, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import RecipeError, nearest

if TYPE_CHECKING:
    from modelyard.core.report import Report, Score


def wanted(report: Report, metric: str, of: str | None) -> Score:
    """The score that a gate judges.

    Raises:
        RecipeError: the report does not hold it.
    """
    score = report.score(metric, of)
    if score is not None:
        return score
    known = {entry.slice or "all rows" for entry in report.scores if entry.metric == metric}
    problem = f"the report holds no {metric} on {of or 'all rows'}"
    raise RecipeError(problem, "gates", nearest(of or metric, known or {entry.metric for entry in report.scores}))


def told(score: Score) -> str:
    """A score as a verdict tells it."""
    part = f" on {score.slice}" if score.slice else ""
    spread = f"95% interval {score.low:.4f} to {score.high:.4f}, {score.rows} rows"
    return f"{score.metric}{part} is {score.value:.4f} ({spread})"
