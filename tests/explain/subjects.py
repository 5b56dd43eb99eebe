"""Small models that are asked why: functions of numbers, and what they are asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core.blocks import Numbers
from modelyard.core.explaining import Subject
from modelyard.core.types import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.types import Floats


def names(columns: int) -> list[str]:
    return [f"c{place}" for place in range(columns)]


def of(function: Callable[[Floats], Floats], columns: int, rows: int, **said: Any) -> Subject:
    """A function of numbers [rows, columns] to values [rows]."""

    def run(blocks: Any) -> Floats:
        return function(np.hstack([block.values for block in blocks.values()]))[:, None]

    return Subject(
        columns=tuple(Column(name, Kind.NUMBER) for name in names(columns)),
        encode=lambda _name, values: Numbers(values[:, None]),
        run=run,
        output=np.zeros(rows, dtype=np.int64),
        of=("",) * rows,
        decide=lambda answers, _rows: np.zeros(len(answers), dtype=np.int64),
        **said,
    )


def columns(values: Floats) -> dict[str, Floats]:
    return dict(zip(names(values.shape[1]), values.T, strict=True))


def winding(x: Floats) -> Floats:
    """Interactions of two and three columns."""
    return np.asarray(x[:, 0] * x[:, 1] + np.maximum(x[:, 2], x[:, 3] * x[:, 0]) + np.sin(x[:, -1]))


def straight(x: Floats) -> Floats:
    """A weight a column: 1, 2, 3 and so on, every second one below zero."""
    return x @ weights(x.shape[1])


def weights(many: int) -> Floats:
    return np.arange(1.0, many + 1) * (-1.0) ** np.arange(many)
