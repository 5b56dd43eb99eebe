"""How long there is: said by who commissions the work, asked by the loops that do it."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Work inside the block has so many seconds from now, and never more than the block around it.

    A loop that learns keeps the best it has when the time is up; nothing is interrupted.

    >>> with within(60), within(3600):
    ...     left() <= 60
    True
    """
    token = _end.set(min(_end.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _end.reset(token)


def left() -> float:
    """Seconds until the deadline, negative after it; infinity where there is none."""
    return _end.get() - time.monotonic()


def passed() -> bool:
    """Whether the time is up."""
    return left() <= 0
