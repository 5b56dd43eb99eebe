"""The gate on how far groups lie apart: its bounds, both kinds, and the interval's worse end."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.evidence import Disparity
from modelyard.core.report import Report
from modelyard.core.types import Task
from modelyard.families import GATES

BARE = Report("risk", Task.BINARY, "linear", ("good", "bad"), {"train": 1, "valid": 1, "test": 90}, "d", {}, ())
FOUND = (
    Disparity("sex", "selection_rate", "difference", 0.08, -0.02, 0.15, 40, "sex = f", "sex = m"),
    Disparity("sex", "selection_rate", "ratio", 0.82, 0.7, 1.3, 40, "sex = f", "sex = m"),
    Disparity("sex", "equalized_odds", "difference", 0.3, 0.1, 0.5, 40, "sex = f", "sex = m"),
    Disparity("sex", "true_positive_rate", "difference", math.nan, math.nan, math.nan, 40),
    Disparity("sex", "precision", "difference", 0.05, -0.3, 0.2, 40, "sex = f", "sex = m"),
)
REPORT = replace(BARE, disparities=FOUND)
CASES: list[tuple[dict[str, Any], bool]] = [
    ({"bound": 0.1}, True),
    ({"bound": 0.08}, True),
    ({"bound": 0.07}, False),
    ({"bound": 0.1, "strict": True}, False),
    ({"bound": 0.15, "strict": True}, True),
    ({"bound": 0.25, "metric": "precision", "strict": True}, False),  # the other group may have more by 0.3
    ({"bound": 0.8, "kind": "ratio"}, True),
    ({"bound": 0.85, "kind": "ratio"}, False),
    ({"bound": 0.8, "kind": "ratio", "strict": True}, False),
    ({"bound": 0.7, "kind": "ratio", "strict": True}, True),
    ({"bound": 0.2, "metric": "equalized_odds"}, False),
    ({"bound": 1.0, "metric": "true_positive_rate"}, False),
]


def fair(**given: Any) -> Any:
    return GATES.build("fair", {"metric": "selection_rate", "slice": "sex", **given}, "gates.0")


@pytest.mark.parametrize(("given", "passes"), CASES)
def test_a_bound_is_kept_or_not(given: dict[str, Any], passes: bool) -> None:  # noqa: FBT001
    gate = fair(**given)
    verdict = gate(REPORT, None)
    assert verdict.passed is passes
    found = REPORT.disparity("sex", gate.metric, gate.kind)
    assert found is not None
    if not math.isnan(found.value):
        assert (verdict.value, verdict.bound, verdict.low, verdict.high) == (
            found.value,
            gate.bound,
            found.low,
            found.high,
        )
        assert f"{found.value:.4f}" in verdict.reason
        assert f"the bound {gate.bound:g}" in verdict.reason


def test_a_verdict_reads_well() -> None:
    assert fair(bound=0.05)(REPORT, None).reason == (
        "the difference of selection_rate on sex is 0.0800 (95% interval -0.0200 to 0.1500, 40 rows in the smallest "
        "group, from sex = f to sex = m), over the bound 0.05"
    )


@pytest.mark.parametrize(
    ("given", "hint"),
    [({"slice": "sexx"}, "did you mean 'sex'"), ({"metric": "selection_rat"}, "did you mean 'selection_rate'")],
)
def test_what_was_not_compared_is_told(given: dict[str, Any], hint: str) -> None:
    with pytest.raises(RecipeError, match="the report holds no") as raised:
        fair(bound=0.1, **given)(REPORT, None)
    assert hint in raised.value.hint


def test_a_verdict_says_what_it_judged_and_what_is_not_defined() -> None:
    assert fair(bound=0.1, strict=True)(REPORT, None).reason.endswith(", over the bound 0.1 by its worse end")
    kept = fair(bound=0.7, kind="ratio", strict=True)(REPORT, None).reason
    assert kept.endswith(", which keeps to the bound 0.7 by its worse end")
    for strict in (False, True):
        reason = fair(bound=1.0, metric="true_positive_rate", strict=strict)(REPORT, None).reason
        assert reason == (
            "the difference of true_positive_rate on sex is not defined (40 rows in the smallest group), "
            "so it cannot be shown to keep to the bound 1"
        )
    thin = replace(FOUND[0], low=math.nan, high=math.nan)
    verdict = fair(bound=0.1, strict=True)(replace(BARE, disparities=(thin,)), None)
    assert verdict.passed is False
    assert "0.0800 (its 95% interval is not defined, 40 rows" in verdict.reason


def test_a_difference_of_amounts_may_be_more_than_one() -> None:
    amount = Disparity("sex", "mae", "difference", 250.0, 100.0, 400.0, 40, "sex = f", "sex = m")
    report = replace(BARE, disparities=(amount,))
    assert fair(metric="mae", bound=300)(report, None).passed
    assert not fair(metric="mae", bound=300, strict=True)(report, None).passed
    with pytest.raises(RecipeError, match="never more, so none reaches"):
        fair(bound=1.1, kind="ratio")


@pytest.mark.parametrize(
    "given", [{"bound": -0.1}, {"bound": 1.1, "kind": "ratio"}, {"bound": 0.1, "kind": "quotient"}]
)
def test_a_bound_that_means_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        fair(**given)


def test_equalized_odds_needs_both_rates() -> None:
    assert fair(bound=0.1, metric="equalized_odds").metrics() == ("true_positive_rate", "false_positive_rate")
    assert fair(bound=0.1).columns() == ("sex",)
