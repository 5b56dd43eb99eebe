"""Which releases answer under a name now, and who gets which."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.core.errors import nearest
from modelyard.serve.running import Running
from modelyard.serve.wire import NotFoundError

if TYPE_CHECKING:
    from starlette.types import Scope

STICKY = b"x-modelyard-sticky"
WHOLE = 1 << 64


@dataclass(frozen=True)
class Lineup:
    """What answers (`stable`), what gets a share of the requests (`canary`), and what gets copies (`shadow`).

    It never changes: another one takes its place in one assignment, and requests under way keep theirs.
    """

    stable: Running
    canary: Running | None = None
    share: float = 0.0
    shadow: Running | None = None

    def choose(self, scope: Scope) -> Running:
        """What answers this request: the version that it asks for, else by its key.

        The same key gets the same release, and a larger share only adds keys.

        Raises:
            NotFoundError: it asks for a version that does not answer.
        """
        version = scope.get("modelyard.version")
        if version is not None:
            return self._of(str(version))
        if self.canary is None:
            return self.stable
        return self.canary if place(self.stable.name, sticky(scope)) < self.share else self.stable

    @property
    def running(self) -> tuple[Running, ...]:
        """All that answer requests, the stable one first."""
        return (self.stable,) if self.canary is None else (self.stable, self.canary)

    def _of(self, version: str) -> Running:
        known = {str(running.target.version or 1): running for running in self.running}
        if version not in known:
            raise NotFoundError(f"no version '{version[:100]}'", self.stable.name, nearest(version[:100], known))
        return known[version]


def place(name: str, key: str | bytes) -> float:
    """Where a key stands in [0, 1), for a model of this name: of many keys each part gets its share.

    >>> place("risk", "customer-17") == place("risk", b"customer-17"), place("risk", "a") == place("price", "a")
    (True, False)
    """
    told = key.encode() if isinstance(key, str) else key
    digest = hashlib.sha256(name.encode() + b"\0" + told).digest()
    return int.from_bytes(digest[:8]) / WHOLE


def sticky(scope: Scope) -> str | bytes:
    """By what a request is told from others: its own word, else the API key's number, else its id."""
    for header, value in scope["headers"]:
        if header == STICKY:
            return bytes(value)
    key = scope.get("modelyard.key")
    return f"key {key.number}" if key is not None else str(scope.get("modelyard.request_id", ""))
