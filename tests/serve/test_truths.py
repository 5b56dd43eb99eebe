"""Truths that clients told later, beside what each release answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.release.ledger.truths import Known
from modelyard.serve.truths import judged, prediction
from tests.serve.releases import NAME, Served

if TYPE_CHECKING:
    from modelyard.release.yard import Yard


@pytest.mark.parametrize(
    ("exchange", "body", "row", "expected"),
    [
        ("native", {"prediction": "good"}, 0, "good"),
        ("native", {"predictions": [{"prediction": "good"}, {"prediction": "bad"}]}, 1, "bad"),
        ("native", {"asked": [{}], "answered": {"predictions": [{"prediction": 2.0}]}}, 0, 2.0),
        ("native", {"predictions": [{"prediction": "good"}]}, 5, None),
        ("v2", {"outputs": []}, 0, None),
        ("native", None, 0, None),
    ],
)
def test_what_a_row_was_answered_with_is_read(exchange: str, body: Any, row: int, expected: object) -> None:
    assert prediction(Known("risk@1", exchange, body, row, "good")) == expected


def test_classes_have_an_accuracy_and_numbers_a_distance() -> None:
    rows = [Known("risk@1", "native", {"prediction": said}, 0, "good") for said in ("good", "good", "bad", "good")]
    rows += [Known("price@2", "native", {"prediction": said}, 0, 100) for said in (90.0, 130.0)]
    assert judged(rows) == {
        "risk@1": {"known": 4, "accuracy": 0.75, "mean_error": None},
        "price@2": {"known": 2, "accuracy": None, "mean_error": 20.0},
    }


def test_truths_of_the_log_are_on_the_page_of_traffic(stock: Yard) -> None:
    at = "2026-01-01T00:00:00+00:00"

    def answer(request: str, release: str, *said: float) -> tuple[Any, ...]:
        body = json.dumps({"predictions": [{"prediction": one} for one in said]})
        return (f"{request}-aa1", at, NAME, release, "0" * 64, None, len(said), 0.001, "native", body)

    def truth(number: str, request: str, row: int, said: float, name: str = NAME) -> tuple[Any, ...]:
        return (number, request, row, json.dumps(said), None, at, name)

    stock.keep_lines(
        answers=[answer("one-two", f"{NAME}@1", 100.0, 200.0), answer("three", f"{NAME}@2", 300.0)],
        feedback=[
            truth("a", "one-two", 1, 500),
            truth("b", "one-two", 1, 210),  # the later one counts
            truth("c", "one-two", 0, 100),
            truth("d", "never-asked", 0, 1),
            truth("e", "three", 0, 1, "another-model"),
        ],
    )
    client = Served(stock)
    assert client.figures()["1"]["truths"] == {"known": 2, "accuracy": None, "mean_error": 5.0}


def test_without_truths_there_is_none(stock: Yard) -> None:
    assert Served(stock).figures()["1"]["truths"] is None
