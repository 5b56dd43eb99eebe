"""Rates, origins, and who may administer where there are no keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from modelyard.serve.access.rates import SECOND, Rates
from modelyard.serve.access.settings import Access
from modelyard.serve.app import App
from modelyard.serve.settings import Settings
from tests.serve.access.conftest import bearer
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.yard import Yard
    from modelyard.run import Run
    from tests.serve.access.conftest import Serving

BODY = json.dumps(RECORD, ensure_ascii=False)
HERE = "http://127.0.0.1"
FAR = "https://app.example.com"


def client_of(run: Run, **access: Any) -> Client:
    return Client(App({"风险": run.bundle}, Settings(access=Access(**access))))


class TestRates:
    """By a clock that the test turns."""

    def test_are_by_key_and_a_key_s_own_comes_first(self, risk: Run, yard: Yard) -> None:
        _key, slow = yard.keys.make("slow", ["predict"], rate=1)
        _key, usual = yard.keys.make("usual", ["predict"])
        client, now = client_of(risk, home=str(yard.home), rate=3), [SECOND]
        client.app.door.taken = Rates(lambda: now[0])
        for token, most in ((slow, 1), (usual, 3)):
            told = [client.ask("POST", "/predict", BODY, bearer(token)) for _ in range(5)]
            assert [each.status_code for each in told] == [200] * most + [429] * (5 - most)
            assert refused(told[-1], 429, "rate_exceeded")[0]["hint"] == "come back in 1 s"
            assert told[-1].headers["retry-after"] == "1"
        now[0] += SECOND
        assert client.ask("POST", "/predict", BODY, bearer(slow)).status_code == 200

    def test_are_taken_for_what_a_key_does_not_open_too(self, risk: Run, yard: Yard) -> None:
        _key, token = yard.keys.make("teller", ["feedback"], rate=2)
        client = client_of(risk, home=str(yard.home))
        client.app.door.taken = Rates(lambda: SECOND)
        told = [client.ask("POST", "/predict", BODY, bearer(token)).status_code for _ in range(3)]
        assert told == [403, 403, 429]

    def test_without_a_word_there_are_none(self, risk: Run) -> None:
        client = client_of(risk)
        assert {client.get("/models").status_code for _ in range(30)} == {200}

    def test_are_by_address_where_there_are_no_keys(self, risk: Run) -> None:
        client = client_of(risk, rate=2)
        client.app.door.taken = Rates(lambda: SECOND)
        assert [client.get("/models").status_code for _ in range(3)] == [200, 200, 429]
        assert {client.get(path).status_code for path in ("/livez", "/readyz") for _ in range(5)} == {200}

    def test_hold_for_who_guesses_too(self, risk: Run, yard: Yard) -> None:
        _key, token = yard.keys.make("good", ["predict"])
        client = client_of(risk, home=str(yard.home), rate=2)
        client.app.door.taken = Rates(lambda: SECOND)
        assert [client.get("/models").status_code for _ in range(3)] == [401, 401, 429]
        assert client.ask("GET", "/models", headers=bearer(token)).status_code == 200

    def test_are_shared_by_several_processes(self, risk: Run) -> None:
        client = client_of(risk, rate=8, burst=4)
        client.app.door.share = 0.5
        client.app.door.taken = Rates(lambda: SECOND)
        assert [client.get("/models").status_code for _ in range(3)] == [200, 200, 429]


class TestOrigins:
    """Pages of other sites, in a browser."""

    def test_are_told_nothing_by_default(self, client: Client) -> None:
        told = client.ask("GET", "/models", headers={"Origin": FAR})
        assert told.status_code == 200
        assert not [name for name in told.headers if name.startswith("access-control")]
        asks = {"Origin": FAR, "Access-Control-Request-Method": "POST"}
        assert not [
            name
            for name in client.ask("OPTIONS", "/predict", headers=asks).headers
            if name.startswith("access-control")
        ]

    @pytest.mark.parametrize(("origins", "allowed"), [((FAR,), FAR), (("*",), "*")])
    def test_that_are_named_may_ask(self, risk: Run, yard: Yard, origins: tuple[str, ...], allowed: str) -> None:
        _key, token = yard.keys.make("page", ["predict"])
        client = client_of(risk, home=str(yard.home), origins=origins)
        asks = {
            "Origin": FAR,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        before = client.ask("OPTIONS", "/predict", headers=asks)
        assert (before.status_code, before.headers["access-control-allow-origin"]) == (204, allowed)
        assert "POST" in before.headers["access-control-allow-methods"]
        assert "authorization" in before.headers["access-control-allow-headers"]
        for told in (
            client.ask("POST", "/predict", BODY, bearer(token) | {"Origin": FAR}),
            client.ask("POST", "/predict", BODY, {"Origin": FAR}),  # a refusal can be read too
        ):
            assert told.headers["access-control-allow-origin"] == allowed
            assert "access-control-allow-credentials" not in told.headers
            assert "x-modelyard-bundle" in told.headers["access-control-expose-headers"]

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", f"{FAR}.evil.example", "http://app.example.com", "null"]
    )
    def test_that_are_not_named_may_not(self, risk: Run, origin: str) -> None:
        client = client_of(risk, origins=(FAR,))
        asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        for told in (client.ask("OPTIONS", "/predict", headers=asks), client.ask("GET", "/models", headers=asks)):
            assert "access-control-allow-origin" not in told.headers
            assert told.headers["vary"] == "Origin"

    @pytest.mark.parametrize(("origins", "allowed"), [((), None), ((FAR,), None), (("*",), "*")])
    def test_are_told_of_to_caches_whoever_asks(self, risk: Run, origins: tuple[str, ...], allowed: str | None) -> None:
        """What a cache was given for no page must not be what a page gets."""
        told = client_of(risk, origins=origins).get("/models")
        assert told.headers.get("access-control-allow-origin") == allowed
        assert told.headers.get("vary") == ("Origin" if origins == (FAR,) else None)

    @pytest.mark.parametrize(
        ("origin", "status"), [(FAR, 403), ("null", 403), ("http://127.0.0.1:1", 403), (HERE, 200), (None, 200)]
    )
    def test_cannot_write_by_a_browser_s_hand_where_no_key_is_asked_for(
        self, client: Client, origin: str | None, status: int
    ) -> None:
        told = client.ask("POST", "/predict", BODY, {} if origin is None else {"Origin": origin})
        assert told.status_code == status
        if status == 403:
            assert "--cors" in refused(told, 403, "origin_refused")[0]["hint"]


class TestWithoutKeys:
    """Whoever sits at the machine administers it."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 404),  # let in; that nothing is there is another matter
            ({"Host": "localhost:8080"}, 404),
            ({"Host": "[::1]:8080"}, 404),
            ({"Host": "rebound.example"}, 403),
            ({"Host": "127.0.0.1.rebound.example:8080"}, 403),
            ({"X-Forwarded-For": "127.0.0.1"}, 403),
            ({"Forwarded": "for=127.0.0.1"}, 403),
            ({"Origin": FAR}, 403),
        ],
    )
    def test_only_from_here(self, client: Client, headers: Mapping[str, str], status: int) -> None:
        assert client.ask("POST", "/admin/nothing", headers=headers).status_code == status

    def test_not_from_elsewhere(self, risk: Run) -> None:
        client = client_of(risk, open=True)

        async def far(scope: Any, receive: Any, send: Any) -> None:
            await client.app({**scope, "client": ("192.0.2.7", 5)}, receive, send)

        told = Client(far, warm=False).ask("GET", "/admin/acts")  # type: ignore[arg-type]
        assert "--scopes admin" in refused(told, 403, "key_missing")[0]["hint"]


