"""What is going on, told to whoever listens: a progress bar on a terminal, plain lines in a log, nothing in a test.

The code that works calls `step` and `note`; it never knows who listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A piece of work has come to `done` of `total`; `detail` tells figures such as the loss."""

    name: str
    done: float
    total: float
    detail: str = ""


@dataclass(frozen=True)
class Note:
    """Something that a person should know, though the work goes on."""

    text: str


Event = Step | Note
Listener = Callable[[Event], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def step(name: str, done: float, total: float, detail: str = "") -> None:
    """Tell how far a piece of work has come."""
    _tell(Step(name, done, total, detail))


def note(text: str) -> None:
    """Tell something that a person should know."""
    _tell(Note(text))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send events to `listener` inside the block.

    >>> heard: list[Event] = []
    >>> with listening(heard.append):
    ...     note("two rows had no target")
    >>> heard
    [Note(text='two rows had no target')]
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def listener() -> Listener | None:
    """Who listens here."""
    return _listener.get()


def notes_of(listener: Listener | None) -> Listener:
    """Passes notes on, and no steps."""

    def heard(event: Event) -> None:
        if listener is not None and isinstance(event, Note):
            listener(event)

    return heard


def _tell(event: Event) -> None:
    listener = _listener.get()
    if listener is not None:
        listener(event)
