"""From files of lines to the yard's tables: at least once, by ids that are there once."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.serve import locks
from modelyard.serve.log import LARGEST, SUFFIX, Answers, Feedback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from modelyard.release.yard import Yard
    from modelyard.serve.log import Log

log = logging.getLogger("modelyard.serve")
EVERY = 1.0  # seconds between looks
LONGEST = 60.0  # seconds between them while the database is gone
AT_ONCE = 500  # lines of one transaction
HELD = 4 << 20  # bytes of lines that are held for one; a line may be longer by itself
LINE = msgspec.json.Decoder(Answers | Feedback)


class Shipping:
    """The thread that moves lines on, those of processes that have died too."""

    def __init__(self, own: Log, yard: Yard | None) -> None:
        """Of one process's log; without a yard the lines stay where they are."""
        self.own, self.yard = own, yard
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="modelyard-log", daemon=True)
        self.failed = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Move on what there is, and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self.own.close()

    def once(self) -> None:
        """Move on what can be moved.

        Raises:
            ModelyardError: the database is gone; nothing is lost.
            OSError: the disk is full or gone.
        """
        if self.own.size and (self.yard is None or self.failed):
            self.own.sync()
            if self.own.size > LARGEST:
                self.own.turn()
        elif self.own.size:
            self.own.turn()
        if self.yard is not None:
            for path in sorted(self.own.folder.glob(f"*{SUFFIX}")):
                with _taken(path) as file:
                    if file is not None:
                        ship(file, self.yard)
                        path.unlink()

    def _run(self) -> None:
        wait = EVERY
        ending = False
        while not ending:
            ending = self._stopped.wait(wait)
            try:
                self.once()
            except Exception as error:  # noqa: BLE001 - drivers raise what they like; what is not moved on is kept
                if not self.failed:
                    log.warning("the log is kept in %s for now: %s", self.own.folder, type(error).__name__)
                self.failed, wait = True, min(2 * wait, LONGEST)
            else:
                self.failed, wait = False, EVERY


def ship(file: BinaryIO, yard: Yard) -> None:
    """Put a file's lines into the yard's tables; those that are there already stay as they are.

    Raises:
        YardGoneError: the database cannot be written.
    """
    batch: list[Answers | Feedback] = []
    held = 0
    for line in file:
        if not line.endswith(b"\n"):  # cut off in the middle: its client never heard of it
            break
        try:
            batch.append(LINE.decode(line.decode()))
        except (msgspec.DecodeError, UnicodeDecodeError):
            log.warning("a line of the log cannot be read, and is left out")
        held += len(line)
        if len(batch) >= AT_ONCE or held >= HELD:
            yard.keep_lines(answers=_rows(batch, Answers), feedback=_rows(batch, Feedback))
            batch.clear()
            held = 0
    if batch:
        yard.keep_lines(answers=_rows(batch, Answers), feedback=_rows(batch, Feedback))


def _rows(batch: list[Answers | Feedback], kind: type[Answers | Feedback]) -> list[tuple[Any, ...]]:
    """The lines of one table, as its columns are ordered."""
    return [tuple(map(_plain, msgspec.structs.astuple(line))) for line in batch if isinstance(line, kind)]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else value


@contextmanager
def _taken(path: Path) -> Iterator[BinaryIO | None]:
    """A file that no process writes any more, and that no other moves on; else None."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # another has moved it on
        yield None
        return
    with file:
        if not locks.take(file.fileno()):
            yield None
            return
        # Between the look and the lock another may have moved it on and removed it.
        yield file if os.fstat(file.fileno()).st_nlink else None
