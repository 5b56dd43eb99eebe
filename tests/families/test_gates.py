"""The contract of gates: a verdict, its reason with the figure in it, and nothing undefined ever passes."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.evidence import Cost, Disparity, Energy, Provenance, Review, Stress
from modelyard.core.protocols import Need
from modelyard.core.report import Report, Score, Verdict
from modelyard.core.types import Task
from modelyard.families import GATES, METRICS
from tests.families import parts

if TYPE_CHECKING:
    from modelyard.core.protocols import Gate

every_gate = pytest.mark.parametrize("name", GATES.names)
AMOUNT = 0.8123
# Those that judge a score of the report as it is, and those that judge what else a report holds.
SCORED = ("at_least", "at_most", "calibrated", "not_worse")
every_scored = pytest.mark.parametrize("name", SCORED)
NOW = datetime.now(UTC)


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


def whole(value: float, of: Gate | None = None) -> Report:
    """A report that holds all there is to be judged, each figure `value`."""
    kwh = Energy(value, value / 2, value * 2.5, value, value, 1.0)
    named = figures(of, value) if of is not None else {}
    return replace(
        report({"accuracy": value, **named}),
        stress=tuple(Stress("typos", "comment", name, 0.5, -value, -value - 0.1, 0.1 - value, 100) for name in named)
        or (Stress("typos", "comment", "accuracy", 0.5, -value, -value - 0.1, 0.1 - value, 100),),
        cost=Cost(kwh, kwh, "DEU", 381.0, 0.2, "EUR", value, value, 0 if math.isnan(value) else 1, value, "meter"),
        data=Provenance("d", 100, newest(0.8123), "since", newest(0.8123)),
        epsilon=value,
        reviews=(Review("Ada Lovelace", "2026-11-24T10:00:00+00:00"),),
    )


def newest(days: float) -> str:
    """So many days before now."""
    return (NOW - timedelta(days=days)).isoformat(timespec="seconds")


def gate(name: str, **given: Any) -> Gate:
    built: Gate = parts.build(GATES, name, given)
    return built


def figures(of: Gate, value: float) -> dict[str, float]:
    return dict.fromkeys(of.metrics(), value)


@every_gate
def test_it_names_what_it_judges(name: str) -> None:
    judged = gate(name)
    assert isinstance(judged.metrics(), tuple)
    assert set(judged.metrics()) <= set(METRICS.names)
    assert bool(judged.metrics()) is (name in {*SCORED, "fair"})
    assert isinstance(judged.slices(), tuple)
    assert judged.needs().keys() <= set(get_args(Need))


@every_gate
@pytest.mark.parametrize("champion", [None, 0.5, AMOUNT, 0.99])
def test_a_verdict_tells_its_figures(name: str, champion: float | None) -> None:
    judged = gate(name)
    before = None if champion is None else whole(champion, judged)
    verdict = judged(whole(AMOUNT, judged), before)
    assert isinstance(verdict, Verdict)
    assert verdict.gate == name
    assert type(verdict.passed) is bool
    assert verdict.reason
    assert verdict == judged(whole(AMOUNT, judged), before)
    numbers = {"small": 1, "frugal": AMOUNT, "reviewed": None, "fresh": pytest.approx(0.81, abs=0.06)}
    assert verdict.value == numbers.get(name, AMOUNT)
    if verdict.low is not None and verdict.high is not None and verdict.value is not None:
        assert verdict.low <= verdict.value <= verdict.high


@every_scored
@pytest.mark.parametrize("champion", [None, 0.5, AMOUNT, 0.99])
def test_a_verdict_tells_the_score_and_its_interval(name: str, champion: float | None) -> None:
    judged = gate(name)
    before = None if champion is None else report(figures(judged, champion))
    verdict = judged(report(figures(judged, AMOUNT)), before)
    assert f"{AMOUNT}" in verdict.reason
    assert "100 rows" in verdict.reason
    assert (verdict.value, verdict.low, verdict.high) == (AMOUNT, AMOUNT - 0.01, AMOUNT + 0.01)
    assert (verdict.bound is None) is (name == "not_worse" and champion is None)


@every_gate
@pytest.mark.parametrize("champion", [None, 0.5, math.nan])
def test_what_is_not_defined_does_not_pass(name: str, champion: float | None) -> None:
    if name in {"small", "fresh", "reviewed"}:
        return  # what these judge is never a number that is none
    judged = gate(name)
    before = None if champion is None else whole(champion, judged)
    verdict = judged(whole(math.nan, judged), before)
    assert verdict.passed is False
    assert verdict.value is None or not math.isnan(verdict.value)


@every_gate
def test_what_was_not_measured_does_not_pass(name: str) -> None:
    if name in {*SCORED, "robust", "fair"}:  # the recipe could have asked for it
        with pytest.raises(RecipeError, match="the report holds no"):
            gate(name)(report({"brier": 0.1}), None)
    else:
        verdict = gate(name)(report({"brier": 0.1}), None)
        assert verdict.passed is False
        assert verdict.value is None


@every_scored
def test_a_slice_is_judged_by_its_own_rows(name: str) -> None:
    judged = gate(name, slice="Age under 30")
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


CHAMPIONS: list[tuple[str, float, float, dict[str, Any], bool]] = [  # metric, candidate, champion, settings, passes
    ("accuracy", 0.80, 0.80, {}, True),
    ("accuracy", 0.79, 0.80, {}, False),
    ("accuracy", 0.79, 0.80, {"tolerance": 0.02}, True),
    ("accuracy", 0.79, 0.80, {"tolerance": 0.01}, True),
    ("accuracy", 0.79, 0.80, {"tolerance": 0.0}, False),
    ("accuracy", 0.81, 0.80, {}, True),
    ("accuracy", 0.72, 0.80, {"relative": 0.1}, True),
    ("accuracy", 0.71, 0.80, {"relative": 0.1}, False),
    ("accuracy", 0.75, 0.80, {"relative": 0.1, "tolerance": 0.02}, False),
    ("accuracy", 0.82, 0.80, {"gain": 0.02}, True),
    ("accuracy", 0.81, 0.80, {"gain": 0.02}, False),
    ("accuracy", 0.84, 0.80, {"relative_gain": 0.05}, True),
    ("accuracy", 0.83, 0.80, {"relative_gain": 0.05}, False),
    ("accuracy", 0.83, 0.80, {"gain": 0.01, "relative_gain": 0.05}, False),
    ("accuracy", 0.805, 0.80, {"strict": True}, False),
    ("accuracy", 0.81, 0.80, {"strict": True}, True),
    ("accuracy", 0.81, 0.80, {"strict": True, "gain": 0.005}, False),
    ("log_loss", 0.31, 0.30, {}, False),
    ("log_loss", 0.31, 0.30, {"tolerance": 0.02}, True),
    ("log_loss", 0.29, 0.30, {}, True),
    ("log_loss", 0.27, 0.30, {"relative_gain": 0.1}, True),
    ("log_loss", 0.295, 0.30, {"strict": True}, False),
    ("log_loss", 0.29, 0.30, {"strict": True}, True),
    ("accuracy", 0.80, math.nan, {}, False),
]


@pytest.mark.parametrize(("metric", "candidate", "champion", "given", "passes"), CHAMPIONS)
def test_not_worse_than_the_champion(
    metric: str,
    candidate: float,
    champion: float,
    given: dict[str, Any],
    passes: bool,  # noqa: FBT001
) -> None:
    judged = gate("not_worse", metric=metric, **given)
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


FACTS: list[tuple[str, dict[str, Any], float, bool]] = [  # gate, settings, every figure of the report, passes
    ("calibrated", {"bound": 0.1}, 0.1, True),
    ("calibrated", {"bound": 0.1}, 0.11, False),
    ("calibrated", {"bound": 0.1, "strict": True}, 0.095, False),
    ("calibrated", {"bound": 0.1, "strict": True}, 0.09, True),
    ("robust", {"bound": 0.2}, 0.2, True),
    ("robust", {"bound": 0.2}, 0.21, False),
    ("robust", {"bound": 0.2, "perturbations": ["typos"]}, 0.2, True),
    ("robust", {"bound": 0.2, "strict": True}, 0.15, False),
    ("robust", {"bound": 0.26, "strict": True}, 0.15, True),
    ("robust", {"bound": 0.2}, -0.3, True),  # rows that are answered better
    ("fast", {"bound": 10}, 10.0, True),
    ("fast", {"bound": 10}, 10.1, False),
    ("fast", {"bound": 10, "of": "p50"}, 10.1, False),
    ("small", {"bound": 1}, 1.0, True),
    ("small", {"bound": 0.5}, 1.0, False),
    ("frugal", {"bound": 2}, 2.0, True),
    ("frugal", {"bound": 2}, 2.1, False),
    ("frugal", {"bound": 2000, "of": "energy"}, 2.0, True),
    ("frugal", {"bound": 1999, "of": "energy"}, 2.0, False),
    ("frugal", {"bound": 2, "of": "training"}, 2.0, True),
    ("frugal", {"bound": 2, "of": "training"}, 2.1, False),
    ("frugal", {"bound": 4.9, "of": "training", "strict": True}, 2.0, False),
    ("frugal", {"bound": 5, "of": "training", "strict": True}, 2.0, True),
    ("private", {"bound": 3}, 3.0, True),
    ("private", {"bound": 3}, 3.1, False),
]


@pytest.mark.parametrize(("name", "given", "value", "passes"), FACTS)
def test_what_a_report_holds_beside_scores_keeps_a_bound_or_not(
    name: str,
    given: dict[str, Any],
    value: float,
    passes: bool,  # noqa: FBT001
) -> None:
    judged = gate(name, **given)
    verdict = judged(whole(value, judged), None)
    assert verdict.passed is passes
    assert verdict.bound == given["bound"]


@pytest.mark.parametrize("given", [{}, {"of": "price"}])
def test_a_price_is_not_judged_strictly(given: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="strict judges an estimate of energy, and a price has none: say of: energy"):
        gate("frugal", bound=2, strict=True, **given)


AGES: list[tuple[dict[str, Any], float, bool]] = [  # settings, days before now, passes
    ({"bound": "2d"}, 1.5, True),
    ({"bound": "2d"}, 2.5, False),
    ({"bound": "36h", "column": "since"}, 1.4, True),
    ({"bound": "36h", "column": "since"}, 1.6, False),
    ({"bound": "1w", "column": "until"}, 1.0, False),  # another column was looked at
    ({"bound": "1w"}, -0.5, True),  # a clock that is a little ahead
    ({"bound": "1w"}, -30.0, False),
]


@pytest.mark.parametrize(("given", "days", "passes"), AGES)
def test_data_grows_old(given: dict[str, Any], days: float, passes: bool) -> None:  # noqa: FBT001
    judged = gate("fresh", **given)
    data = Provenance("d", 100, newest(days), "since", newest(days))
    verdict = judged(replace(report({"accuracy": 0.8}), data=data), None)
    assert verdict.passed is passes
    naive = replace(data, newest=newest(days).removesuffix("+00:00"))  # a column without a zone is in UTC
    assert judged(replace(report({"accuracy": 0.8}), data=naive), None).passed is passes


SIGNED: list[tuple[dict[str, Any], list[str], bool]] = [
    ({}, [], False),
    ({}, ["Ada"], True),
    ({"count": 2}, ["Ada"], False),
    ({"count": 2}, ["Ada", "ada ", " ADA"], False),  # one person
    ({"count": 2}, ["Ada", "Grace"], True),
    ({"by": ["Ada"]}, ["Grace"], False),
    ({"by": ["Ada Lovelace"]}, ["Grace", "ada  lovelace"], True),
    ({"by": ["Ada", "Grace"], "count": 2}, ["Ada", "Alan"], False),
]


@pytest.mark.parametrize(("given", "names", "passes"), SIGNED)
def test_named_persons_sign(given: dict[str, Any], names: list[str], passes: bool) -> None:  # noqa: FBT001
    reviews = tuple(Review(name, "2026-11-24T10:00:00+00:00") for name in names)
    verdict = gate("reviewed", **given)(replace(report({"accuracy": 0.8}), reviews=reviews), None)
    assert verdict.passed is passes
    assert ("signed off by" in verdict.reason) is bool({n for n in names if "by" not in given or passes or n == "Ada"})


def test_robust_judges_the_worst_and_only_what_it_names() -> None:
    lines = (
        Stress("typos", "comment", "accuracy", 0.7, -0.1, -0.12, -0.08, 100),
        Stress("casing", "comment", "accuracy", 0.5, -0.3, -0.35, -0.25, 100),
        Stress("casing", "comment", "log_loss", 0.9, 0.4, 0.3, 0.5, 100),
    )
    told = replace(report({"accuracy": 0.8, "log_loss": 0.5}), stress=lines)
    worst = gate("robust", bound=0.2)(told, None)
    assert (worst.passed, worst.value, worst.low, worst.high) == (False, 0.3, 0.25, 0.35)
    assert "casing on comment" in worst.reason
    assert gate("robust", bound=0.2, perturbations=["typos"])(told, None).passed
    loss = gate("robust", bound=0.4, metric="log_loss")(told, None)
    assert (loss.passed, loss.value, loss.low, loss.high) == (True, 0.4, 0.3, 0.5)
    assert not gate("robust", bound=0.4, metric="log_loss", strict=True)(told, None).passed
    with pytest.raises(RecipeError, match="no loss of accuracy under typo") as caught:
        gate("robust", bound=0.2, perturbations=["typo"])(told, None)
    assert "typos" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("at_least", {"metric": "accuracy", "bound": math.nan}),
        ("not_worse", {"metric": "accuracy", "tolerance": -0.1}),
        ("not_worse", {"metric": "accuracy", "tolerance": 0.1, "gain": 0.1}),
        ("small", {"bound": "20 stones"}),
        ("small", {"bound": 0}),
        ("fresh", {"bound": "soon"}),
        ("reviewed", {"count": 0}),
        ("reviewed", {"count": 2, "by": ["Ada", "ada"]}),
    ],
)
def test_a_bound_that_means_nothing_is_refused(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        gate(name, **given)
