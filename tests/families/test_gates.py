"""The contract of gates: a verdict, its reason with the figure in it, and nothing undefined ever passes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.evidence import Disparity
from modelyard.core.report import Report, Score, Verdict
from modelyard.core.types import Task
from modelyard.families import GATES, METRICS
from tests.families import parts

if TYPE_CHECKING:
    from modelyard.core.protocols import Gate

every_gate = pytest.mark.parametrize("name", GATES.names)
AMOUNT = 0.8123


def report(values: dict[str, float], of: str | None = None) -> Report:
    """A report that holds some figures, each within a hundredth."""
    scores = tuple(Score(metric, value, value - 0.01, value + 0.01, 100, of) for metric, value in values.items())
    better = {metric: METRICS.part(metric).higher_is_better for metric in values}
    apart = tuple(
        Disparity(of or "x", metric, kind, value, value - 0.01, value + 0.01, 100, "x = a", "x = b")
        for metric, value in values.items()
        for kind in ("difference", "ratio")
    )
    return replace(
        Report(
            "risk", Task.BINARY, "linear", ("good", "bad"), {"train": 1, "valid": 1, "test": 100}, "d", better, scores
        ),
        disparities=apart,
    )


def gate(name: str, **given: Any) -> Gate:
    built: Gate = parts.build(GATES, name, given)
    return built


def figures(of: Gate, value: float) -> dict[str, float]:
    return dict.fromkeys(of.metrics(), value)


@every_gate
def test_it_names_the_metrics_that_it_judges(name: str) -> None:
    judged = gate(name).metrics()
    assert isinstance(judged, tuple)
    assert judged
    assert set(judged) <= set(METRICS.names)


@every_gate
@pytest.mark.parametrize("champion", [None, 0.5, AMOUNT, 0.99])
def test_a_verdict_tells_the_figure(name: str, champion: float | None) -> None:
    judged = gate(name)
    before = None if champion is None else report(figures(judged, champion))
    verdict = judged(report(figures(judged, AMOUNT)), before)
    assert isinstance(verdict, Verdict)
    assert verdict.gate == name
    assert type(verdict.passed) is bool
    assert f"{AMOUNT}" in verdict.reason
    assert "100 rows" in verdict.reason
    assert verdict == judged(report(figures(judged, AMOUNT)), before)


@every_gate
@pytest.mark.parametrize("champion", [None, 0.5, math.nan])
def test_what_is_not_defined_does_not_pass(name: str, champion: float | None) -> None:
    judged = gate(name)
    before = None if champion is None else report(figures(judged, champion))
    assert judged(report(figures(judged, math.nan)), before).passed is False


@every_gate
def test_what_was_not_measured_cannot_be_judged(name: str) -> None:
    with pytest.raises(RecipeError, match="the report holds no"):
        gate(name)(report({"brier": 0.1}), None)


@every_gate
def test_a_slice_is_judged_by_its_own_rows(name: str) -> None:
    judged = gate(name, slice="Age under 30")
    if not hasattr(judged, "slice"):
        return  # a gate of whole reports
    with pytest.raises(RecipeError, match="Age under 30"):
        judged(report(figures(judged, AMOUNT)), None)
    assert "on Age under 30" in judged(report(figures(judged, AMOUNT), "Age under 30"), None).reason


BOUNDS = [
    ("at_least", {"bound": 0.8}, True),
    ("at_least", {"bound": 0.8123}, True),
    ("at_least", {"bound": 0.82}, False),
    ("at_least", {"bound": 0.805, "strict": True}, False),
    ("at_least", {"bound": 0.80, "strict": True}, True),
    ("at_most", {"bound": 0.8}, False),
    ("at_most", {"bound": 0.8123}, True),
    ("at_most", {"bound": 0.82}, True),
    ("at_most", {"bound": 0.82, "strict": True}, False),
    ("at_most", {"bound": 0.83, "strict": True}, True),
]


@pytest.mark.parametrize(("name", "given", "passes"), BOUNDS)
def test_a_bound_is_kept_or_not(name: str, given: dict[str, Any], passes: bool) -> None:  # noqa: FBT001
    assert gate(name, metric="accuracy", **given)(report({"accuracy": AMOUNT}), None).passed is passes


CHAMPIONS = [  # metric, candidate, champion, tolerance, passes
    ("accuracy", 0.80, 0.80, 0.0, True),
    ("accuracy", 0.79, 0.80, 0.0, False),
    ("accuracy", 0.79, 0.80, 0.02, True),
    ("accuracy", 0.79, 0.80, 0.01, True),
    ("accuracy", 0.81, 0.80, 0.0, True),
    ("log_loss", 0.31, 0.30, 0.0, False),
    ("log_loss", 0.31, 0.30, 0.02, True),
    ("log_loss", 0.29, 0.30, 0.0, True),
    ("accuracy", 0.80, math.nan, 0.0, False),
]


@pytest.mark.parametrize(("metric", "candidate", "champion", "tolerance", "passes"), CHAMPIONS)
def test_not_worse_than_the_champion(
    metric: str,
    candidate: float,
    champion: float,
    tolerance: float,
    passes: bool,  # noqa: FBT001
) -> None:
    judged = gate("not_worse", metric=metric, tolerance=tolerance)
    assert judged(report({metric: candidate}), report({metric: champion})).passed is passes


def test_the_first_release_has_nothing_to_be_worse_than() -> None:
    verdict = gate("not_worse", metric="accuracy")(report({"accuracy": 0.3}), None)
    assert verdict.passed
    assert "no champion yet" in verdict.reason


def test_it_is_told_when_the_champion_was_measured_on_other_rows() -> None:
    before = replace(report({"accuracy": 0.8}), test_digest="another")
    assert "measured on other rows" in gate("not_worse", metric="accuracy")(report({"accuracy": 0.8}), before).reason


def test_a_champion_without_the_figure_is_told() -> None:
    verdict = gate("not_worse", metric="accuracy")(report({"accuracy": 0.8}), report({"f1": 0.8}))
    assert not verdict.passed
    assert "the champion's report holds no accuracy" in verdict.reason


@pytest.mark.parametrize(("name", "given"), [("at_least", {"bound": math.nan}), ("not_worse", {"tolerance": -0.1})])
def test_a_bound_that_means_nothing_is_refused(name: str, given: dict[str, float]) -> None:
    with pytest.raises(RecipeError):
        gate(name, metric="accuracy", **given)
