"""`/feedback`: truths that the target can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import DataError
from modelyard.serve import feedback
from modelyard.serve.app import App
from modelyard.serve.settings import Logging, Settings
from modelyard.serve.wire import BadJsonError, TooLargeError
from tests.serve.asking import Client, refused

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


def body(**said: Any) -> bytes:
    return json.dumps({"request_id": "7f1c", "truth": "好", **said}).encode()


def test_truths_are_read_as_the_target_has_them(risk: Run, price: Run) -> None:
    (one,) = feedback.read(body(), risk.bundle, 10)
    assert (one.request_id, one.row, one.truth) == ("7f1c", 0, "好")
    many = feedback.read(b"[" + body(row=9) + b", " + body(truth="坏") + b"]", risk.bundle, 10)
    assert [(each.row, each.truth) for each in many] == [(9, "好"), (0, "坏")]
    (number,) = feedback.read(body(truth=350_000), price.bundle, 10)
    assert number.truth == 350_000


WRONG: list[tuple[bytes, str]] = [
    (body(truth="x"), "truth"),
    (body(truth=None), "truth"),
    (body(truth=["好"]), "truth"),
    (body(request_id="two words"), "request_id"),
    (body(request_id=""), "request_id"),
    (body(request_id="x" * 129), "request_id"),
    (body(row=10), "row"),
    (body(row=-1), "row"),
    (body(row=0.5), "row"),
    (body(name="x"), "body"),
    (b"[" + body() + b"," + body(truth="x") + b"]", "[1].truth"),
    (b"3", "body"),
]


@pytest.mark.parametrize(("content", "where"), WRONG)
def test_what_is_no_truth_is_refused(risk: Run, content: bytes, where: str) -> None:
    with pytest.raises(DataError) as caught:
        feedback.read(content, risk.bundle, 10)
    assert caught.value.where == where


@pytest.mark.parametrize("truth", [b'"350"', b"true", b"1e999"])
def test_a_number_is_a_finite_number(price: Run, truth: bytes) -> None:
    with pytest.raises(DataError):
        feedback.read(b'{"request_id": "a", "truth": ' + truth + b"}", price.bundle, 10)


def test_broken_bodies_and_long_lists_are_refused(risk: Run) -> None:
    with pytest.raises(BadJsonError):
        feedback.read(b"{", risk.bundle, 10)
    with pytest.raises(TooLargeError):
        feedback.read(b"[" + b",".join([body()] * 11) + b"]", risk.bundle, 10)


def test_without_a_log_nothing_is_taken(client: Client) -> None:
    (problem,) = refused(client.post({"request_id": "a", "truth": "好"}, "/feedback"), 409, "no_log")
    assert "--log" in problem["hint"]


def test_what_is_taken_is_kept(risk: Run, tmp_path: Path) -> None:
    """The log's file holds it before the client hears of it."""
    client = Client(App({"风险": risk.bundle}, Settings(logging=Logging(folder=str(tmp_path)))))
    response = client.post(
        [{"request_id": "7f1c", "truth": "坏"}, {"request_id": "7f1c", "row": 1, "truth": "好"}], "/feedback"
    )
    assert (response.status_code, response.json()) == (202, {"accepted": 2})
    kept = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*") if file.is_file())
    told = [json.loads(line) for line in kept.splitlines()]
    assert [(one["request"], one["row"], one["truth"], one["name"]) for one in told] == [
        ("7f1c", 0, "坏", "风险"),
        ("7f1c", 1, "好", "风险"),
    ]
    refused(client.post({"request_id": "7f1c", "truth": "x"}, "/feedback"), 422, "data_invalid")
