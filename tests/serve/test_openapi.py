"""The OpenAPI document tells what the server does."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from modelyard.serve.app import App
from tests.serve.asking import Client
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.release.bundle import Bundle
    from modelyard.run import Run


def _values(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for inner in node.values():
            yield from _values(inner, key)
    elif isinstance(node, list):
        for inner in node:
            yield from _values(inner, key)


def test_it_holds_every_path_and_every_path_is_there(client: Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    table: list[str] = [route.path for route in client.app.router.routes]  # type: ignore[attr-defined]
    served = {path.replace("{name}", quote("风险")) for path in table}
    pages = {path for path in served if path in {"/", "/docs", "/openapi.json"} or path.startswith("/console")}
    assert set(document["paths"]) == served - pages


def test_every_operation_tells_the_key_that_it_needs(client: Client) -> None:
    document = client.get("/openapi.json").json()
    (scheme,) = document["components"]["securitySchemes"]
    told = {path: verb.get("post", verb.get("get"))["security"] for path, verb in document["paths"].items()}
    assert told["/livez"] == []
    assert told["/metrics"] == [{scheme: []}, {}]
    assert [told[f"/{word}"] for word in ("predict", "explain", "feedback")] == [
        [{scheme: [word]}, {}] for word in ("predict", "explain", "feedback")
    ]
    assert all({scheme: ["admin"]} in wanted for path, wanted in told.items() if path.startswith("/admin/"))


@pytest.fixture(scope="module")
def both(risk: Run, price: Run) -> Client:
    return Client(App({"风险": risk.bundle, "house-price": price.bundle}))


def test_every_example_gets_what_is_described(both: Client, client: Client) -> None:
    for asked in (client, both):
        for path, verbs in asked.get("/openapi.json").json()["paths"].items():
            here = path.replace("{version}", "1" if path.startswith("/v2") else "running")
            for verb, operation in verbs.items():
                if verb == "parameters" or "/admin/" in here or here.endswith("/feedback"):  # these need a yard
                    continue
                bodies = operation.get("requestBody", {}).get("content", {"": {"example": None}})
                for media, body in bodies.items():
                    example = body.get("example")
                    content = example if isinstance(example, str) else json.dumps(example)
                    response = asked.ask(verb.upper(), here, content, {"content-type": media} if media else None)
                    assert response.status_code == 200, (here, response.text)
                    given = response.headers["content-type"].partition(";")[0]
                    assert list(operation["responses"]["200"]["content"]) == [given]


def test_a_record_is_described_by_its_columns(client: Client) -> None:
    record = client.get("/openapi.json").json()["components"]["schemas"]["Record"]
    assert set(record["properties"]) == {*RECORD, "结果"}
    assert record["additionalProperties"] is False
    assert set(record["required"]) == {"收入", "套餐", "vip", "开户", "备注"}
    kinds = {name: schema.get("x-kind") for name, schema in record["properties"].items()}
    assert kinds["年龄"] == "number"
    assert kinds["备注"] == "text"
    assert kinds["结果"] is None
    assert record["properties"]["套餐"]["examples"] == ["basic", "plus", "max"]


def test_an_answer_is_described(client: Client, price: Run) -> None:
    answer = client.get("/openapi.json").json()["components"]["schemas"]["Answer"]
    assert answer["properties"]["prediction"] == {"enum": ["好", "坏"]}
    assert answer["properties"]["probabilities"]["required"] == ["好", "坏"]
    other = Client(App({"house-price": price.bundle})).get("/openapi.json").json()["components"]["schemas"]["Answer"]
    assert other["properties"] == {"prediction": {"type": "number"}}


def test_an_answer_with_an_interval_is_described_and_given(ranged: Bundle) -> None:
    client = Client(App({"price": ranged}))
    document = client.get("/openapi.json").json()
    answer = document["components"]["schemas"]["Answer"]
    assert answer["properties"] == {name: {"type": "number"} for name in ("prediction", "low", "high")}
    assert answer["required"] == ["prediction", "low", "high"]
    asked = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["example"]
    given = client.post(asked).json()
    assert given == ranged.predict(asked)["predictions"][0]
    assert given["low"] < given["prediction"] < given["high"]


def test_several_models_have_schemas_of_their_own_and_no_reference_hangs(risk: Run, price: Run) -> None:
    document = Client(App({"风险": risk.bundle, "house-price": price.bundle})).get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert {"Record1", "Answer1", "Record2", "Answer2"} <= set(schemas)
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", name) for name in schemas)
    references = set(_values(document, "$ref"))
    assert len(references) >= 5
    assert all(reference.removeprefix("#/components/schemas/") in schemas for reference in references)
    assert "/predict" not in document["paths"]
    asked = document["paths"]["/models/house-price/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert asked["schema"]["oneOf"][0] == {"$ref": "#/components/schemas/Record2"}
    assert asked["schema"]["oneOf"][1]["maxItems"] == 10_000
