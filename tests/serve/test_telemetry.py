"""What `/metrics` counts, and that strangers cannot make it grow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.serve.app import App
from tests.serve.asking import Client
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run

SERIES = re.compile(r"^(modelyard_\w+)(?:_total|_bucket|_sum|_count)\{(.*)\} ", re.MULTILINE)


def test_requests_are_counted_by_model_route_and_status(client: Client) -> None:
    client.post(RECORD)
    client.post([RECORD, RECORD])
    client.post({"年龄": "old"})
    client.get("/livez")
    counted = {"model": "风险", "route": "/predict"}
    assert client.metric("modelyard_requests_total", **counted, status="200") == 2
    assert client.metric("modelyard_requests_total", **counted, status="422") == 1
    assert client.metric("modelyard_requests_total", model="", route="/livez", status="200") == 1
    assert client.metric("modelyard_request_seconds_count", **counted) == 3
    assert client.metric("modelyard_rows_total", model="风险") == 3


def test_a_model_is_told_with_its_digest_and_the_format_is_the_one_that_prometheus_reads(
    client: Client, risk: Run
) -> None:
    assert client.metric("modelyard_model_info", name="风险", digest=risk.bundle.digest) == 1
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")


def test_strangers_do_not_make_it_grow(client: Client) -> None:
    def series() -> set[tuple[str, str]]:
        return set(SERIES.findall(client.get("/metrics").text))

    def bother(number: int) -> None:
        client.get(f"/nowhere/{number}")
        client.post(RECORD, f"/models/m{number}/predict")
        client.ask(f"VERB{number}", "/predict")
        client.post(RECORD | {"城市": f"city {number}"})

    bother(0)
    series()
    before = series()
    for number in range(1, 5):
        bother(number)
    assert series() == before
    assert client.metric("modelyard_requests_total", model="", route="unknown", status="404") == 5
    assert client.metric("modelyard_requests_total", model="", route="/models/{name}/predict", status="404") == 5


def test_two_applications_count_apart(risk: Run) -> None:
    one, other = (Client(App({"风险": risk.bundle})) for _ in range(2))
    one.post(RECORD)
    assert one.metric("modelyard_rows_total", model="风险") == 1
    assert other.metric("modelyard_rows_total", model="风险") == 0
