"""The order in which rows are answered: texts of like length together, so that little is padded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.blocks import Bag, Block, Inputs, Tokens, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.core.types import Floats, Ints

BATCH = 256  # rows answered at once where texts are padded to the longest
BULK = 512  # where every row is as wide: enough to forget what a call costs, few enough for a processor's cache


def lengths(inputs: Inputs) -> Ints | None:
    """How many items each row's texts have in all, [rows]; None where there are none."""
    found: list[Any] = [block.lengths() for block in inputs.values() if isinstance(block, (Tokens, Bag))]
    return sum(found[1:], found[0]) if found else None


def in_order(rows: int, length: Ints | None, batch_size: int = BATCH) -> Iterator[Ints]:
    """Each row once, in batches of row numbers, shortest first where lengths are known."""
    order = np.arange(rows) if length is None else np.argsort(length, kind="stable")
    for start in range(0, rows, batch_size):
        yield order[start : start + batch_size]


def answer(
    inputs: dict[str, Block],
    ask: Callable[[dict[str, Block]], Floats],
    done: Callable[[int], None],
    workers: int = 1,
) -> Floats:
    """Ask for all rows batch by batch, [rows, outputs] in the rows' own order; `done` hears how many are answered.

    Batches are the same however many `workers` ask at once, and so are the answers.
    """
    rows = len(next(iter(inputs.values())))
    length = lengths(inputs)
    if rows <= BULK and length is None:
        return ask(inputs)
    batches = list(in_order(rows, length, BULK if length is None else BATCH))
    answers: Floats | None = None
    answered = 0
    for chosen, batch in zip(batches, _asked(lambda some: ask(take(inputs, some)), batches, workers), strict=True):
        if answers is None:
            answers = np.empty((rows, batch.shape[1]), dtype=np.float32)
        answers[chosen] = batch
        answered += len(chosen)
        done(answered)
    return answers if answers is not None else np.empty((0, 1), dtype=np.float32)


def _asked(ask: Callable[[Ints], Floats], batches: list[Ints], workers: int) -> Iterator[Floats]:
    """The answers to each batch, one batch after the other."""
    if workers == 1 or len(batches) == 1:
        yield from map(ask, batches)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(ask, batches)
