"""`/explain`: what the command line says, for bounded work, while answers go on."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from modelyard.release import explained
from modelyard.serve import explaining
from modelyard.serve.app import App
from modelyard.serve.settings import Explaining, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run

HERE = f"/models/{quote('风险')}/explain"
METHODS: list[tuple[str, dict[str, Any]]] = [
    ("shapley", {}),
    ("shapley", {"permutations": 20, "exact": 0}),
    ("lime", {"samples": 50}),
    ("counterfactual", {"most": 2, "keep": ["vip"]}),
]


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize(("method", "settings"), METHODS)
@pytest.mark.parametrize("path", [HERE, "/explain"])
def test_it_says_what_offline_says(client: Client, risk: Run, path: str, method: str, settings: dict[str, Any]) -> None:
    told = risk.bundle.explain(RECORD, method, **settings)
    response = client.post({"record": RECORD, "method": method, "settings": settings}, path)
    assert response.json() == plain(explained.of_one(risk.bundle, told))
    assert response.headers["x-modelyard-bundle"] == risk.bundle.digest[:12]
    rows = [RECORD, RECORD | {"年龄": None}]
    many = client.post({"records": rows, "method": method, "settings": settings}, path).json()
    assert many == plain(explained.of_many(risk.bundle, risk.bundle.explain(rows, method, **settings), each=True))
    assert len(many["reasons"]) == 2


def test_a_class_can_be_asked_for(client: Client, risk: Run) -> None:
    told = client.post({"record": RECORD, "of": "好"}).json()
    assert "of" not in told  # /predict knows no such thing
    told = client.post({"record": RECORD, "of": "好"}, HERE).json()
    assert told["of"] == "好"
    assert told["answer"] == pytest.approx(risk.bundle.predict(RECORD)["predictions"][0]["probabilities"]["好"])
    assert told["base"] + sum(share["amount"] for share in told["shares"]) == pytest.approx(told["answer"], abs=1e-5)


WRONG: dict[str, tuple[Any, int, str, str]] = {
    "nothing": ({}, 422, "data_invalid", "body"),
    "both": ({"record": RECORD, "records": [RECORD]}, 422, "data_invalid", "body"),
    "no object": ({"record": 3}, 422, "data_invalid", "record"),
    "no list": ({"records": RECORD}, 422, "data_invalid", "records"),
    "no rows": ({"records": []}, 422, "data_invalid", "records"),
    "too many rows": ({"records": [RECORD] * 17}, 413, "too_large", "body"),
    "a wrong row": ({"record": RECORD | {"收入": "x"}}, 422, "data_invalid", "收入"),
    "no such method": ({"record": RECORD, "method": "shap"}, 400, "usage", "method"),
    "asks the network": ({"record": RECORD, "method": "integrated_gradients"}, 400, "usage", "method"),
    "no such class": ({"record": RECORD, "of": "x"}, 400, "usage", "of"),
    "a long class": ({"record": RECORD, "of": "x" * 1000}, 400, "usage", "of"),
    "no such setting": ({"record": RECORD, "settings": {"permutation": 1}}, 400, "usage", "explain.permutation"),
    "too much": ({"record": RECORD, "settings": {"permutations": 1001}}, 400, "usage", "settings.permutations"),
    "too much in a text": ({"record": RECORD, "settings": {"exact": "1000000"}}, 400, "usage", "settings.exact"),
    "not a number": ({"record": RECORD, "settings": {"permutations": "x"}}, 400, "usage", "explain.permutations"),
    "too many settings": ({"record": RECORD, "settings": {str(n): 1 for n in range(101)}}, 400, "usage", "settings"),
    "a long setting": ({"record": RECORD, "settings": {"x" * 300: 1}}, 400, "usage", "settings"),
    "many names": (
        {"record": RECORD, "method": "counterfactual", "settings": {"keep": ["x"] * 101}},
        400,
        "usage",
        "settings",
    ),
    "unknown field": ({"record": RECORD, "background": []}, 422, "data_invalid", "body"),
    "too large": ({"record": RECORD | {"备注": "x" * 64_000}}, 413, "too_large", "body"),
}


@pytest.mark.parametrize(("body", "status", "code", "where"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_refused(client: Client, body: Any, status: int, code: str, where: str) -> None:
    assert refused(client.post(body, HERE), status, code)[0]["where"] == where


@pytest.mark.parametrize("width", [1e-300, 1e300])
def test_a_width_whose_square_is_no_number_is_refused(client: Client, width: float) -> None:
    body = {"record": RECORD, "method": "lime", "settings": {"width": width}}
    assert refused(client.post(body, HERE), 400, "usage")[0]["where"] == "explain.width"


def test_work_that_takes_too_long_ends(risk: Run) -> None:
    app = App({"风险": risk.bundle}, Settings(explaining=Explaining(seconds=0)))
    response = Client(app).post({"record": RECORD}, HERE)
    refused(response, 504, "took_too_long")
    assert response.headers["retry-after"] == "30"


def test_the_work_itself_stops_when_its_time_is_up(risk: Run) -> None:
    served = App({"风险": risk.bundle}).models["风险"].stable
    body = json.dumps({"record": RECORD}).encode()
    with pytest.raises(explaining.Late):
        explaining.answer(served, body, Explaining(), end=0.0)


def test_only_so_many_are_under_way_and_answers_go_on(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App({"风险": risk.bundle}, Settings(explaining=replace(Explaining(), workers=1, under_way=2)))
    Client(app)
    entered, leave, real = threading.Event(), threading.Event(), explaining.answer

    def slowly(*asked: Any) -> bytes:
        entered.set()
        assert leave.wait(30)
        return real(*asked)

    monkeypatch.setattr(explaining, "answer", slowly)

    async def crowd() -> tuple[list[int], int, httpx.Response, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yard") as client:
            asked = [asyncio.create_task(client.post(HERE, json={"record": RECORD})) for _ in range(2)]
            assert await asyncio.to_thread(entered.wait, 30)
            turned_away = await client.post(HERE, json={"record": RECORD})
            answered = await client.post("/predict", json=RECORD)
            leave.set()
            done = [(await each).status_code for each in asked]
            again = await client.post(HERE, json={"record": RECORD})
            return done, answered.status_code, turned_away, again.status_code

    done, answered, turned_away, again = asyncio.run(crowd())
    assert (done, answered, again) == ([200, 200], 200, 200)
    refused(turned_away, 503, "busy")
    assert turned_away.headers["retry-after"] == "1"


def test_it_is_not_asked_before_it_is_warm(risk: Run) -> None:
    response = Client(App({"风险": risk.bundle}), warm=False).post({"record": RECORD}, HERE)
    assert refused(response, 503, "not_ready")[0]["problem"] == "is warming up"
    assert response.headers["retry-after"] == "1"
