"""What gates share: a score that must be there, how it is told, and a verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.core.errors import RecipeError, nearest
from modelyard.core.report import Score, Verdict

if TYPE_CHECKING:
    from modelyard.core.evidence import Disparity
    from modelyard.core.report import Report


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


def folded(report: Report, metric: str) -> Score:
    """The mean of a metric over the report's folds, with its interval, as gates judge a score.

    Raises:
        RecipeError: the report holds none.
    """
    if (measured := report.folds) is not None:
        for found in measured.scores:
            if found.metric == metric:
                named = f"the mean {metric} of {measured.folds} folds"
                return Score(named, found.mean, found.low, found.high, measured.rows)
    raise RecipeError(f"the report holds no {metric} in folds", "gates", "say split: {folds: 5}")


def told(score: Score) -> str:
    """A score as a verdict tells it."""
    part = f" on {score.slice}" if score.slice else ""
    spread = f"95% interval {score.low:.4f} to {score.high:.4f}, {score.rows} rows"
    return f"{score.metric}{part} is {score.value:.4f} ({spread})"


def judged(score: Score, *, strict: bool, higher_is_better: bool) -> float:
    """The value, or by `strict` the interval's worse end."""
    if not strict:
        return score.value
    return score.low if higher_is_better else score.high


def of_score(gate: str, score: Score | Disparity, bound: float, reason: str, *, passed: bool) -> Verdict:
    """A verdict with the figures of what is judged; what is not defined is not told as a number."""
    return Verdict(gate, passed, reason, _known(score.value), _known(bound), _known(score.low), _known(score.high))


def at_most(gate: str, value: float, bound: float, told_: str, limit: str) -> Verdict:
    """A verdict about a figure without an interval, which passes up to the bound."""
    passed = value <= bound
    words = "which keeps to" if passed else "over"
    return Verdict(gate, passed, f"{told_}, {words} the bound {limit}", _known(value), bound)


def unknown(gate: str, what: str, bound: float | None = None) -> Verdict:
    """The refusal of what was not measured."""
    return Verdict(gate, passed=False, reason=what, bound=bound)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
