"""MLflow's `/invocations`: every form gets the bundle's own answers, and what is no form is told."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

import modelyard
from modelyard.serve.app import App
from modelyard.serve.settings import Limits, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run

HERE = f"/models/{quote('风险')}/invocations"
ROWS = [RECORD | {"年龄": None}, RECORD | {"备注": '他说: "好",\n明天'}]
NAMES = list(RECORD)
SPLIT = {"columns": NAMES, "data": [[row[name] for name in NAMES] for row in ROWS], "index": [3, 4]}
COLUMNS = {name: [row[name] for row in ROWS] for name in NAMES}
FORMS: dict[str, Any] = {
    "split": {"dataframe_split": SPLIT},
    "records": {"dataframe_records": ROWS},
    "instances": {"instances": ROWS},
    "inputs by column": {"inputs": COLUMNS},
    "inputs by row": {"inputs": ROWS},
    "no params": {"instances": ROWS, "params": None},
    "empty params": {"instances": ROWS, "params": {}},
}


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as pandas writes them."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
    return written.getvalue()


@pytest.mark.parametrize("path", [HERE, "/invocations"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_gets_the_bundles_answers(client: Client, risk: Run, path: str, form: Any) -> None:
    assert client.post(form, path).json() == risk.bundle.predict(ROWS)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_gets_the_bundles_answers(client: Client, risk: Run, mark: str) -> None:
    response = client.ask("POST", HERE, mark + table(ROWS), {"content-type": "text/csv; charset=utf-8"})
    assert response.json() == risk.bundle.predict(ROWS)


def test_one_row_may_stand_without_lists(client: Client, risk: Run) -> None:
    assert client.post({"inputs": RECORD}, HERE).json() == risk.bundle.predict(RECORD)


@pytest.mark.parametrize("form", ["instances", "inputs"])
def test_a_model_of_one_column_takes_its_values_alone(opinion: Run, form: str) -> None:
    client = Client(App({"opinion": opinion.bundle}))
    expected = opinion.bundle.predict([{"comment": "paid great"}, {"comment": "late"}])
    assert client.post({form: ["paid great", "late"]}, "/invocations").json() == expected


WRONG: dict[str, tuple[Any, str, str]] = {
    "a list": ([RECORD], "body", "expected object, got array"),
    "no form": ({}, "body", "holds no rows"),
    "two forms": ({"instances": ROWS, "inputs": ROWS}, "body", "holds instances and inputs"),
    "unknown": ({"instances": ROWS, "param": {}}, "param", "unknown field"),
    "params": ({"instances": ROWS, "params": {"temperature": 1}}, "temperature", "a bundle's answer depends on"),
    "params of no object": ({"instances": ROWS, "params": 3}, "params", "a bundle's answer depends on"),
    "no names": ({"instances": [[1, 2]]}, "instances", "the values have no names"),
    "no list": ({"instances": 3}, "instances", "expected a list of rows"),
    "no rows": ({"instances": [3]}, "body", "expected an object"),
    "split without data": ({"dataframe_split": {"columns": []}}, "dataframe_split", "object missing required"),
    "split too narrow": ({"dataframe_split": {"columns": NAMES, "data": [[1]]}}, "dataframe_split.data[0]", "holds 1"),
    "split twice": ({"dataframe_split": {"columns": ["年龄"] * 2, "data": []}}, "dataframe_split.columns", "'年龄' is"),
    "split unknown": ({"dataframe_split": {"columns": ["年令"], "data": []}}, "年令", "unknown field"),
    "uneven": ({"inputs": COLUMNS | {"年龄": [1]}}, "inputs.年龄", "holds 1 values where another"),
    "unknown without rows": ({"inputs": {"年令": []}}, "年令", "unknown field"),
    "a list and one": ({"inputs": COLUMNS | {"年龄": 1}}, "inputs.年龄", "holds one value where another"),
    "wrong type": ({"instances": [RECORD, RECORD | {"收入": "x"}]}, "rows[1].收入", "expected a number, got text"),
}


@pytest.mark.parametrize(("body", "where", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_refused(client: Client, body: Any, where: str, told: str) -> None:
    problem = refused(client.post(body, HERE), 422, "data_invalid")[0]
    assert (problem["where"], problem["problem"][: len(told)]) == (where, told)


WRONG_CSV: dict[str, tuple[bytes, int, str, str]] = {
    "empty": (b"", 400, "csv_invalid", "has no header line"),
    "not UTF-8": ("年龄\n1".encode("gb18030"), 400, "csv_invalid", "is not UTF-8"),
    "an open quote": ('年龄\n"1'.encode(), 400, "csv_invalid", "is no CSV"),
    "ragged": ("年龄,收入\n1\n".encode(), 422, "data_invalid", "has 1 fields where the header has 2"),
    "a blank line": ("年龄,收入\n\n".encode(), 422, "data_invalid", "has 0 fields"),
    "twice": ("年龄,年龄\n1,2\n".encode(), 422, "data_invalid", "'年龄' is named twice"),
    "unknown": ("年令\n1\n".encode(), 422, "data_invalid", "unknown field"),
    "no number": (table([RECORD | {"收入": "1_000"}]).encode(), 422, "data_invalid", "expected a number"),
    # A pattern that tries again what it has matched would need hours for the first, and half the others with it.
    "digits without end": (table([RECORD | {"收入": "1" * 1_000_000 + "x"}]).encode(), 422, "data_invalid", "expect"),
    "a fraction without end": (table([RECORD | {"收入": f".{'1' * 1_000_000}e"}]).encode(), 422, "data_invalid", "ex"),
    "not finite": (table([RECORD | {"收入": "1e999"}]).encode(), 422, "data_invalid", "expected a finite number"),
    "nan": (table([RECORD | {"收入": "nan"}]).encode(), 422, "data_invalid", "expected a number"),
    "missing": (table([RECORD | {"收入": ""}]).encode(), 422, "data_invalid", "expected a number, got no value"),
}


@pytest.mark.parametrize(("body", "status", "code", "told"), WRONG_CSV.values(), ids=WRONG_CSV.keys())
def test_csv_that_does_not_fit_is_refused(client: Client, body: bytes, status: int, code: str, told: str) -> None:
    problem = refused(client.ask("POST", HERE, body, {"content-type": "text/csv"}), status, code)[0]
    assert problem["problem"].startswith(told)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_rows_are_limited(risk: Run, form: Any) -> None:
    client = Client(App({"风险": risk.bundle}, Settings(Limits(rows=1))))
    as_table = client.ask("POST", HERE, table(ROWS), {"content-type": "text/csv"})
    for told in (client.post(form, HERE), as_table):
        assert "at most 1 rows" in refused(told, 413, "too_large")[0]["hint"]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "text/csv2"])
def test_other_types_are_not_read(client: Client, kind: str) -> None:
    problem = refused(client.ask("POST", HERE, b"{}", {"content-type": kind}), 415, "media_unsupported")[0]
    assert problem["hint"].startswith("send application/json or text/csv")


def test_health_is_as_mlflow_has_it(risk: Run) -> None:
    client = Client(App({"风险": risk.bundle}), warm=False)
    for path in ("/ping", "/health"):
        refused(client.get(path), 503, "not_ready")
    client = Client(client.app)
    assert [client.get(path).text for path in ("/ping", "/health")] == ["\n", "\n"]
    assert client.get("/version").text == modelyard.__version__


def test_several_models_have_a_path_each(risk: Run, price: Run) -> None:
    client = Client(App({"风险": risk.bundle, "house-price": price.bundle}))
    assert client.post({"instances": ROWS}, HERE).status_code == 200
    hint = refused(client.ask("POST", "/invocations", json.dumps({"instances": ROWS})), 404, "not_found")[0]["hint"]
    assert hint == f"use one of {HERE}, /models/house-price/invocations"
