"""Tokens are planted wherever a client may write, and searched for wherever a server writes."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from modelyard.serve.access import secrets
from tests.serve.access.conftest import bearer
from tests.serve.conftest import RECORD
from tests.serve.test_server import all_of, connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.release.yard import Yard
    from tests.serve.access.conftest import Serving

STRANGE = "my_" + "Sekret-4711_" * 3 + "xyzuvwq"  # of the form of a token, and nobody's


def planted(token: str) -> Iterator[dict[str, Any]]:
    """Requests with a token in each place."""
    shown = bearer(token)
    yield {"method": "GET", "url": "/models", "headers": shown}
    yield {"method": "GET", "url": "/models", "headers": {"Authorization": token}}
    yield {"method": "GET", "url": "/models", "headers": {"Authorization": f"Basic {token}"}}
    yield {"method": "GET", "url": f"/models?token={token}", "headers": shown}
    for method in ("GET", "POST", "OPTIONS", "DELETE"):
        yield {"method": method, "url": f"/{token}", "headers": shown}
        yield {"method": method, "url": f"/models/{quote(token)}/predict", "headers": shown, "content": "{}"}
    yield {"method": "GET", "url": "/metrics", "headers": shown | {"X-Request-ID": token}}
    yield {"method": "GET", "url": "/metrics", "headers": shown | {"X-Request-ID": f"id={token};"}}
    yield {"method": "GET", "url": "/metrics", "headers": shown | {"Origin": f"https://{token.lower()}"}}
    for column in RECORD:
        yield {"method": "POST", "url": "/predict", "headers": shown, "json": RECORD | {column: token}}
    yield {"method": "POST", "url": "/predict", "headers": shown, "json": RECORD | {token: 1}}
    yield {"method": "POST", "url": "/predict", "headers": shown, "content": token}
    yield {"method": "POST", "url": "/predict", "headers": shown | {"X-Modelyard-Sticky": token}, "json": RECORD}
    yield {"method": "POST", "url": "/predict", "headers": shown | {"Content-Type": token}, "json": RECORD}
    yield {"method": "POST", "url": "/admin/models/风险/promote", "headers": shown, "json": {"which": token}}
    yield {"method": "POST", "url": "/admin/models/风险/rollback", "headers": shown, "json": {token: token}}


def test_no_token_is_ever_written_down(
    yard: Yard, serving: Serving, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for noisy in ("httpx", "httpcore", "asyncio", "sqlalchemy"):  # the client's own words, and statements at DEBUG
        caplog.set_level(logging.WARNING, noisy)
    _key, token = yard.keys.make("everything", ["predict", "explain", "feedback", "admin"])
    statuses, told = set(), b""
    with serving(home=str(yard.home), journal=True) as url, httpx.Client(base_url=url) as client:
        for secret in (token, STRANGE):
            for request in planted(secret):
                answer = client.request(**request)
                statuses.add(answer.status_code)
                told += str(answer.headers).encode() + answer.content
            with connected(url) as connection:
                connection.sendall(f"{secret} / HTTP/1.1\r\n\r\n".encode())
                told += all_of(connection)
        told += client.get("/metrics", headers=bearer(token)).content
    written = b"".join(file.read_bytes() for file in yard.home.rglob("*") if file.is_file())
    out, err = capfd.readouterr()
    assert {200, 401, 404, 405, 422} <= statuses
    assert b"modelyard_requests_total" in told
    assert yard.keys.table()
    assert b"everything" in written  # the database was read
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert {"everything", None} == {line["key"] for line in lines}
    for secret in (token, STRANGE):
        for place in (told, written, out.encode(), err.encode(), caplog.text.encode(), repr(yard.acts()).encode()):
            assert secret.encode() not in place
            assert secret[3:].lower().encode() not in place.lower()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (b"no model called 'my_" + b"A" * 43 + b"'", b"no model called 'my_...'"),
        (b"/my_" + b"-" * 43 + b"/my_" + b"_" * 43, b"/my_.../my_..."),
        (b"my_model is my_own", b"my_model is my_own"),
    ],
)
def test_a_token_is_hidden_in_what_is_told(told: bytes, kept: bytes) -> None:
    assert secrets.hide(told) == kept


def test_settings_hide_the_yard_s_password() -> None:
    from modelyard.serve.access.settings import Access

    assert "4711" not in repr(Access(home="postgresql://yard:secret-4711@host/database"))


def test_a_line_for_each_request(yard: Yard, serving: Serving, capfd: pytest.CaptureFixture[str]) -> None:
    key, token = yard.keys.make("billing", ["predict"])
    with serving(home=str(yard.home), journal=True) as url:
        httpx.post(f"{url}/predict?q=1", json=RECORD, headers=bearer(token) | {"X-Request-ID": "seven"})
        httpx.get(f"{url}/nowhere")
    first, second = map(json.loads, capfd.readouterr().err.splitlines())
    assert first.pop("seconds") > 0
    assert first.pop("at").endswith("+00:00")
    assert first == {
        "request_id": "seven",
        "client": "127.0.0.1",
        "key": key.name,
        "method": "POST",
        "route": "/predict",
        "model": "风险",
        "status": 200,
    }
    assert (second["route"], second["status"], second["key"]) == ("unknown", 401, None)


def test_without_a_word_there_is_no_line(serving: Serving, capfd: pytest.CaptureFixture[str]) -> None:
    with serving() as url:
        httpx.get(f"{url}/livez")
    assert capfd.readouterr() == ("", "")