class TestProxies:
    """Whose word on an address is taken."""

    @pytest.mark.parametrize(("proxies", "own"), [((), True), (("10.0.0.0/8",), True), (("127.0.0.1",), False)])
    def test_are_believed_where_they_are_named(self, serving: Serving, proxies: tuple[str, ...], own: bool) -> None:  # noqa: FBT001 - a case
        """Strangers behind one proxy have a bucket each, if it is believed; else they share the proxy's."""
        with serving(rate=0.001, proxies=proxies, open=True) as url:
            told = [
                httpx.get(f"{url}/models", headers={"X-Forwarded-For": f"10.9.9.9, 192.0.2.{number}"}).status_code
                for number in (1, 2, 1)
            ]
        assert told == ([200, 429, 429] if own else [200, 200, 429])


def test_answers_say_what_browsers_may_do(client: Client) -> None:
    for path in ("/docs", "/models", "/nowhere"):
        told = client.get(path)
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["referrer-policy"] == "no-referrer"
        assert told.headers["x-frame-options"] == "SAMEORIGIN"
        assert "strict-transport-security" not in told.headers
    assert client.post(RECORD).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("count", [90, 101])
def test_headers_are_counted(client: Client, count: int) -> None:
    told = client.ask("GET", "/models", headers={f"x-{number}": "1" for number in range(count)})
    if count == 90:
        assert told.status_code == 200
    else:
        refused(told, 431, "headers_too_long")
