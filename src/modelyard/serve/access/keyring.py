"""The yard's keys in memory: read anew every second, and kept as they were while the yard cannot be read."""

from __future__ import annotations

import logging
import math
import re
import threading
from datetime import datetime
from time import time
from typing import TYPE_CHECKING

from modelyard.serve.access.errors import KeyExpiredError, KeyInvalidError, KeyMissingError, KeysUnknownError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.release.keys import Key

log = logging.getLogger("modelyard.serve")
PERIOD = 1.0  # seconds between looks: a key that is revoked opens nothing two seconds later
REVOKED = -math.inf
BEARER = re.compile(rb"bearer +(my_[A-Za-z0-9_-]{43}) *", re.IGNORECASE)


class Keyring:
    """The keys that open a server; without a place to read them from there are none."""

    def __init__(
        self,
        read: Callable[[], Mapping[str, Key]] | None = None,
        clock: Callable[[], float] = time,
        *,
        required: bool = False,
    ) -> None:
        """`read` gives all keys by the digest of their tokens, those that ended too; one may be `required` anyway."""
        self._read, self._clock = read, clock
        self._hash: Callable[[str], str] = str
        self._entries: dict[str, tuple[Key, float]] | None = {} if read is None else None
        self._required = required
        self._failing = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if read is not None:
            from modelyard.release.keys import hash_of  # with SQLAlchemy, which a server without keys does without

            self._hash = hash_of
            self.refresh()

    @property
    def required(self) -> bool:
        """Whether a key is needed: from the first one that was ever made on, though all are revoked since.

        Raises:
            KeysUnknownError: the yard could not be read yet.
        """
        if self._entries is None:
            raise KeysUnknownError("the yard's keys cannot be read", "", "come back in a few seconds")
        return self._required

    def find(self, given: bytes | None) -> Key:
        """The key in an Authorization header.

        Raises:
            KeyMissingError: there is no such header.
            KeyInvalidError: it holds no key, or none that opens anything.
            KeyExpiredError: it was a key once.
        """
        if not given:
            raise KeyMissingError
        shown = BEARER.fullmatch(given)
        entry = (self._entries or {}).get(self._hash(shown[1].decode())) if shown else None
        if entry is None or entry[1] == REVOKED:
            raise KeyInvalidError
        key, ends = entry
        if ends <= self._clock():
            raise KeyExpiredError(key.expires or "")
        return key

    def refresh(self) -> None:
        """Read the keys anew; where that fails, those that were read last go on."""
        if self._read is None:
            return
        try:
            entries = {digest: (key, _ends(key)) for digest, key in self._read().items()}
        except Exception as error:  # noqa: BLE001 - whatever ails a database, who has a key is served
            if not self._failing:
                log.warning("the yard's keys cannot be read (%s); the last ones go on", type(error).__name__)
            self._failing = True
            return
        self._failing = False
        self._entries = entries
        self._required = self._required or bool(entries)

    def start(self) -> None:
        """Look again and again, in a thread."""
        if self._read is not None and self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="modelyard-keys", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.wait(PERIOD):
            self.refresh()


def _ends(key: Key) -> float:
    """When a key opens nothing any more, in seconds since 1970."""
    if key.revoked is not None:
        return REVOKED
    return math.inf if key.expires is None else datetime.fromisoformat(key.expires).timestamp()
