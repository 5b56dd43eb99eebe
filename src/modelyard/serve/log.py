"""The log of requests: every answer is written down before its client hears it.

Lines are appended to a file of this process by one `write` for all answers of a moment. What was written survives the
process, however it ends; `serve/shipping.py` moves it on into the yard's tables.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.core import clock
from modelyard.serve import locks
from modelyard.serve.wire import LogUnwritableError, encode

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Scope

    from modelyard.serve.exchange import Witness
    from modelyard.serve.infer import Served
    from modelyard.serve.settings import Logging

log = logging.getLogger("modelyard.serve")
SUFFIX = ".jsonl"
LARGEST = 64 << 20  # bytes of a file, from which on a new one is begun


class Answers(msgspec.Struct, tag_field="table", tag="answers"):
    """A line: one answered request, as the yard's table has it."""

    id: str
    at: str
    name: str
    release: str | None
    bundle: str
    key: int | None
    rows: int
    seconds: float
    exchange: str
    body: msgspec.Raw


class Feedback(msgspec.Struct, tag_field="table", tag="feedback"):
    """A line: what came of a row of a request."""

    id: str
    request: str
    row: int
    truth: msgspec.Raw
    key: int | None
    at: str
    name: str


class Log:
    """One process's file of lines, in a folder that several processes share."""

    def __init__(self, folder: Path, settings: Logging) -> None:
        """The folder is made where it is not there.

        Raises:
            OSError: it cannot be made, or not be written.
        """
        self.folder, self.settings = folder, settings
        self.worker = os.urandom(4).hex()
        self.failing = False
        self._counter = count(1)
        self._lock = threading.Lock()
        self._lines: list[bytes] = []
        self._written: asyncio.Future[None] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._file = self._opened()
        self.size = 0

    async def answered(self, scope: Scope, served: Served, witness: Witness, body: bytes, asked: bytes) -> None:
        """Write an answer down, with all others of this turn of the event loop.

        Raises:
            LogUnwritableError: it cannot be, and the settings do not say that the answer goes out nevertheless.
        """
        release = dict(served.marks).get(b"x-modelyard-release")
        line = Answers(
            id=f"{scope['modelyard.request_id']}-{self.worker}{next(self._counter):x}",
            at=clock.precisely(),
            name=served.name,
            release=None if release is None else release.decode(),
            bundle=served.bundle.digest,
            key=_number(scope.get("modelyard.key")),
            rows=witness.rows,
            seconds=round(time.perf_counter() - witness.began, 6),
            exchange=witness.name,
            body=msgspec.Raw(_body(body, asked if self.settings.inputs and not served.bundle.protects else b"")),
        )
        self._lines.append(encode(line))
        loop = asyncio.get_running_loop()
        if self._written is None or self._written.done() or self._written.get_loop() is not loop:
            self._written = loop.create_future()
            loop.call_soon(self._flush, self._written)
        await asyncio.shield(self._written)

    def feedback(self, request: str, name: str, row: int, truth: str | float | bool, key: Any) -> None:  # noqa: ANN401, FBT001 - a truth may be one; a Key or None
        """Write down what came of a row.

        Raises:
            LogUnwritableError: it cannot be.
        """
        own = f"{request}-{row}-{self.worker}{next(self._counter):x}"
        try:
            line = Feedback(own, request, row, msgspec.Raw(encode(truth)), _number(key), clock.precisely(), name)
            self.write(encode(line) + b"\n")
        except OSError as error:
            raise _unwritable(error) from error

    def write(self, lines: bytes) -> None:
        """Append whole lines, all or none.

        Raises:
            OSError: the disk is full, or gone.
        """
        with self._lock:
            try:
                written = os.write(self._file, lines)
            except OSError:
                self._cut()
                raise
            if written < len(lines):
                self._cut()
                raise OSError(28, "no space left on device")
            self.size += written

    def turn(self) -> None:
        """Begin a new file: what was written until now can be moved on by anybody.

        Raises:
            OSError: none can be begun; the old one is kept.
        """
        if self.size == 0:
            return
        file = self._opened()
        with self._lock:
            old, self._file, self.size = self._file, file, 0
        os.close(old)

    def sync(self) -> None:
        """Have what was written kept by the disk."""
        with self._lock:
            file = os.dup(self._file)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def close(self) -> None:
        """No more is written."""
        with self._lock:
            os.close(self._file)
            if self.size == 0:
                self._path.unlink(missing_ok=True)

    def _flush(self, written: asyncio.Future[None]) -> None:
        lines, self._lines = self._lines, []
        try:
            self.write(b"\n".join(lines) + b"\n")
        except OSError as error:
            if not self.failing:  # once, not thousands of times a second
                log.warning("answers are not in the log %s: %s", self.folder, error.strerror)
            self.failing = True
            if not self.settings.lenient:
                written.set_exception(_unwritable(error))
                return
        else:
            self.failing = False
        written.set_result(None)

    def _cut(self) -> None:
        """Take back half a line, whose client was told that it failed."""
        with suppress(OSError):
            os.ftruncate(self._file, self.size)

    def _opened(self) -> int:
        """A new file; the lock on it tells that this process lives and still writes."""
        while True:
            path = self.folder / f"{self.worker}-{next(self._counter):x}{SUFFIX}"
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            # Another process that moves lines on may have come before the lock, and removed a file that was empty.
            if locks.take(file) and os.fstat(file).st_nlink:
                self._path = path
                return file
            os.close(file)


def _body(body: bytes, asked: bytes) -> bytes:
    """The answer as JSON on one line; with the rows that were asked for, both by their names."""
    if b"\n" in body or b"\r" in body:
        body = encode(msgspec.json.decode(body))
    if not asked:
        return body
    try:
        return b'{"asked":%s,"answered":%s}' % (encode(msgspec.json.decode(asked)), body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # no JSON: a protocol's own form
        return body


def _number(key: Any) -> int | None:  # noqa: ANN401 - a Key or None
    return None if key is None else int(key.number)


def _unwritable(error: OSError) -> LogUnwritableError:
    why = (error.strerror or type(error).__name__).lower()
    return LogUnwritableError(f"what is answered cannot be written down: {why}", "log", "tell whoever runs the server")
