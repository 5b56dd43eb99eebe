"""What an administrator does over HTTP: who may is the guard's business, what is written down is told here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from modelyard.release.keys import Key
from modelyard.serve.access.settings import Access
from modelyard.serve.app import App
from modelyard.serve.server import background
from modelyard.serve.settings import Canary, Settings, Traffic
from tests.serve.asking import Client, refused
from tests.serve.releases import NAME, Served, target

if TYPE_CHECKING:
    from modelyard.release.yard import Yard

JSON = {"content-type": "application/json"}


def act(client: Client, kind: str, body: Any = None, name: str = NAME) -> httpx.Response:
    content = b"" if body is None else json.dumps(body).encode()
    return client.ask("POST", f"/admin/models/{name}/{kind}", content, JSON)


@pytest.mark.parametrize(
    ("body", "version"),
    [(None, 2), ({}, 2), ({"from": "challenger"}, 2), ({"from": 3}, 3), ({"from": "spare"}, 3), ({"from": "3"}, 3)],
)
def test_a_release_is_promoted(stock: Yard, body: Any, version: int) -> None:
    client = Served(stock)
    response = act(client, "promote", body)
    assert response.status_code == 200, response.text
    assert response.json() == {
        "name": NAME,
        "version": version,
        "alias": "champion",
        "digest": stock.find(f"{NAME}@{version}").digest,
        "follows": "champion",
    }
    client.look()
    assert client.version() == str(version)


def test_it_is_rolled_back(stock: Yard) -> None:
    client = Served(stock)
    act(client, "promote")
    response = act(client, "rollback")
    assert (response.status_code, response.json()["version"]) == (200, 1)
    client.look()
    assert client.version() == "1"
    refused(act(client, "rollback"), 409, "conflict")


def test_acts_are_listed_with_who_did_them(stock: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Served(stock)
    act(client, "promote")
    router = client.app.guard.app

    async def with_key(scope: Any, receive: Any, send: Any) -> None:
        scope["modelyard.key"] = Key(1, "billing", frozenset({"admin"}), "2026-01-01T00:00:00+00:00")
        await router(scope, receive, send)

    monkeypatch.setattr(client.app.guard, "app", with_key)
    act(client, "rollback")
    told = client.get("/admin/acts").json()["acts"]
    assert [(one["kind"], one["subject"], one["by"]) for one in told[:2]] == [
        ("rollback", NAME, "billing"),
        ("promote", NAME, "loopback"),
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"from": "nobody"}, 404, "not_in_yard"),
        ({"from": 99}, 404, "not_in_yard"),
        ({"from": 1}, 409, "conflict"),
        ({"from": ""}, 422, "body_invalid"),
        ({"from": True}, 422, "body_invalid"),
        ({"from": ["challenger"]}, 422, "body_invalid"),
        ({"from": "x" * 65}, 422, "body_invalid"),
        ({"form": "challenger"}, 422, "body_invalid"),
        (["challenger"], 422, "body_invalid"),
        ({"from": "../../etc"}, 404, "not_in_yard"),
    ],
)
def test_what_cannot_be_promoted_is_told(stock: Yard, body: Any, status: int, code: str) -> None:
    client = Served(stock)
    refused(act(client, "promote", body), status, code)
    assert stock.find(NAME).version == 1


def test_what_this_server_would_refuse_is_not_promoted(stock: Yard) -> None:
    client = Served(stock)
    folder = stock.bundles / stock.find(f"{NAME}@3").digest
    (folder / "model.onnx").write_bytes(b"")
    refused(act(client, "promote", {"from": 3}), 409, "conflict")
    assert stock.find(NAME).version == 1
    assert client.version() == "1"


def test_a_running_canary_is_promoted_as_it_is(stock: Yard) -> None:
    client = Served(stock, Traffic((Canary("challenger", 0.5),)))
    (stock.bundles / stock.find(f"{NAME}@3").digest / "model.onnx").write_bytes(b"")
    assert act(client, "promote").status_code == 200
    client.look()
    assert client.version() == "2"


def test_an_unknown_model_is_told(stock: Yard) -> None:
    (problem,) = refused(act(Served(stock), "promote", name="hose-price"), 404, "not_found")
    assert problem["hint"] == f"did you mean '{NAME}'?"


def test_a_folder_has_nothing_to_promote(stock: Yard) -> None:
    client = Client(App({NAME: stock.open(stock.find(NAME))}))
    assert "served from a folder" in refused(act(client, "promote"), 409, "conflict")[0]["problem"]
    assert client.get("/admin/acts").json() == {"acts": []}


@pytest.mark.parametrize(
    "headers", [{}, {"content-type": "text/plain"}, {"content-type": "text/plain;application/json"}]
)
def test_a_page_of_another_origin_cannot_act(stock: Yard, headers: dict[str, str]) -> None:
    client = Served(stock)
    refused(client.ask("POST", f"/admin/models/{NAME}/promote", b"{}", headers), 415, "media_unsupported")
    assert stock.find(NAME).version == 1


def test_with_keys_the_scope_decides_and_the_name_is_written_down(stock: Yard) -> None:
    _key, strong = stock.keys.make("ops", ("admin",))
    _key, weak = stock.keys.make("billing")
    settings = Settings(access=Access(home=str(stock.home)))
    with background({NAME: target(stock)}, port=0, settings=settings) as url:
        path = f"{url}/admin/models/{NAME}/promote"
        statuses = [
            httpx.post(path, json={}, headers=headers).status_code
            for headers in ({}, {"authorization": f"Bearer {weak}"}, {"authorization": f"Bearer {strong}"})
        ]
    assert statuses == [401, 403, 200]
    (act, *_before) = stock.history(NAME)
    assert (act.kind, act.by) == ("promote", "ops")


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"\xff", 400), (b" " * 20_000, 413)])
def test_any_body_gets_an_answer(stock: Yard, body: bytes, status: int) -> None:
    client = Served(stock)
    assert client.ask("POST", f"/admin/models/{NAME}/promote", body, JSON).status_code == status
