"""Ids, limits on bodies, and errors that say nothing of the server or of other clients."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.serve.app import App
from modelyard.serve.settings import Limits, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run

SMALL = Limits(body=400)
GOOD = json.dumps(RECORD, ensure_ascii=False).encode()


@pytest.mark.parametrize("given", ["a", "7f1c-客".encode().hex(), "x" * 128, "!~;,=/"])
@pytest.mark.parametrize("path", ["/predict", "/livez", "/nowhere"])
def test_a_sane_id_comes_back(client: Client, given: str, path: str) -> None:
    response = client.ask("POST", path, GOOD, {"X-Request-ID": given})
    assert response.headers["x-request-id"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 129, "two words", "\x7f", "caf\xe9"])
def test_any_other_id_is_made_anew(client: Client, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-ID": given.encode("latin-1")}
    made = {client.ask("GET", "/livez", headers=headers).headers["x-request-id"] for _ in range(2)}  # type: ignore[arg-type]
    assert len(made) == 2
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in made)


def chunks(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_body_may_come_in_pieces(client: Client, size: int) -> None:
    response = client.ask("POST", "/predict", chunks(GOOD, size))
    assert (response.status_code, response.json()) == (200, client.post(RECORD).json())


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("length", [400, 401])
def test_a_body_is_limited_whether_its_length_is_said_or_not(risk: Run, length: int, *, said: bool) -> None:
    client = Client(App({"风险": risk.bundle}, Settings(SMALL)))
    body = GOOD + b" " * (length - len(GOOD))
    response = client.ask("POST", "/predict", body if said else chunks(body, 50))
    if length <= SMALL.body:
        assert response.status_code == 200
        return
    problem = refused(response, 413, "too_large")[0]
    assert (problem["where"], problem["hint"]) == ("body", "at most 400 bytes in one request: send the rows in parts")


def test_an_endless_body_is_not_read_to_its_end(risk: Run) -> None:
    client = Client(App({"风险": risk.bundle}, Settings(SMALL)))
    response = client.ask("POST", "/predict", [b" " * 50] * 100)
    refused(response, 413, "too_large")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["9" * 5000, "0" * 30 + "9", "-1", "many"])
def test_a_length_that_is_not_true_decides_nothing(risk: Run, length: str) -> None:
    client = Client(App({"风险": risk.bundle}, Settings(SMALL)))
    response = client.ask("POST", "/predict", GOOD, {"Content-Length": length})
    assert response.status_code == (413 if length.startswith("9") else 200)


def test_a_failure_tells_the_client_nothing_and_the_log_no_values(
    client: Client, risk: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    value = "机密-4711"

    def fails(_outputs: object, _groups: object) -> list[dict[str, Any]]:
        raise RuntimeError(value)

    monkeypatch.setattr(risk.bundle, "records", fails)
    response = client.ask("POST", "/predict", GOOD, {"X-Request-ID": "who-asked"})
    problem = refused(response, 500, "internal")[0]
    assert problem["problem"] == "the server failed; the request was fine"
    for told in (response.text, caplog.text):
        assert "4711" not in told
        assert "who-asked" in told
    assert "RuntimeError" not in response.text
    assert "Traceback" not in response.text
    assert "RuntimeError" in caplog.text
    assert "in fails" in caplog.text
    assert client.metric("modelyard_requests_total", model="风险", route="/predict", status="500") == 1


def test_no_value_of_a_client_reaches_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for change in ({"城市": "机密-4711"}, {"收入": "机密-4711"}, {"套餐": "机密-4711"}, {"vip": "机密-4711"}):
        client.post(RECORD | change)
    client.ask("POST", "/predict", "机密-4711")
    client.post(RECORD, "/models/机密-4711/predict")
    said = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "asyncio"))]
    assert not [line for line in said if "4711" in line]
