"""The order in which rows are answered: texts of like length together, so that little is padded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.types import Bag, Block, Floats, Inputs, Ints, Tokens, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BATCH = 256  # rows answered at once


def lengths(inputs: Inputs) -> Ints | None:
    """How many items each row's texts have in all, [rows]; None where there are none."""
    found: list[Any] = [block.lengths() for block in inputs.values() if isinstance(block, (Tokens, Bag))]
    return sum(found[1:], found[0]) if found else None


def in_order(rows: int, length: Ints | None, batch_size: int = BATCH) -> Iterator[Ints]:
    """Each row once, in batches of row numbers, shortest first where lengths are known."""
    order = np.arange(rows) if length is None else np.argsort(length, kind="stable")
    for start in range(0, rows, batch_size):
        yield order[start : start + batch_size]


def answer(inputs: dict[str, Block], ask: Callable[[dict[str, Block]], Floats], done: Callable[[int], None]) -> Floats:
    """Ask for all rows batch by batch, [rows, outputs] in the rows' own order; `done` hears how many are answered."""
    rows = len(next(iter(inputs.values())))
    length = lengths(inputs)
    if rows <= BATCH and length is None:
        return ask(inputs)
    answers: Floats | None = None
    answered = 0
    for chosen in in_order(rows, length):
        batch = ask(take(inputs, chosen))
        if answers is None:
            answers = np.empty((rows, batch.shape[1]), dtype=np.float32)
        answers[chosen] = batch
        answered += len(chosen)
        done(answered)
    return answers if answers is not None else np.empty((0, 1), dtype=np.float32)
