"""Keys that live, ended, were revoked or never were; and a yard that cannot be read for a while."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from modelyard.core.errors import YardGoneError
from modelyard.release.keys import Key, Keys, hash_of
from modelyard.serve.access.door import Door
from modelyard.serve.access.errors import KeyExpiredError, KeyInvalidError, KeyMissingError, KeysUnknownError
from modelyard.serve.access.keyring import Keyring
from modelyard.serve.access.settings import Access
from modelyard.serve.app import App
from modelyard.serve.settings import Settings
from tests.serve.access.conftest import bearer
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.yard import Yard
    from modelyard.run import Run
    from tests.serve.access.conftest import Serving

TOKEN = "my_" + "A1-_" * 10 + "xyz"
OTHER = "my_" + "B" * 43
KEY = Key(7, "billing", frozenset({"predict"}), "2026-01-01T00:00:00+00:00")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WAIT = 20  # seconds after which a test gives up


def ring(key: Key = KEY) -> Keyring:
    return Keyring(lambda: {hash_of(TOKEN): key}, NOON.timestamp)


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN} "])
def test_a_token_names_its_key(given: str) -> None:
    assert ring().find(given.encode()) is KEY


@pytest.mark.parametrize("given", [None, b""])
def test_without_a_header_it_is_told_how_to_get_in(given: bytes | None) -> None:
    with pytest.raises(KeyMissingError) as caught:
        ring().find(given)
    assert "modelyard keys" in caught.value.hint


MALFORMED = [
    f"Bearer {OTHER}",
    TOKEN,
    f"Basic {TOKEN}",
    f"Bearer{TOKEN}",
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN} {TOKEN}",
    f"Bearer {TOKEN.upper()}",
    f"Bearer {hash_of(TOKEN)}",
    "Bearer my_" + "é" * 43,
    "Bearer " + "x" * 30_000,
    "Bearer my_\x00" + "A" * 42,
]


@pytest.mark.parametrize("given", MALFORMED)
def test_anything_else_opens_nothing_and_hears_the_same(given: str) -> None:
    with pytest.raises(KeyInvalidError) as caught:
        ring().find(given.encode("latin-1"))
    assert caught.value.code == "key_invalid"
    with pytest.raises(KeyInvalidError) as revoked:
        ring(replace(KEY, revoked="2026-05-01T00:00:00+00:00", expires="2026-05-01T00:00:00+00:00")).find(
            f"Bearer {TOKEN}".encode()
        )
    assert (revoked.value.code, revoked.value.problems) == (caught.value.code, caught.value.problems)


@pytest.mark.parametrize(("seconds", "lives"), [(-86400, False), (-1, False), (0, False), (1, True), (86400, True)])
def test_a_key_ends_to_the_second(seconds: int, lives: bool) -> None:  # noqa: FBT001 - a case
    until = (NOON + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    if lives:
        assert ring(replace(KEY, expires=until)).find(f"Bearer {TOKEN}".encode()).number == 7
        return
    with pytest.raises(KeyExpiredError, match="the key expired at") as caught:
        ring(replace(KEY, expires=until)).find(f"Bearer {TOKEN}".encode())
    assert until in caught.value.problem


class TestYard:
    """The table of keys, and what becomes of it."""

    def test_that_is_gone_changes_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        table: dict[str, Key] = {hash_of(TOKEN): KEY}
        ailing = [False]

        def read() -> dict[str, Key]:
            if ailing[0]:
                raise YardGoneError("the server says secret-4711")
            return table

        keyring = Keyring(read)
        ailing[0] = True
        for _ in range(3):
            keyring.refresh()
        assert keyring.required
        assert keyring.find(f"Bearer {TOKEN}".encode()) is KEY
        assert [record.getMessage() for record in caplog.records] == [
            "the yard's keys cannot be read (YardGoneError); the last ones go on"
        ]
        ailing[0], table = False, {}
        keyring.refresh()
        with pytest.raises(KeyInvalidError):
            keyring.find(f"Bearer {TOKEN}".encode())
        assert keyring.required  # a yard that had keys once is never open again

    def test_that_was_never_read_lets_nobody_in(self) -> None:
        def read() -> dict[str, Key]:
            raise YardGoneError("gone")

        with pytest.raises(KeysUnknownError):
            _ = Keyring(read).required

    def test_whose_table_makes_no_sense_goes_on_with_the_last_one(self) -> None:
        table = {hash_of(TOKEN): KEY}
        keyring = Keyring(lambda: table)
        table = {hash_of(TOKEN): replace(KEY, expires="tomorrow")}
        keyring.refresh()
        assert keyring.find(f"Bearer {TOKEN}".encode()) is KEY

    def test_without_one_there_are_no_keys(self) -> None:
        assert not Keyring().required


def test_an_unread_yard_is_a_503_and_health_goes_on(risk: Run, yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_self: object) -> dict[str, Key]:
        raise YardGoneError("gone")

    monkeypatch.setattr(Keys, "table", gone)
    client = Client(App({"风险": risk.bundle}, Settings(access=Access(home=str(yard.home)))))
    response = client.post(RECORD)
    refused(response, 503, "keys_unknown")
    assert response.headers["retry-after"] == "1"
    assert client.get("/readyz").status_code == 200


def test_a_key_over_the_wire(risk: Run, yard: Yard) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    _key, good = yard.keys.make("good", ["predict"], soon)
    _key, old = yard.keys.make("old", ["predict"], datetime.now(UTC) - timedelta(hours=1))
    client = Client(App({"风险": risk.bundle}, Settings(access=Access(home=str(yard.home)))))
    body = '{"备注": "x"}'
    assert client.ask("POST", "/predict", body, bearer(good)).status_code != 401
    cases = {"key_missing": {}, "key_invalid": bearer(OTHER), "key_expired": bearer(old)}
    for code, headers in cases.items():
        response = client.ask("POST", "/predict", body, headers)
        refused(response, 401, code)
        assert response.headers["www-authenticate"].startswith('Bearer realm="modelyard"')
        assert ("invalid_token" in response.headers["www-authenticate"]) == (code != "key_missing")
    assert client.ask("GET", "/nowhere", headers=bearer(good)).status_code == 404
    refused(client.get("/nowhere"), 401, "key_missing")  # what is there is not told either


def test_two_keys_in_one_request_are_none(yard: Yard, serving: Serving) -> None:
    tokens = [yard.keys.make(name, ["predict"])[1] for name in ("one", "other")]
    with serving(home=str(yard.home)) as url:
        told = httpx.get(f"{url}/models", headers=[("Authorization", f"Bearer {token}") for token in tokens])
    assert (told.status_code, told.json()["code"]) == (401, "key_invalid")


def test_a_revoked_key_opens_nothing_two_seconds_later_and_a_new_one_does(yard: Yard, serving: Serving) -> None:
    """On one connection, which is not asked for its key only once."""
    key, token = yard.keys.make("short", ["predict"])
    with serving(home=str(yard.home)) as url, httpx.Client(base_url=url) as client:
        assert client.post("/predict", json=RECORD, headers=bearer(token)).status_code == 200
        yard.keys.revoke(key.number)
        asked = time.monotonic()
        while client.get("/models", headers=bearer(token)).status_code == 200 and time.monotonic() < asked + WAIT:
            time.sleep(0.02)
        assert client.post("/predict", json=RECORD, headers=bearer(token)).json()["code"] == "key_invalid"
        _key, fresh = yard.keys.make("fresh", ["predict"])
        asked = time.monotonic()
        while client.get("/models", headers=bearer(fresh)).status_code == 401 and time.monotonic() < asked + WAIT:
            time.sleep(0.02)
        assert client.post("/predict", json=RECORD, headers=bearer(fresh)).status_code == 200


def test_the_first_key_closes_an_open_server(yard: Yard, serving: Serving) -> None:
    with serving(home=str(yard.home)) as url:
        assert httpx.get(f"{url}/models").status_code == 200
        _key, token = yard.keys.make("first", ["predict"])
        asked = time.monotonic()
        while httpx.get(f"{url}/models").status_code == 200 and time.monotonic() < asked + WAIT:
            time.sleep(0.02)
        assert httpx.get(f"{url}/models").status_code == 401
        assert httpx.get(f"{url}/models", headers=bearer(token)).status_code == 200


def test_a_worker_that_begins_while_the_yard_is_gone_knows_what_others_know(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, token = yard.keys.make("billing", expires=datetime.now(UTC) + timedelta(days=1), rate=5.0)
    access, kept = Access(home=yard.place.address), tmp_path / "keys.json"
    assert Door(access, kept=kept).keyring.required

    def gone(_keys: object) -> None:
        raise YardGoneError("the yard cannot be read", "yard")

    monkeypatch.setattr(Keys, "table", gone)
    late = Door(access, kept=kept).keyring
    assert late.required
    assert late.find(f"Bearer {token}".encode()) == key
    with pytest.raises(KeysUnknownError):
        _ = Door(access, kept=tmp_path / "none").keyring.required
