"""Copies for a shadow: compared, bounded, and without effect on any client."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from modelyard.serve.settings import Canary, Shadowing, Traffic
from modelyard.serve.shadow import Shadow
from tests.serve.releases import NAME, Served

if TYPE_CHECKING:
    import pytest

    from modelyard.release.yard import Yard

SHADOW = Traffic(shadows=(Shadowing("challenger"),))
WAIT = 30.0


def settled(client: Served) -> dict[str, dict[str, object]]:
    assert client.app.shadow.settle(WAIT)
    return client.figures()


def test_a_shadow_answers_copies_and_no_client_hears_it(stock: Yard) -> None:
    client = Served(stock, SHADOW)
    assert {version for version, _answer in client.together(40)} == {"1"}
    figures = settled(client)
    assert (figures["2"]["role"], figures["2"]["requests"], figures["2"]["rows"]) == ("shadow", 40, 40)
    assert figures["2"]["agreement"] == 0.0  # it learnt from dearer years
    assert figures["1"]["agreement"] is None
    assert client.metric("modelyard_release_share", model=NAME, release=f"{NAME}@2", role="shadow") == 0
    assert client.metric("modelyard_release_compared_total", model=NAME, release=f"{NAME}@2") == 40


def test_what_runs_anyway_has_no_shadow_of_itself(stock: Yard) -> None:
    client = Served(stock, Traffic(shadows=(Shadowing("spare"),)), version=3)
    assert client.told()["shadow"] is None
    assert set(client.figures()) == {"3"}


def test_a_shadow_that_fails_is_counted_and_the_client_is_answered(
    stock: Yard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = Served(stock, SHADOW)
    shadow = client.deployment.lineup.shadow
    assert shadow is not None

    def fails(_inputs: object) -> None:
        raise RuntimeError("secret-value")

    monkeypatch.setattr(shadow.bundle, "run", fails)
    assert [version for version, _answer in client.together(5)] == ["1"] * 5
    assert settled(client)["2"]["errors"] == 5
    assert "secret-value" not in caplog.text


def test_a_shadow_that_does_not_keep_up_drops_and_counts(stock: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Served(stock, Traffic(shadows=(Shadowing("challenger"),), copies=3))
    shadow = client.deployment.lineup.shadow
    assert shadow is not None
    held, begun, run = threading.Event(), threading.Event(), shadow.bundle.run

    def slow(inputs: dict[str, object]) -> object:
        begun.set()
        assert held.wait(WAIT)
        return run(inputs)

    monkeypatch.setattr(shadow.bundle, "run", slow)
    client.together(1)
    assert begun.wait(WAIT)
    assert len(client.together(10)) == 10  # all answered, while the shadow stands still
    assert client.figures()["2"]["dropped"] == 7
    held.set()
    assert settled(client)["2"]["requests"] == 4


def test_bytes_that_wait_are_bounded(stock: Yard) -> None:
    client = Served(stock, Traffic(shadows=(Shadowing("challenger"),), copied=10))
    client.together(3)
    assert settled(client)["2"]["dropped"] == 3


def test_what_a_canary_answers_is_not_copied(stock: Yard) -> None:
    traffic = Traffic(canaries=(Canary("challenger", 0.5),), shadows=(Shadowing("spare"),))
    client = Served(stock, traffic)
    versions = [version for version, _answer in client.together(60)]
    assert set(versions) == {"1", "2"}
    assert settled(client)["3"]["requests"] == versions.count("1")


def test_it_stops_and_asks_no_more(stock: Yard) -> None:
    shadow = Shadow(10, 1000)
    shadow.stop()
    client = Served(stock, SHADOW)
    client.deployment.shadow = shadow
    client.together(2)
    assert client.figures()["2"]["dropped"] == 2
