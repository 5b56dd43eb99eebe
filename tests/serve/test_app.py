"""Every path of the application: what it answers, and that the answers are the bundle's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pytest

from modelyard.release.rows import dicts_of
from modelyard.serve.app import App
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run

HERE = f"/models/{quote('风险')}/predict"


def test_one_record_gets_one_answer(client: Client, risk: Run) -> None:
    response = client.post(RECORD)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-modelyard-bundle"] == risk.bundle.digest[:12]
    assert response.json() == risk.bundle.predict(RECORD)["predictions"][0]
    assert set(response.json()["probabilities"]) == {"好", "坏"}


@pytest.mark.parametrize("path", ["/predict", HERE])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_gets_a_list(client: Client, risk: Run, path: str, rows: int) -> None:
    records = [RECORD | {"年龄": 20 + row} for row in range(rows)]
    assert client.post(records, path).json() == risk.bundle.predict(records)


@pytest.mark.parametrize("body", ["[]", " \n[ ]\t"])
def test_an_empty_list_gets_an_empty_list(client: Client, body: str) -> None:
    response = client.ask("POST", "/predict", body)
    assert (response.status_code, response.json()) == (200, {"predictions": []})


def test_a_number_is_answered_with_a_number(price: Run) -> None:
    answer = Client(App({"house-price": price.bundle})).post({"area": 100, "quarter": "south"}).json()
    assert list(answer) == ["prediction"]
    assert answer["prediction"] == pytest.approx(350_000, rel=0.1)


@pytest.mark.parametrize("which", ["risk", "price", "opinion"])
def test_every_test_row_is_answered_as_by_the_bundle_and_by_training(
    which: str, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(which)
    rows = dicts_of(run.test.frame, run.test.schema)
    client = Client(App({run.bundle.name: run.bundle}))
    together = client.post(rows).json()["predictions"]
    alone = [client.post(row).json() for row in rows]
    for answers in (together, alone, run.bundle.predict(rows)["predictions"]):
        np.testing.assert_allclose(_outputs(answers), run.answers, rtol=1e-4, atol=1e-4)


def _outputs(answers: list[dict[str, Any]]) -> list[list[float]]:
    return [
        list(answer["probabilities"].values()) if "probabilities" in answer else [answer["prediction"]]
        for answer in answers
    ]


def test_it_is_alive_at_once_and_ready_when_warm(risk: Run) -> None:
    client = Client(App({"风险": risk.bundle}), warm=False)
    assert client.get("/livez").json() == {"live": True}
    for response in (client.get("/readyz"), client.post(RECORD)):
        assert refused(response, 503, "not_ready")[0]["where"] == "风险"
        assert response.headers["retry-after"] == "1"
    client = Client(client.app)
    assert client.get("/readyz").json() == {"ready": True, "models": ["风险"]}
    assert client.post(RECORD).status_code == 200


def test_several_models_have_a_path_each(risk: Run, price: Run) -> None:
    client = Client(App({"风险": risk.bundle, "house-price": price.bundle}))
    assert client.post(RECORD, HERE).status_code == 200
    assert client.post({"area": 100, "quarter": "south"}, "/models/house-price/predict").status_code == 200
    hint = refused(client.post(RECORD), 404, "not_found")[0]["hint"]
    assert hint == f"use one of {HERE}, /models/house-price/predict"
    listed = client.get("/models").json()["models"]
    assert [(model["name"], model["task"], model["classes"], model["predict"]) for model in listed] == [
        ("风险", "binary", ["好", "坏"], HERE),
        ("house-price", "regression", [], "/models/house-price/predict"),
    ]


def test_an_unknown_model_is_offered_the_nearest(client: Client) -> None:
    problem = refused(client.post(RECORD, "/models/fengxian/predict"), 404, "not_found")[0]
    assert problem == {"problem": "no model called 'fengxian'", "where": "/models", "hint": "known: 风险"}


@pytest.mark.parametrize(("path", "hint"), [("/pedict", "did you mean '/predict'?"), ("/doc", "did you mean '/docs'?")])
def test_an_unknown_path_is_offered_the_nearest(client: Client, path: str, hint: str) -> None:
    assert refused(client.get(path), 404, "not_found")[0] == {
        "problem": "nothing lies here",
        "where": path,
        "hint": hint,
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/predict", "OPTIONS, POST"),
        ("HEAD", "/predict", "OPTIONS, POST"),
        ("DELETE", HERE, "OPTIONS, POST"),
        ("POST", "/livez", "GET, HEAD, OPTIONS"),
        ("PUT", "/metrics", "GET, HEAD, OPTIONS"),
        ("BREW", "/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client: Client, method: str, path: str, allowed: str) -> None:
    response = client.ask(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        refused(response, 405, "method_not_allowed")


@pytest.mark.parametrize(("path", "allowed"), [("/predict", "OPTIONS, POST"), ("/models", "GET, HEAD, OPTIONS")])
def test_options_tell_the_methods(client: Client, path: str, allowed: str) -> None:
    response = client.ask("OPTIONS", path)
    assert (response.status_code, response.content, response.headers["allow"]) == (204, b"", allowed)


def test_the_first_page_leads_to_the_console(client: Client) -> None:
    response = client.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "/console/")
