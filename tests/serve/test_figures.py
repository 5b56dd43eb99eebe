"""Figures of a release: right beside a slow reference, and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.serve.counts import BINS, GROWTH, Counts
from modelyard.serve.exchange import Answered
from modelyard.serve.figures import PENDING, Figures
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from modelyard.run import Run
    from tests.serve.asking import Client

SECONDS = st.lists(st.floats(2e-5, 100.0), min_size=1, max_size=200)


@given(SECONDS, st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_right_to_a_bin(seconds: list[float], share: float) -> None:
    counts = Counts()
    for one in seconds:
        counts.answered(one)
    exact = sorted(seconds)[max(0, int(np.ceil(share * len(seconds))) - 1)]
    told = counts.quantile(share)
    assert told is not None
    assert exact <= told * 1.000001
    assert told <= exact * GROWTH * 1.000001


@given(SECONDS)
def test_buckets_count_everything_once(seconds: list[float]) -> None:
    counts = Counts()
    for one in seconds:
        counts.answered(one)
    told = [count for _bound, count in counts.cumulative((0.001, 0.1, 10.0))]
    assert told == sorted(told)
    assert told[-1] == len(seconds)


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 1e9])
def test_whatever_a_clock_says_is_counted(seconds: float) -> None:
    counts = Counts()
    counts.answered(seconds)
    assert (sum(counts.bins), len(counts.bins)) == (1, BINS)


def test_what_has_come_since_is_the_difference() -> None:
    counts = Counts()
    counts.answered(0.001)
    counts.classes["good"] = 3
    before = counts.copy()
    counts.answered(0.01)
    counts.failed += 1
    counts.classes["good"] += 2
    since = counts.since(before)
    assert (since.requests, since.failed, since.asked, sum(since.bins)) == (1, 1, 2, 1)
    assert since.classes == {"good": 2}
    assert before.requests == 1


def test_answers_are_counted_by_class_as_the_bundle_decides(risk: Run) -> None:
    figures, outputs = Figures(risk.bundle), risk.answers
    for start in range(0, len(outputs), 7):
        figures.answered(0.001, Answered(outputs[start : start + 7]))
    told = [record["prediction"] for record in risk.bundle.records(outputs)]
    state = figures.state()
    assert state.classes == {name: told.count(name) for name in risk.bundle.names}
    assert state.rows == len(outputs)


def test_a_number_has_a_mean(price: Run) -> None:
    figures = Figures(price.bundle)
    figures.answered(0.001, Answered(price.answers))
    assert figures.state().told()["mean"] == pytest.approx(float(price.answers[:, 0].mean()), rel=1e-6)


def test_what_waits_to_be_counted_is_bounded(price: Run) -> None:
    figures = Figures(price.bundle)
    for _ in range(3 * PENDING):
        figures.answered(0.001, Answered(price.answers[:1]))
        assert len(figures._pending) < PENDING
    assert figures.state().rows == 3 * PENDING


@pytest.mark.parametrize(("shift", "agreed"), [(0.0, 1.0), (0.005, 1.0), (0.02, 0.0)])
def test_numbers_agree_that_are_nearly_the_same(price: Run, shift: float, agreed: float) -> None:
    figures = Figures(price.bundle)
    theirs = (price.answers * (1 + shift)).astype(np.float32)
    figures.compare(Answered(price.answers), Answered(theirs), price.bundle)
    assert figures.state().told()["agreement"] == agreed


def test_classes_agree_that_are_the_same(risk: Run) -> None:
    figures = Figures(risk.bundle)
    figures.compare(Answered(risk.answers), Answered(risk.answers[:, ::-1]), risk.bundle)
    assert figures.state().told()["agreement"] == 0.0
    figures.compare(Answered(risk.answers), Answered(risk.answers), risk.bundle)
    assert figures.state().told()["agreement"] == 0.5


def test_a_server_of_a_folder_has_figures_too(client: Client, risk: Run) -> None:
    client.post([RECORD, RECORD])
    client.post({"年龄": "old"})
    told = client.get("/models/风险/traffic").json()
    (one,) = told["releases"]
    assert (one["release"], one["role"], one["requests"], one["rows"], one["refused"]) == (
        risk.bundle.digest[:12],
        "champion",
        1,
        2,
        1,
    )
    assert sum(one["classes"].values()) == 1.0
    assert (told["yard"], told["promotion"]) == (None, None)
    labels = {"model": "风险", "release": risk.bundle.digest[:12]}
    assert client.metric("modelyard_release_requests_total", **labels) == 1
    assert client.metric("modelyard_release_seconds_count", **labels) == 1
