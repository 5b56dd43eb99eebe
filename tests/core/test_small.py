"""Digests, seeds, intervals, events and the order of answers."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core import digest, events, intervals, order, seeds
from modelyard.core.blocks import Bag, Numbers, Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Block


def test_a_digest_is_of_the_bytes(tmp_path: Path) -> None:
    content = b"x" * (digest.BLOCK + 3)
    (tmp_path / "file").write_bytes(content)
    assert digest.of_file(tmp_path / "file") == digest.of_bytes(content)
    assert digest.of_bytes(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"b": 1, "a": [1, 2]}, {"a": [1, 2], "b": 1}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"年": "x"}, {"年": "y"}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": "1"}, {"a": 1}, False),
    ],
)
def test_a_digest_of_json_is_of_what_it_says(left: object, right: object, same: bool) -> None:  # noqa: FBT001
    assert (digest.of_json(left) == digest.of_json(right)) is same


def test_each_use_of_chance_has_a_stream_of_its_own() -> None:
    uses = [("split",), ("model",), ("a", "b"), ("a/b",), ()]
    found = {seeds.derive(seed, *path) for seed in (1, 2) for path in uses}
    assert len(found) >= 2 * (len(uses) - 1)  # a path is its words joined, so ("a", "b") is ("a/b",)
    assert all(0 <= seed < 2**31 for seed in found)
    assert seeds.derive(7, "split") == 257_309_961
    assert seeds.generator(7, "split").random() == seeds.generator(7, "split").random()


def test_draws_are_counts_of_rows() -> None:
    drawn = [counts for some in intervals.chunks(50, seed=3, resamples=20) for counts in some]
    assert all(counts.sum() == 50 and counts.shape == (50,) for counts in drawn)
    assert not np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(np.array(drawn), np.concatenate(list(intervals.chunks(50, 3, 20))))


@pytest.mark.parametrize(
    ("samples", "low", "high"),
    [([0.0, 1.0], 0.025, 0.975), ([1.0] * 5, 1.0, 1.0), ([math.nan, 2.0, math.nan], 2.0, 2.0)],
)
def test_an_interval_leaves_out_what_is_not_defined(samples: list[float], low: float, high: float) -> None:
    assert intervals.interval(np.array(samples)) == pytest.approx((low, high))


def test_an_interval_of_nothing_is_not_defined() -> None:
    assert all(math.isnan(end) for end in intervals.interval(np.array([math.nan, math.nan])))


def test_events_go_to_whoever_listens_in_this_thread_alone() -> None:
    heard: list[events.Event] = []
    inner: list[events.Event] = []
    events.note("nobody")
    with events.listening(heard.append):
        events.step("training", 1, 2, "loss 0.5")
        with events.listening(inner.append):
            events.note("inside")
        thread = threading.Thread(target=lambda: events.note("elsewhere"))
        thread.start()
        thread.join()
        events.note("outside")
    events.note("after")
    assert heard == [events.Step("training", 1, 2, "loss 0.5"), events.Note("outside")]
    assert inner == [events.Note("inside")]


def ragged(lengths: list[int]) -> Tokens:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Tokens(np.arange(offsets[-1]).astype(np.int32), offsets, int(offsets[-1]) + 1)


@given(lengths=st.lists(st.integers(0, 50), min_size=1, max_size=600))
def test_every_row_is_answered_once_and_in_its_place(lengths: list[int]) -> None:
    tokens = ragged(lengths)
    numbers = Numbers(np.arange(len(lengths), dtype=np.float32)[:, None])
    seen: list[int] = []
    done: list[int] = []

    def ask(batch: dict[str, Block]) -> Any:
        widest = batch["t"].arrays()["ids"].shape[1]
        seen.append(widest)
        numbers = batch["n"].arrays()["values"]
        return np.concatenate([numbers, np.diff(batch["t"].offsets)[:, None]], axis=1)  # type: ignore[union-attr]

    answers = order.answer({"n": numbers, "t": tokens}, ask, done.append)
    assert answers[:, 0].tolist() == list(range(len(lengths)))
    assert answers[:, 1].tolist() == lengths
    assert seen == sorted(seen), "texts of like length are answered together"
    assert done[-1] == len(lengths)


def test_rows_without_texts_are_asked_for_in_batches() -> None:
    sizes: list[int] = []

    def ask(batch: dict[str, Block]) -> Any:
        sizes.append(len(batch["n"]))
        return batch["n"].arrays()["values"]

    rows = np.arange(2 * order.BULK + 5, dtype=np.float32)[:, None]
    assert np.array_equal(order.answer({"n": Numbers(rows)}, ask, lambda _done: None), rows)
    assert sizes == [order.BULK, order.BULK, 5]


def test_lengths_of_several_texts_add_up() -> None:
    bag = Bag(np.zeros(3, np.int64), np.array([0, 3, 3]), np.ones(3, np.float32), 4)
    assert order.lengths({"a": ragged([1, 2]), "b": bag, "n": Numbers(np.zeros((2, 1), np.float32))}) == pytest.approx(
        [4, 2]
    )
    assert order.lengths({"n": Numbers(np.zeros((2, 1), np.float32))}) is None
