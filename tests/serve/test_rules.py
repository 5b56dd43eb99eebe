"""Canaries and shadows as words: what they mean, and what is refused before anything is served."""

from __future__ import annotations

import pytest

from modelyard.core.errors import UsageError
from modelyard.serve import rules
from modelyard.serve.settings import Canary, Promotion, Shadowing, Traffic
from modelyard.serve.target import Target

RISK = Target("risk", "/b", "0" * 64, "/yard", 3, "champion")
PRICE = Target("price", "/b", "1" * 64, "/yard", 1, "champion")
FOLDER = Target("text", "/b", "2" * 64)


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("challenger=5%", Canary("challenger", 0.05)),
        ("风险:next.one=0.5%", Canary("next.one", 0.005, "风险")),
        ("a=100%", Canary("a", 1.0)),
    ],
)
def test_a_canary_is_an_alias_and_a_share(word: str, rule: Canary) -> None:
    assert rules.canary(word) == rule


@pytest.mark.parametrize(
    "word", ["challenger", "challenger=5", "=5%", "challenger=0%", "challenger=101%", "a:b:c=5%", "a=-1%", "a=1e1%", ""]
)
def test_what_is_no_canary_is_told(word: str) -> None:
    with pytest.raises(UsageError, match="is no share"):
        rules.canary(word)


def test_a_shadow_is_an_alias() -> None:
    assert rules.shadow("risk:challenger") == Shadowing("challenger", "risk")
    with pytest.raises(UsageError, match="is no alias"):
        rules.shadow("challenger=5%")


@pytest.mark.parametrize(
    ("traffic", "targets", "told"),
    [
        (Traffic((Canary("c", 0.1),)), [RISK, PRICE], "several models"),
        (Traffic((Canary("c", 0.1, "rosk"),)), [RISK, PRICE], "no model called 'rosk'"),
        (Traffic((Canary("c", 0.1),)), [FOLDER], "a folder has no aliases"),
        (Traffic((Canary("c", 0.1), Canary("d", 0.1))), [RISK], "a second rule"),
        (Traffic(shadows=(Shadowing("c"), Shadowing("d", "risk"))), [RISK], "a second rule"),
        (Traffic(promotion=Promotion(100)), [RISK], "no canary to promote"),
        (
            Traffic((Canary("c", 0.1),), promotion=Promotion(100)),
            [Target("risk", "/b", "0" * 64, "/yard", 3)],
            "a fixed version stays",
        ),
    ],
)
def test_a_rule_that_no_request_could_follow_is_refused(traffic: Traffic, targets: list[Target], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        rules.check(traffic, {target.name: target for target in targets})


def test_rules_that_fit_are_found_by_model() -> None:
    traffic = Traffic((Canary("c", 0.1, "risk"), Canary("d", 0.2, "price")), (Shadowing("e", "price"),), Promotion(9))
    rules.check(traffic, {"risk": RISK, "price": PRICE, "text": FOLDER})
    assert rules.of(traffic.canaries, "price") == Canary("d", 0.2, "price")
    assert rules.of(traffic.shadows, "risk") is None
