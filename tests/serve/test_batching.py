"""Requests answered together: each gets the answer, and the refusal, that it gets alone."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from modelyard.serve.app import App
from modelyard.serve.settings import Limits, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run
    from modelyard.serve.batching import Waiting

BAD = RECORD | {"套餐": "max", "开户": "yesterday"}  # JSON as the signature reads it; the value is refused later


def together(app: App, bodies: list[Any]) -> list[httpx.Response]:
    """Ask all at one moment."""

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yard") as client:
            return await asyncio.gather(*(client.post("/predict", json=body) for body in bodies))

    return asyncio.run(ask())


def batches(app: App, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests each batch holds, noted from now on."""
    sizes: list[int] = []
    (deployment,) = app.models.values()
    waiting = deployment.stable.batches
    plain = waiting.work

    def noted(batch: list[Waiting]) -> None:
        sizes.append(len(batch))
        plain(batch)

    monkeypatch.setattr(waiting, "work", noted)
    return sizes


@pytest.mark.parametrize("which", ["risk", "price", "opinion"])
@pytest.mark.parametrize("patience", [0.0, 1.0])  # all in threads, all on the loop
def test_an_answer_does_not_depend_on_its_neighbours(
    which: str, patience: float, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: Run = request.getfixturevalue(which)
    bundle = run.bundle
    app = App({bundle.name: bundle}, Settings(Limits(patience=patience)))
    client = Client(app)
    rows = [dict(row) for row in _rows(run)]
    bodies = [rows[0], rows[1:4], rows[4], [], rows[5:6], *rows[6:20]]
    alone = [client.post(body).content for body in bodies]
    sizes = batches(app, monkeypatch)
    found = [response.content for response in together(app, bodies)]
    assert sum(sizes) == len(bodies) > len(sizes)
    if which == "opinion":  # a text's padding moves the last digits
        assert [json.loads(one) for one in found] == [_about(json.loads(one)) for one in alone]
    else:
        assert found == alone


def _rows(run: Run) -> list[dict[str, Any]]:
    from modelyard.release.rows import dicts_of

    return dicts_of(run.test.frame, run.test.schema)


def _about(told: Any) -> Any:
    """The same, numbers within a hundred-thousandth."""
    if isinstance(told, dict):
        return {name: _about(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_about(value) for value in told]
    return pytest.approx(told, abs=1e-5) if isinstance(told, float) else told


def test_a_bad_row_fails_its_own_request_alone(risk: Run) -> None:
    app = App({"风险": risk.bundle})
    client = Client(app)
    bodies = [RECORD, BAD, [RECORD, BAD], RECORD | {"年龄": "old"}, [RECORD, RECORD], []]
    alone = [client.post(body) for body in bodies]
    found = together(app, bodies)
    assert [one.status_code for one in found] == [200, 422, 422, 422, 200, 200]
    for one, other in zip(found, alone, strict=True):
        if one.status_code == 200:
            assert one.content == other.content
        else:
            assert one.json()["problems"] == other.json()["problems"]
    assert refused(found[2], 422, "data_invalid")[0]["where"] == "rows[1].开户"


def test_what_fails_fails_each_alone(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App({"风险": risk.bundle})
    Client(app)
    plain = risk.bundle.run

    def fails(inputs: dict[str, Any]) -> Any:
        outputs = plain(inputs)
        if len(outputs) != 1:
            raise RuntimeError
        return outputs

    monkeypatch.setattr(risk.bundle, "run", fails)
    found = together(app, [RECORD, [RECORD, RECORD], RECORD])
    assert [one.status_code for one in found] == [200, 500, 200]


@pytest.mark.parametrize(("most", "expected"), [(4, [4, 4, 2]), (256, [10])])
def test_a_batch_holds_so_many_rows(risk: Run, monkeypatch: pytest.MonkeyPatch, most: int, expected: list[int]) -> None:
    app = App({"风险": risk.bundle}, Settings(Limits(patience=1.0, batch=most)))
    Client(app)
    sizes = batches(app, monkeypatch)
    assert all(one.status_code == 200 for one in together(app, [RECORD] * 10))
    assert sizes == expected


def test_what_comes_while_long_work_is_under_way_is_the_next_batch_and_too_much_is_refused(
    risk: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App({"风险": risk.bundle}, Settings(Limits(patience=0, queue=5)))
    Client(app)
    waiting = app.models["风险"].stable.batches
    waiting.lanes = 1
    sizes, leave, plain = list[int](), threading.Event(), waiting.work

    def slowly(batch: list[Waiting]) -> None:
        sizes.append(len(batch))
        assert leave.wait(30)
        plain(batch)

    monkeypatch.setattr(waiting, "work", slowly)

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yard") as client:
            first = asyncio.create_task(client.post("/predict", json=RECORD))
            while not sizes:
                await asyncio.sleep(0.001)
            others = [asyncio.create_task(client.post("/predict", json=RECORD)) for _ in range(7)]
            refusals, _ = await asyncio.wait(others, timeout=0.5)
            leave.set()
            assert len(refusals) == 2
            return await asyncio.gather(first, *others)

    found = asyncio.run(ask())
    assert sizes == [1, 5]
    assert sorted(one.status_code for one in found) == [200] * 6 + [503] * 2
    for one in found:
        if one.status_code == 503:
            refused(one, 503, "overloaded")
            assert one.headers["retry-after"] == "1"


def test_who_gave_up_is_not_answered(risk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App({"风险": risk.bundle}, Settings(Limits(patience=1.0)))
    Client(app)
    sizes = batches(app, monkeypatch)
    served = app.models["风险"].stable
    body = json.dumps(RECORD).encode()

    async def ask() -> bytes:
        from modelyard.serve.infer import NATIVE

        asked = [asyncio.create_task(served.reply(NATIVE, body, {}, app.pool)) for _ in range(3)]
        await asyncio.sleep(0)
        asked[1].cancel()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(answers[1], asyncio.CancelledError)
        assert answers[0] == answers[2]
        assert isinstance(answers[0], bytes)
        return answers[0]

    assert json.loads(asyncio.run(ask())) == risk.bundle.predict(RECORD)["predictions"][0]
    assert sizes == [2]
