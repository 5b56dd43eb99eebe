"""The order in which rows are answered: each once, in its place, however many ask at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelyard.core import order
from modelyard.core.blocks import Block, Codes, Numbers, Tokens

if TYPE_CHECKING:
    from modelyard.core.types import Floats

ROWS = 2 * order.BULK + 77


def table(rows: int) -> dict[str, Block]:
    number = np.arange(rows, dtype=np.float32)[:, None]
    return {"a": Numbers(number), "b": Codes(np.arange(rows) % 7, 7)}


def texts(rows: int) -> dict[str, Block]:
    lengths = np.arange(rows) % 5
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return {
        "a": Numbers(np.arange(rows, dtype=np.float32)[:, None]),
        "t": Tokens(np.ones(offsets[-1], int), offsets, 2),
    }


def doubled(inputs: dict[str, Block]) -> Floats:
    numbers = inputs["a"]
    assert isinstance(numbers, Numbers)
    return np.hstack([numbers.values * 2, -numbers.values])


@pytest.mark.parametrize("make", [table, texts])
@pytest.mark.parametrize("rows", [1, order.BATCH + 1, order.BULK, order.BULK + 1, ROWS])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_row_gets_its_own_answer(make: type, rows: int, workers: int) -> None:
    heard: list[int] = []
    answers = order.answer(make(rows), doubled, heard.append, workers)
    assert answers[:, 0].tolist() == [2.0 * row for row in range(rows)]
    assert answers[:, 1].tolist() == [-1.0 * row for row in range(rows)]
    assert heard == sorted(heard)
    assert heard[-1:] in ([], [rows])


def test_batches_are_asked_for_at_once() -> None:
    both = threading.Barrier(2, timeout=30)  # which lets nobody through alone

    def meet(inputs: dict[str, Block]) -> Floats:
        both.wait()
        return doubled(inputs)

    assert len(order.answer(table(2 * order.BULK), meet, lambda _done: None, workers=2)) == 2 * order.BULK


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_wrong_in_a_batch_is_told(workers: int) -> None:
    def refuse(inputs: dict[str, Block]) -> Floats:
        raise ValueError(f"{len(inputs['a'])} rows")

    with pytest.raises(ValueError, match=f"^{order.BULK} rows$"):
        order.answer(table(ROWS), refuse, lambda _done: None, workers)
