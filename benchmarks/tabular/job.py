"""One fit: what the process that does it is told, and what it gives back to be timed."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
PRESETS = ("quick", "balanced", "best")  # of `auto`
BY_NAME = "modelyard:"  # any model, such as modelyard:linear


@dataclass(frozen=True)
class Job:
    """A method on a data set's split, as JSON carries it; `positive` is None where the target is a number."""

    method: str
    data: str
    train: str
    test: str
    target: str
    positive: str | None
    dates: list[str]
    seed: int
    limit: float
    threads: int


@dataclass(frozen=True)
class Fitted:
    """What a library made of the training rows.

    `predict` takes rows as its users would hand them over, encoding included, and gives [rows]: the probability of the
    positive class, or a value. `test` are the test rows in that form, `one` some of them singly, `repeated(n)` n rows.
    """

    predict: Callable[[Any], Floats]
    test: Any
    one: Sequence[Any]
    repeated: Callable[[int], Any]
    seconds: float
    told: dict[str, Any] = field(default_factory=dict)


def is_ours(method: str) -> bool:
    """Whether a method is Modelyard's."""
    return method in PRESETS or method.startswith(BY_NAME)


def preload(*modules: str) -> None:
    """Import what is there of the modules that a library would import while the clock runs."""
    for module in modules:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(module)
