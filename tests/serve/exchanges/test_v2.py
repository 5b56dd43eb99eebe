"""The Open Inference Protocol v2: true datatypes, and every way in which a tensor can be wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from modelyard.serve.app import App
from modelyard.serve.settings import Limits, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.run import Run

HERE = f"/v2/models/{quote('风险')}"
TYPES = {
    "年龄": "FP64",
    "收入": "FP64",
    "城市": "BYTES",
    "套餐": "BYTES",
    "vip": "BOOL",
    "开户": "BYTES",
    "备注": "BYTES",
}


def tensors(*records: dict[str, Any], nested: bool = False) -> list[dict[str, Any]]:
    """Records as one tensor a column."""
    shape = [len(records), 1] if nested else [len(records)]
    return [
        {
            "name": name,
            "shape": shape,
            "datatype": datatype,
            "data": [[record[name]] if nested else record[name] for record in records],
        }
        for name, datatype in TYPES.items()
    ]


ROWS = [RECORD | {"年龄": 30 + row, "城市": city} for row, city in enumerate(["上海", None, "火星"])]


def test_metadata_tell_the_columns_and_the_outputs(client: Client) -> None:
    told = client.get(HERE).json()
    assert (told["name"], told["versions"], told["platform"]) == ("风险", ["1"], "onnxruntime_onnx")
    assert {each["name"]: each["datatype"] for each in told["inputs"]} == TYPES
    assert {each["name"] for each in told["inputs"] if each["parameters"]["nullable"]} == {"年龄", "城市"}
    assert all(each["shape"] == [-1] for each in told["inputs"])
    prediction, probabilities = told["outputs"]
    assert prediction == {"name": "prediction", "datatype": "BYTES", "shape": [-1]}
    assert (probabilities["datatype"], probabilities["shape"]) == ("FP32", [-1, 2])
    assert json.loads(probabilities["parameters"]["classes"]) == ["好", "坏"]
    assert client.get(f"{HERE}/versions/1").json() == told


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("path", [f"{HERE}/infer", f"{HERE}/versions/1/infer"])
def test_answers_are_the_bundles_own(client: Client, risk: Run, path: str, *, nested: bool) -> None:
    response = client.post({"id": "42", "inputs": tensors(*ROWS, nested=nested)}, path)
    assert response.status_code == 200, response.text
    assert response.headers["x-modelyard-bundle"] == risk.bundle.digest[:12]
    told = response.json()
    assert (told["model_name"], told["model_version"], told["id"]) == ("风险", "1", "42")
    prediction, probabilities = told["outputs"]
    expected = risk.bundle.predict(ROWS)["predictions"]
    assert prediction["data"] == [record["prediction"] for record in expected]
    assert probabilities["shape"] == [3, 2]
    assert probabilities["data"] == [share for record in expected for share in record["probabilities"].values()]


def test_outputs_come_as_they_are_asked_for(client: Client) -> None:
    asked = {"inputs": tensors(RECORD), "outputs": [{"name": "probabilities"}]}
    told = client.post(asked, f"{HERE}/infer").json()
    assert [each["name"] for each in told["outputs"]] == ["probabilities"]
    assert "id" not in told
    both = client.post(asked | {"outputs": []}, f"{HERE}/infer").json()
    assert [each["name"] for each in both["outputs"]] == ["prediction", "probabilities"]


def test_what_may_be_missing_may_be_left_out_and_what_is_not_read_may_be_there(client: Client) -> None:
    inputs = [each for each in tensors(RECORD) if each["name"] not in {"年龄", "城市"}]
    nulls = tensors(RECORD | {"年龄": None, "城市": None})
    target = {"name": "结果", "shape": [1], "datatype": "BYTES", "data": ["好"]}
    answers = [client.post({"inputs": each}, f"{HERE}/infer").json() for each in (inputs, nulls, [*inputs, target])]
    assert answers[0]["outputs"] == answers[1]["outputs"] == answers[2]["outputs"]


def test_no_rows_get_no_answers(client: Client) -> None:
    told = client.post({"inputs": tensors()}, f"{HERE}/infer").json()["outputs"]
    assert [(each["shape"], each["data"]) for each in told] == [([0], []), ([0, 2], [])]


@pytest.mark.parametrize("datatype", ["INT8", "UINT64", "FP32"])
def test_a_number_is_answered_with_numbers(price: Run, datatype: str) -> None:
    client = Client(App({"house-price": price.bundle}))
    area = {"name": "area", "shape": [1], "datatype": datatype, "data": [100]}
    quarter = {"name": "quarter", "shape": [1], "datatype": "BYTES", "data": ["south"]}
    (told,) = client.post({"inputs": [area, quarter]}, "/v2/models/house-price/infer").json()["outputs"]
    expected = price.bundle.predict({"area": 100, "quarter": "south"})["predictions"][0]["prediction"]
    assert told == {"name": "prediction", "datatype": "FP32", "shape": [1], "data": [expected]}


def test_an_interval_is_three_outputs(ranged: Bundle) -> None:
    client = Client(App({"price": ranged}))
    document = client.get("/openapi.json").json()
    asked = document["paths"]["/v2/models/price/infer"]["post"]["requestBody"]["content"]["application/json"]["example"]
    told = client.post(asked, "/v2/models/price/infer").json()["outputs"]
    expected = ranged.predict(ranged.example)["predictions"][0]
    assert {each["name"]: each["data"][0] for each in told} == expected
    assert list(expected) == ["prediction", "low", "high"]


def _with(**change: Any) -> dict[str, Any]:
    first, *rest = tensors(RECORD)
    return {"inputs": [first | change, *rest]}


MANY = [{"name": "prediction"}] * 11
WRONG: dict[str, tuple[Any, str, str]] = {
    "no inputs": ({"inputs": []}, "inputs", "there are no tensors"),
    "no object": ([1], "body", "expected object, got array"),
    "unknown field": (_with() | {"output": []}, "body", "object contains unknown field"),
    "unknown column": (_with(name="年令"), "inputs[0].name", "no column is called so"),
    "twice": ({"inputs": [*tensors(RECORD), tensors(RECORD)[0]]}, "inputs[7].name", "is given twice"),
    "too many inputs": ({"inputs": tensors(RECORD) * 2}, "inputs", "holds 14 tensors"),
    "too many outputs": (_with() | {"outputs": MANY}, "outputs", "holds 11 tensors"),
    "wrong datatype": (_with(datatype="BYTES"), "inputs[0].datatype", "a number is not of this datatype"),
    "no such datatype": (_with(datatype="FP63"), "inputs[0].datatype", "a number is not of this datatype"),
    "out of range": (_with(datatype="INT8", data=[200]), "inputs[0].data[0]", "expected int <= 127"),
    "a text as a number": (_with(data=["41"]), "inputs[0].data[0]", "expected float | no value, got str"),
    "a truth as a number": (_with(data=[True]), "inputs[0].data[0]", "expected float | no value, got bool"),
    "wrong shape": (_with(shape=[1, 2]), "inputs[0].shape", "a column is of the shape"),
    "negative shape": (_with(shape=[-1]), "inputs[0].shape", "a column is of the shape"),
    "no shape": (_with(shape=[]), "inputs[0].shape", "a column is of the shape"),
    "fewer values": (_with(shape=[2]), "inputs[0].data", "does not hold the 2 values"),
    "more values": (_with(data=[1, 2]), "inputs[0].data", "does not hold the 1 values"),
    "other rows": (_with(shape=[2], data=[1, 2]), "inputs", "the tensors hold different numbers of rows"),
    "nested too deeply": (_with(shape=[1, 1], data=[[[1]]]), "inputs[0].data[0][0]", "expected float | no value"),
    "no such output": (_with() | {"outputs": [{"name": "logits"}]}, "outputs[0].name", "no such output"),
    "an output twice": (_with() | {"outputs": MANY[:2]}, "outputs[1].name", "is asked for twice"),
    "binary": (_with(parameters={"binary_data_size": 8}), "inputs[0].parameters.binary_data_size", "binary data is"),
    "binary out": (_with() | {"parameters": {"binary_data_output": True}}, "parameters.binary_data_output", "binary"),
    "a level": ({"inputs": tensors(RECORD | {"套餐": "min"})}, "套餐", "is none of the levels"),
    "missing": ({"inputs": tensors(RECORD)[:2]}, "套餐", "is missing"),
    "not nullable": ({"inputs": tensors(RECORD | {"收入": None})}, "收入", "expected a number, got no value"),
}


@pytest.mark.parametrize(("body", "where", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_refused(client: Client, body: Any, where: str, told: str) -> None:
    response = client.post(body, f"{HERE}/infer")
    problem = refused(response, 422, "data_invalid")[0]
    assert (problem["where"], problem["problem"][: len(told)]) == (where, told)
    assert response.json()["error"] == response.json()["detail"]


@pytest.mark.parametrize("rows", [6, 10**9, 10**30])
def test_rows_are_limited_before_they_are_read(risk: Run, rows: int) -> None:
    client = Client(App({"风险": risk.bundle}, Settings(Limits(rows=5))))
    assert "5 rows" in refused(client.post(_with(shape=[rows]), f"{HERE}/infer"), 413, "too_large")[0]["hint"]


def test_binary_tensors_are_refused_by_their_header(client: Client) -> None:
    problem = refused(
        client.ask("POST", f"{HERE}/infer", b"{}", {"Inference-Header-Content-Length": "2"}), 415, "media_unsupported"
    )[0]
    assert "an extension that is not spoken here" in problem["problem"]


@pytest.mark.parametrize("path", [f"{HERE}/versions/7", f"{HERE}/versions/7/ready", "/v2/models/fengxian"])
def test_unknown_names_and_versions_are_told(client: Client, path: str) -> None:
    response = client.get(path)
    refused(response, 404, "not_found")
    assert response.json()["error"]
    refused(client.post({"inputs": tensors(RECORD)}, f"{HERE}/versions/7/infer"), 404, "not_found")


def test_health_tells_what_is_warm(risk: Run) -> None:
    client = Client(App({"风险": risk.bundle}), warm=False)
    assert client.get("/v2/health/live").json() == {"live": True}
    for path in ("/v2/health/ready", f"{HERE}/ready"):
        assert refused(client.get(path), 503, "not_ready")[0]["where"] == "风险"
    client = Client(client.app)
    assert client.get("/v2/health/ready").json() == {"live": True, "ready": True}
    assert client.get(f"{HERE}/ready").json() == {"name": "风险", "ready": True}
    assert set(client.get("/v2").json()) == {"name", "version", "extensions"}
