"""Figures of several workers as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelyard.serve.app import App
from modelyard.serve.multiprocess import Family, Sample, summed
from modelyard.serve.settings import Settings
from tests.serve.asking import Client
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


def test_what_workers_counted_is_added_and_outlives_them(risk: Run, tmp_path: Path) -> None:
    def worker(slot: int) -> Client:
        return Client(App({"风险": risk.bundle}, Settings(figures=str(tmp_path), slot=slot)))

    def end(client: Client) -> None:
        assert client.app.telemetry.all_workers is not None
        client.app.telemetry.all_workers.start()
        client.app.telemetry.all_workers.stop()

    one, other = worker(0), worker(1)
    one.post([RECORD] * 3)
    other.post([RECORD] * 4)
    end(one)
    assert other.metric("modelyard_rows_total", model="风险") == 7
    assert other.metric("modelyard_model_info", name="风险", digest=risk.bundle.digest) == 1
    again = worker(0)  # in the dead one's place
    again.post(RECORD)
    assert again.metric("modelyard_rows_total", model="风险") == 4
    end(again)
    assert other.metric("modelyard_rows_total", model="风险") == 8
    answered = other.metric("modelyard_request_seconds_count", model="风险", route="/predict")
    assert answered == 3


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [("counter", "x_total", 5.0), ("histogram", "x_sum", 5.0), ("gauge", "x", 3.0), ("counter", "x_created", 2.0)],
)
def test_a_figure_is_put_together_by_its_kind(kind: str, name: str, expected: float) -> None:
    workers = [[Family("x", "told", kind, [Sample(name, {"a": "b"}, value)])] for value in (2.0, 3.0)]
    (family,) = summed(workers)
    assert [(sample.name, sample.value) for sample in family.samples] == [(name, expected)]
    assert [sample.value for each in workers for family in each for sample in family.samples] == [2.0, 3.0]


@pytest.mark.parametrize("content", [b"", b"no figures", b"\x91\x01"])
def test_a_file_that_cannot_be_read_counts_nothing(risk: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.figures").write_bytes(content)
    client = Client(App({"风险": risk.bundle}, Settings(figures=str(tmp_path))))
    client.post(RECORD)
    assert client.metric("modelyard_rows_total", model="风险") == 1
