"""Several processes that serve on one port, and the parent that starts them, starts them anew, and ends them."""

from __future__ import annotations

import logging
import os
import pickle
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from modelyard.core import cores
from modelyard.core.errors import ModelyardError
from modelyard.serve import worker

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

log = logging.getLogger("modelyard.serve")
YOUNG = 10.0  # seconds: one that dies earlier is started again later each time
FIRST, LAST = 0.1, 30.0  # seconds between such starts
DOUBLED = 10  # times at most that the wait is doubled: a worker may fail for days beside others that answer
TRIES = 5  # of which none came to answer, and no other lives: then the parent gives up
GRACE = 15.0  # seconds to answer what is under way, a little more than a worker takes by itself
LEAVING = 5.0  # seconds to end for one that serves no more; meanwhile the parent hears nothing else
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - figures of a run, in a folder of its own


@dataclass
class Child:
    """One worker: its number among them, its process, what it tells, and when it was started."""

    slot: int
    process: subprocess.Popen[bytes]
    pipe: int
    started: float
    ready: bool = False
    error: Exception | None = None


class Workers:
    """The parent's side."""

    def __init__(self, words: worker.Words, listener: socket.socket, ready: Callable[[], None]) -> None:
        """`ready` is called once, when all answer."""
        self.words, self.listener, self.ready = words, listener, ready
        self.children: list[Child] = []
        self.due: dict[int, float] = {}  # when a worker's place is filled again
        self.failures = 0  # one after the other, of workers that never answered
        self.was_ready = False
        self.stopped_by: int | None = None
        self.selector = selectors.DefaultSelector()

    def run(self) -> int | None:
        """Serve until SIGINT or SIGTERM, and say which of them it was.

        Raises:
            ModelyardError: no worker can start.
        """
        with _folder() as folder, self._signals():
            self.words = replace(self.words, settings=replace(self.words.settings, figures=folder))
            try:
                for slot in range(self.words.settings.workers):
                    self._start(slot)
                while self.stopped_by is None:
                    self._turn()
            finally:
                self._end()
        return self.stopped_by

    def _turn(self) -> None:
        """Wait until something happens, and see to it."""
        now = time.monotonic()
        for slot in [slot for slot, when in self.due.items() if when <= now]:
            del self.due[slot]
            try:
                self._start(slot)
            except OSError as error:  # no memory or no file is left just now: the others go on
                log.warning("worker %d cannot be started now (%s)", slot, error.strerror)
                self.due[slot] = now + LAST
        soonest = min(self.due.values(), default=None)
        for key, _ in self.selector.select(None if soonest is None else max(0.0, soonest - now)):
            if isinstance(key.data, Child):
                self._hear(key.data)
            else:
                caught = os.read(cast("int", key.fileobj), 1)[0]
                self.stopped_by = self.stopped_by or (caught if caught in {signal.SIGINT, signal.SIGTERM} else None)

    def _start(self, slot: int) -> None:
        here, there = os.pipe()
        command = [sys.executable, *subprocess._args_from_interpreter_flags()]  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing does
        words = f"import sys; from {worker.__name__} import main; sys.exit(main({self.listener.fileno()}, {there}))"
        command += ["-c", words]
        try:
            process = subprocess.Popen(  # noqa: S603 - this very program
                command,
                stdin=subprocess.PIPE,
                pass_fds=[self.listener.fileno(), there],
                env={**os.environ, cores.SHARED: str(self.words.settings.workers)},
                start_new_session=True,  # a terminal's Ctrl-C is for the parent to pass on
            )
        except OSError:
            os.close(here)
            raise
        finally:
            os.close(there)
        child = Child(slot, process, here, time.monotonic())
        self.children.append(child)
        self.selector.register(here, selectors.EVENT_READ, child)
        own = replace(self.words, settings=replace(self.words.settings, slot=slot))
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):  # it has died already, which is heard of below
            process.stdin.write(pickle.dumps(own))
            process.stdin.flush()

    def _hear(self, child: Child) -> None:
        told = os.read(child.pipe, 1 << 20)
        if not told:
            self._died(child)
            return
        child.error = worker.failure(told.strip())
        child.ready = child.error is None
        if child.ready:
            self.failures = 0
        if not self.was_ready and sum(one.ready for one in self.children) == self.words.settings.workers:
            self.was_ready = True
            self.ready()

    def _died(self, child: Child) -> None:
        """Fill its place again: at once where it had served, later each time where it had not."""
        self._forget(child)
        try:
            child.process.wait(LEAVING)
        except subprocess.TimeoutExpired:  # it told that it is done, and a thread of it is not: nobody waits for that
            child.process.kill()
            child.process.wait()
        if not self.was_ready and child.error is not None:
            raise child.error
        young = not child.ready or time.monotonic() - child.started < YOUNG
        self.failures += not child.ready
        if self.failures >= TRIES and not any(one.ready for one in self.children):
            raise child.error or ModelyardError("no worker can start", "serve", "see what was said above")
        wait = min(LAST, FIRST * 2 ** min(max(self.failures, 1), DOUBLED)) if young else 0.0
        log.warning("worker %d ended with %d: another is started", child.slot, child.process.returncode)
        self.due[child.slot] = time.monotonic() + wait

    def _forget(self, child: Child) -> None:
        self.selector.unregister(child.pipe)
        os.close(child.pipe)
        _let_go(child)
        self.children.remove(child)

    def _end(self) -> None:
        """Let every worker answer what is under way."""
        self.listener.close()
        for child in self.children:
            child.process.terminate()
        until = time.monotonic() + GRACE
        for child in self.children:
            try:
                child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _let_go(child)
            os.close(child.pipe)
        self.selector.close()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Hear SIGINT and SIGTERM between two turns rather than in the middle of one."""
        heard, told = os.pipe()
        os.set_blocking(told, False)
        self.selector.register(heard, selectors.EVENT_READ)
        before = {sign: signal.signal(sign, lambda *_: None) for sign in (signal.SIGINT, signal.SIGTERM)}
        waking = signal.set_wakeup_fd(told)
        try:
            yield
        finally:
            signal.set_wakeup_fd(waking)
            for sign, handler in before.items():
                signal.signal(sign, handler)
            os.close(heard)
            os.close(told)


def _let_go(child: Child) -> None:
    if child.process.stdin is not None:
        with suppress(BrokenPipeError):
            child.process.stdin.close()


@contextmanager
def _folder() -> Iterator[str]:
    """Where workers tell each other what they counted."""
    place = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="modelyard-figures-", dir=place)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
