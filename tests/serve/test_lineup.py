"""Who gets which release: sticky by key, in the shares that are said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard.release.keys import Key
from modelyard.serve.lineup import place, sticky
from modelyard.serve.settings import Canary, Traffic
from tests.serve.asking import refused
from tests.serve.releases import HOUSE, NAME, PATH, Served

if TYPE_CHECKING:
    from modelyard.release.yard import Yard

KEYS = [f"customer {number}" for number in range(20_000)]


def canary(share: float) -> Traffic:
    return Traffic(canaries=(Canary("challenger", share),))


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.99])
def test_a_share_of_the_keys_is_as_large_as_it_says(share: float) -> None:
    chosen = sum(place("risk", key) < share for key in KEYS) / len(KEYS)
    assert chosen == pytest.approx(share, abs=4 * (share * (1 - share) / len(KEYS)) ** 0.5)


def test_two_models_share_their_keys_out_apart() -> None:
    one, other = ({key for key in KEYS if place(name, key) < 0.1} for name in ("risk", "price"))
    assert 0.05 < len(one & other) / len(one) < 0.15


@pytest.mark.parametrize(
    ("headers", "key", "expected"),
    [
        ([(b"x-modelyard-sticky", b"someone"), (b"x-request-id", b"one")], 7, b"someone"),
        ([], 7, "key 7"),
        ([], None, "made-up"),
    ],
)
def test_a_request_is_told_by_its_own_word_then_its_key_then_its_id(
    headers: Any, key: int | None, expected: object
) -> None:
    shown = None if key is None else Key(key, "billing", frozenset({"predict"}), "2026-01-01T00:00:00+00:00")
    assert sticky({"headers": headers, "modelyard.key": shown, "modelyard.request_id": "made-up"}) == expected


def test_the_same_key_gets_the_same_release_and_a_larger_share_only_adds_keys(stock: Yard) -> None:
    def of_canary(share: float) -> set[int]:
        answered = Served(stock, canary(share)).together(200)
        return {number for number, (version, _answer) in enumerate(answered) if version == "2"}

    few, again, more, everyone = of_canary(0.1), of_canary(0.1), of_canary(0.4), of_canary(1.0)
    assert few == again
    assert 0 < len(few) < len(more) < 200
    assert few < more
    assert len(everyone) == 200


def test_each_answer_is_of_the_release_that_it_names(stock: Yard) -> None:
    expected = {str(v): stock.open(stock.find(f"{NAME}@{v}")).predict(HOUSE)["predictions"][0] for v in (1, 2)}
    for version, answer in Served(stock, canary(0.5)).together(100):
        assert answer == expected[version]


def test_without_a_release_under_the_alias_all_go_to_the_champion(stock: Yard) -> None:
    client = Served(stock, canary(1.0))
    assert client.version() == "2"
    stock.promote(NAME)
    client.look()
    assert client.told()["canary"] is None
    assert client.version() == "2"
    stock.rollback(NAME)
    client.look()
    assert client.version() == "1"


def test_a_promoted_canary_is_not_opened_again(stock: Yard) -> None:
    client = Served(stock, canary(0.5))
    running = client.deployment.lineup.canary
    assert running is not None
    stock.promote(NAME)
    client.look()
    assert client.deployment.stable is running
    assert set(client.figures()) == {"1", "2"}


def test_a_canary_that_cannot_run_is_refused_and_the_champion_answers_all(stock: Yard) -> None:
    folder = stock.bundles / stock.find(f"{NAME}@2").digest
    (folder / "schema.json").write_bytes(b"{}")
    client = Served(stock, canary(1.0))
    assert client.version() == "1"
    assert client.refused() == [("canary", f"{NAME}@2")]
    assert client.get("/readyz").status_code == 200


def test_a_failing_canary_is_answered_by_the_champion(stock: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Served(stock, canary(1.0))
    running = client.deployment.lineup.canary
    assert running is not None

    def fails(_inputs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(running.bundle, "run", fails)
    assert client.version() == "1"
    assert client.figures()["2"]["errors"] == 1
    assert client.metric("modelyard_release_failed_total", model=NAME, release=f"{NAME}@2") == 1
    refused(client.post({"area": "large", "quarter": "north"}), 422, "data_invalid")
    assert client.figures()["2"]["refused"] == 1


def test_the_page_tells_who_answers(stock: Yard) -> None:
    told = Served(stock, canary(0.05)).get(f"{PATH}/traffic").json()
    assert [(r["release"], r["role"], r["share"]) for r in told["releases"]] == [
        (f"{NAME}@2", "canary", 0.05),
        (f"{NAME}@1", "champion", 0.95),
    ]
    assert told["yard"] == {"up": True}
