"""The rule: a canary that has proved itself becomes the champion, one that fails is taken out, and both are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard import judging
from modelyard.cli.serve import judged
from modelyard.core.report import Verdict
from modelyard.serve.promotion import BY, FEW, Trial
from modelyard.serve.settings import Canary, Promotion, Traffic
from tests.serve.releases import NAME, PATH, Served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.release.yard import Yard

YES, NO = Verdict("at_least", passed=True, reason="good"), Verdict("beats", passed=False, reason="no better")


def traffic(share: float = 0.5, after: int = 20, gates: Sequence[Verdict] = (YES,), **said: Any) -> Traffic:
    promotion = Promotion(after, judge=lambda _bundle, _home: gates, **{"slower": 1000.0, **said})
    return Traffic((Canary("challenger", share),), promotion=promotion)


def promotion(client: Served) -> dict[str, Any]:
    return dict(client.get(f"{PATH}/traffic").json()["promotion"])


def test_a_canary_that_has_proved_itself_is_promoted(stock: Yard) -> None:
    client = Served(stock, traffic())
    client.together(20)
    client.look()
    assert stock.find(NAME).version == 1  # too few yet
    assert promotion(client)["answered"] > 0
    client.together(60)
    client.look()
    assert stock.find(NAME).version == 2
    (act, *_before) = stock.history(NAME)
    assert (act.kind, act.by) == ("promote", BY)
    client.look()
    assert client.version() == "2"
    assert client.told()["canary"] is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (traffic(gates=(YES, NO)), "gate beats: no better"),
        (traffic(share=0.3, slower=1e-6), "its 99th percentile is"),
    ],
)
def test_what_speaks_against_it_is_told_and_the_champion_stays(stock: Yard, said: Traffic, told: str) -> None:
    client = Served(stock, said)
    client.together(120)
    client.look()
    assert stock.find(NAME).version == 1
    assert told in promotion(client)["said"]
    client.together(10)
    client.look()
    assert client.told()["canary"]["release"] == f"{NAME}@2"


def test_gates_that_cannot_be_run_promote_nothing(stock: Yard) -> None:
    def judge(_bundle: object, _home: str) -> Sequence[Verdict]:
        raise ModuleNotFoundError("No module named 'polars'")

    client = Served(stock, Traffic((Canary("challenger", 1.0),), promotion=Promotion(5, judge=judge)))
    client.together(10)
    client.look()
    assert stock.find(NAME).version == 1
    assert promotion(client)["said"] == "its gates cannot be run here: No module named 'polars'"
    assert client.get(f"{PATH}/traffic").json()["yard"] == {"up": True}


def test_without_a_rule_nothing_is_promoted(stock: Yard) -> None:
    client = Served(stock, traffic(after=0))
    client.together(50)
    client.look()
    assert stock.find(NAME).version == 1
    assert client.get(f"{PATH}/traffic").json()["promotion"] is None


def test_the_gates_are_those_of_the_recipe_beside_the_champion(stock: Yard) -> None:
    home = str(stock.home)
    candidate = stock.open(stock.find(f"{NAME}@2"))
    assert judged(candidate, home) == judging.judge(candidate, stock)
    assert [verdict.gate for verdict in judged(candidate, home)] == ["at_least"]


def broken(client: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = client.deployment.lineup.canary
    assert canary is not None

    def fails(_inputs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(canary.bundle, "run", fails)


def test_a_canary_that_fails_is_taken_out_told_and_not_promoted(
    stock: Yard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = Served(stock, traffic(share=1.0))
    broken(client, monkeypatch)
    assert {version for version, _answer in client.together(FEW - 1)} == {"1"}
    client.look()
    assert client.told()["canary"] is not None
    client.together(20)
    client.look()
    client.look()
    assert client.told()["canary"] is None
    assert stock.find(NAME).version == 1
    told = promotion(client)["withdrawn"]
    assert told == {"release": f"{NAME}@2", "problem": "it failed 24 of 24 requests"}
    assert "is taken out of traffic" in caplog.text
    (act, *_before) = stock.acts(limit=1)
    assert (act.kind, act.subject, act.by) == ("withdraw", NAME, BY)


def test_what_one_process_took_out_others_leave_out_until_it_is_given_the_alias_anew(
    stock: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Served(stock, traffic(share=1.0)), Served(stock, traffic(share=1.0))
    broken(one, monkeypatch)
    one.together(10)
    one.look()
    other.look()
    assert other.version() == "1"
    assert Served(stock, traffic(share=1.0)).version() == "1"
    stock.offer(stock.open(stock.find(f"{NAME}@3")), (), "challenger")
    other.look()
    assert other.version() == "4"


def test_it_is_taken_out_though_the_yard_is_gone_which_is_told_later(
    stock: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Served(stock, traffic(share=1.0))
    broken(client, monkeypatch)
    client.together(10)
    acts = type(stock).act

    def gone(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(type(stock), "act", gone)
    client.look()
    client.look()
    assert client.told()["canary"] is None
    monkeypatch.setattr(type(stock), "act", acts)
    client.look()
    client.look()
    assert [act.kind for act in stock.acts(limit=2)].count("withdraw") == 1


def test_a_trial_begins_when_the_canary_does(stock: Yard) -> None:
    client = Served(stock, traffic(after=0))
    client.together(30)
    lineup = client.deployment.lineup
    assert lineup.canary is not None
    trial = Trial.of(lineup.canary, lineup.stable)
    assert [each.asked for each in trial.figures()] == [0, 0]
    client.together(10)
    assert sum(each.asked for each in trial.figures()) == 10


def test_what_moved_while_the_gates_ran_is_not_moved_back(stock: Yard) -> None:
    def judge(_bundle: object, _home: str) -> Sequence[Verdict]:
        stock.promote(NAME, by="somebody")  # as another process would, who thinks better of it
        stock.rollback(NAME, by="somebody")
        return (YES,)

    client = Served(stock, Traffic((Canary("challenger", 1.0),), promotion=Promotion(5, slower=1000.0, judge=judge)))
    client.together(10)
    client.look()
    assert stock.find(NAME).version == 1
    assert "was moved meanwhile" in promotion(client)["said"]


def test_a_canary_that_was_rolled_back_is_not_tried_again(stock: Yard) -> None:
    stock.offer(stock.open(stock.find(f"{NAME}@3")), (), "beta")
    client = Served(stock, Traffic((Canary("beta", 1.0),)))
    assert client.version() == "4"
    stock.promote(NAME, "beta")
    stock.rollback(NAME)
    client.look()
    assert client.version() == "1"
    assert promotion(client)["withdrawn"] == {"release": f"{NAME}@4", "problem": "it was rolled back"}
