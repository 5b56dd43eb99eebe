"""Copies of requests for a release that no client hears: asked in the background and compared."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Condition, Event, Thread
from time import perf_counter

from modelyard.core.errors import ModelyardError
from modelyard.serve.exchange import Answered, Exchange, Witness
from modelyard.serve.running import Running

log = logging.getLogger("modelyard.serve")
REST = 4  # times as long as a copy took: shadows get at most a fifth of what Python does at one time, clients the rest
LONGEST_REST = 1.0  # seconds
GRACE = 10.0  # seconds for the copy that is under way when it stops: a thread must not outlive the interpreter


@dataclass(frozen=True)
class Copy:
    """A request, what it was answered with, by which release, and the release that is to answer it too."""

    shadow: Running
    exchange: Exchange
    body: bytes
    headers: Mapping[bytes, bytes]
    answered: Answered
    by: Running


class Shadow:
    """A thread that asks shadows; it starts with the first copy. One serves all models of an application."""

    def __init__(self, copies: int, size: int) -> None:
        """Of so many copies and bytes that wait at most."""
        self.copies, self.size = copies, size
        self._waiting: deque[Copy] = deque()
        self._bytes = 0
        self._changed = Condition()
        self._thread: Thread | None = None
        self._stop = Event()
        self._busy = False

    def offer(self, copy: Copy) -> None:
        """Ask it later; where too many wait it is dropped, and counted."""
        with self._changed:
            if self._stop.is_set() or len(self._waiting) >= self.copies or self._bytes + len(copy.body) > self.size:
                copy.shadow.figures.dropped()
                return
            self._waiting.append(copy)
            self._bytes += len(copy.body)
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="modelyard-shadow", daemon=True)
                self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing waits; says whether that came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def stop(self) -> None:
        """Ask no more; what waits is dropped."""
        with self._changed:
            self._stop.set()
            self._waiting.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(GRACE)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._stop.is_set() or bool(self._waiting))
                if self._stop.is_set():
                    return
                copy = self._waiting.popleft()
                self._bytes -= len(copy.body)
                self._busy = True
            started = perf_counter()
            _ask(copy)
            self._stop.wait(min(REST * (perf_counter() - started), LONGEST_REST))


def _ask(copy: Copy) -> None:
    """Answer it, and compare: nothing that happens here reaches a client."""
    figures, witness = copy.shadow.figures, Witness(copy.exchange)
    started = perf_counter()
    try:
        copy.shadow.answer(witness, copy.body, copy.headers)
    except ModelyardError:
        figures.refused()
    except Exception as error:  # noqa: BLE001 - whatever a shadow fails at is counted, and goes no further
        if not figures.counts.failed:
            log.warning("%s: the shadow failed with %s", copy.shadow.target.label, type(error).__name__)
        figures.failed()
    else:
        figures.answered(perf_counter() - started, witness.answered)
        if witness.answered is not None:
            figures.compare(witness.answered, copy.answered, copy.by.bundle)
