"""What a body may hold, and what it gets when it holds something else."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelyard.core.errors import BundleError
from modelyard.serve.app import App
from modelyard.serve.settings import Limits, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run
    from modelyard.serve.batching import Waiting

GOOD = json.dumps(RECORD, ensure_ascii=False)
NO_JSON = {
    "empty": b"",
    "blank": b" \r\n\t",
    "broken": b'{"\xe5\xb9\xb4\xe9\xbe\x84": ',
    "broken after a wrong type": '{"年龄": "old", '.encode(),
    "not JSON": b"age=41",
    "trailing": f"{GOOD} x".encode(),
    "two records": f"{GOOD}\n{GOOD}".encode(),
    "not UTF-8": GOOD.encode("gb18030"),
    "UTF-16": GOOD.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "NaN": GOOD.replace("41", "NaN").encode(),
    "Infinity": GOOD.replace("41", "-Infinity").encode(),
    "half a surrogate pair": GOOD.replace("上海", "\\ud800").encode(),
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    problem, *more = refused(client.ask("POST", "/predict", body), 400, "json_invalid")
    assert problem["where"] == "body"
    assert problem["hint"]
    assert bool(more) == (b"NaN" in body or b"Infinity" in body)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, GOOD.replace("41", '{"a":' * 100_000).encode()], ids=["list", "field"]
)
def test_what_is_nested_deeply_is_refused_where_it_stops_being_a_record(client: Client, body: bytes) -> None:
    (problem,) = refused(client.ask("POST", "/predict", body), 422, "data_invalid")
    assert problem["problem"].startswith("expected ")


WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "unknown": ({"年令": 41}, [("年令", "unknown field")]),
    "missing": ({"收入": ...}, [("收入", "is missing")]),
    "null": ({"收入": None}, [("收入", "expected a number, got no value")]),
    "text for a number": ({"收入": "5200"}, [("收入", "expected a number, got text")]),
    "truth for a number": ({"收入": True}, [("收入", "expected a number, got bool")]),
    "a list for a category": ({"城市": ["上海"]}, [("城市", "expected a category, got array")]),
    "a number for text": ({"备注": 3}, [("备注", "expected a text, got int")]),
    "no truth": ({"vip": "perhaps"}, [("vip", "expected true or false, got text")]),
    "no date": ({"开户": "yesterday"}, [("开户", "expected a date or time in ISO 8601")]),
    "no such level": ({"套餐": "min"}, [("套餐", "is none of the levels")]),
    "two at once": ({"收入": "x", "年令": 1}, [("年令", "unknown field"), ("收入", "expected a number")]),
    "two values at once": ({"vip": "x", "套餐": "min"}, [("套餐", "is none of"), ("vip", "expected true")]),
}


@pytest.mark.parametrize(("change", "expected"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("in_list", [False, True])
def test_what_does_not_fit_the_schema_is_refused(
    client: Client, change: dict[str, Any], expected: list[tuple[str, str]], *, in_list: bool
) -> None:
    record = {name: value for name, value in (RECORD | change).items() if value is not ...}
    body = [RECORD, record] if in_list else record
    problems = refused(client.post(body), 422, "data_invalid")
    place = "rows[1]." if in_list else ""
    assert [problem["where"] for problem in problems] == [place + where for where, _told in expected]
    for problem, (_where, told) in zip(problems, expected, strict=True):
        assert problem["problem"].startswith(told)


def test_only_so_much_of_what_is_wrong_is_told(client: Client) -> None:
    problems = refused(client.post(RECORD | {f"字段{number}": 1 for number in range(10_000)}), 422, "data_invalid")
    assert len(problems) == 51
    assert problems[-1]["problem"] == "further problems are not listed"
    problems = refused(client.post([{"x" * 10_000: 1}] * 100), 422, "data_invalid")
    assert len(problems) < 60
    assert all(len(problem["where"]) < 120 for problem in problems)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400])
def test_a_number_that_no_float_holds_is_refused_with_its_place(client: Client, number: str) -> None:
    one = GOOD.replace("5200.5", number)
    assert refused(client.ask("POST", "/predict", one), 422, "data_invalid")[0]["where"] == "收入"
    many = f"[{GOOD}, {one}]"
    assert refused(client.ask("POST", "/predict", many), 422, "data_invalid")[0]["where"] == "rows[1].收入"


@pytest.mark.parametrize("body", ["null", "3", '"record"', "[3]", f"[{GOOD}, null]", f"[[{GOOD}]]"])
def test_json_that_is_no_record_is_refused(client: Client, body: str) -> None:
    problems = refused(client.ask("POST", "/predict", body), 422, "data_invalid")
    assert len(problems) == 1
    assert problems[0]["problem"].startswith("expected an object")
    assert problems[0]["where"] == ("rows[1]" if body.endswith(", null]") else "body")


def test_what_may_be_missing_may_be_left_out_and_what_is_not_read_may_be_there(client: Client) -> None:
    without = {name: value for name, value in RECORD.items() if name not in {"年龄", "城市"}}
    nulls = RECORD | {"年龄": None, "城市": None, "结果": "好"}
    assert client.post(without).json() == client.post(nulls).json()


def test_unseen_categories_are_accepted_and_counted(client: Client) -> None:
    records = [RECORD | {"城市": city} for city in ("火星", "上海", "月球", None)]
    assert client.post(records).status_code == 200
    assert client.metric("modelyard_unseen_categories_total", model="风险", column="城市") == 2
    assert client.metric("modelyard_unseen_categories_total", model="风险", column="套餐") == 0
    assert client.metric("modelyard_rows_total", model="风险") == 4


@pytest.mark.parametrize(("rows", "status"), [(5, 200), (6, 413)])
def test_rows_are_limited(risk: Run, rows: int, status: int) -> None:
    client = Client(App({"风险": risk.bundle}, Settings(Limits(rows=5))))
    response = client.post([RECORD | {"备注": "{{{{{{{{"}] * rows)
    assert response.status_code == status
    if status == 413:
        assert refused(response, 413, "too_large")[0]["problem"] == f"holds {rows} rows"


def test_long_work_leaves_the_loop_free(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App({"风险": risk.bundle}, Settings(Limits(patience=0)))
    Client(app)
    served, entered, leave = app.models["风险"].stable, threading.Event(), threading.Event()
    plain = served.batches.work

    def slowly(batch: list[Waiting]) -> None:
        entered.set()
        assert leave.wait(30)
        plain(batch)

    monkeypatch.setattr(served.batches, "work", slowly)

    async def both() -> tuple[int, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yard") as client:
            asked = asyncio.create_task(client.post("/predict", content=GOOD))
            assert await asyncio.to_thread(entered.wait, 30)
            live = await client.get("/livez")
            assert not asked.done()
            leave.set()
            return live.status_code, (await asked).status_code

    assert asyncio.run(both()) == (200, 200)


def test_a_bundle_that_does_not_answer_its_example_is_never_ready(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risk.bundle, "example", {"年龄": "old"})
    app = App({"风险": risk.bundle})
    with pytest.raises(BundleError, match="does not answer its own example"):
        Client(app)
    refused(Client(app, warm=False).get("/readyz"), 503, "not_ready")


numbers = some.floats(allow_nan=False, allow_infinity=False) | some.integers()
plain = some.none() | some.booleans() | numbers | some.text(max_size=20)
anything = some.recursive(
    plain, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3)
)
records = some.fixed_dictionaries({}, optional={name: some.just(value) | plain for name, value in RECORD.items()})


@given(body=anything | records | some.lists(records | anything, max_size=4))
def test_any_json_gets_an_answer_or_a_problem(client: Client, body: Any) -> None:
    response = client.post(body)
    assert response.status_code in {200, 422}
    if response.status_code == 422:
        refused(response, 422, "data_invalid")


@given(
    body=some.binary(max_size=60)
    | some.text(alphabet='[]{}",:0123456789eE+-.ntrufalsINy\\', max_size=40).map(str.encode)
)
def test_any_bytes_get_an_answer_or_a_problem(client: Client, body: bytes) -> None:
    response = client.ask("POST", "/predict", body)
    assert response.status_code in {200, 400, 422}
    assert response.headers["x-request-id"]
