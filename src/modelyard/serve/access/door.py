"""The door: who asks, whether they may, and whether it is too often; by headers alone, before a body is read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from modelyard.core.errors import YardError
from modelyard.serve.access import rates, scopes
from modelyard.serve.access.errors import (
    HeadError,
    HereOnlyError,
    KeyInvalidError,
    KeyMissingError,
    OriginError,
    ScopeError,
)
from modelyard.serve.access.keyring import Keyring
from modelyard.serve.access.origins import Origins
from modelyard.serve.access.place import is_loopback
from modelyard.serve.access.tls import HSTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.types import Scope

    from modelyard.release.keys import Key
    from modelyard.serve.access.settings import Access
    from modelyard.serve.wire import Headers

KEY = "modelyard.key"  # where a request's key stands in its scope
LONG = "modelyard.headers_too_long"  # what the protocol says of a request
MOST_HEADERS = 100
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")
SNIFF: Headers = [(b"x-content-type-options", b"nosniff")]
# A page of ours leaks no address, is framed by nobody else, and asks for no camera.
PAGE: Headers = [
    *SNIFF,
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class Door:
    """One for each application; `share` of the rates is its own, where several processes answer."""

    def __init__(
        self,
        access: Access,
        *,
        keyring: Keyring | None = None,
        taken: rates.Rates | None = None,
        share: float = 1.0,
        kept: Path | None = None,
    ) -> None:
        """As it is told; the keys are those of its yard, and `kept` is a file where its other doors find them too.

        Raises:
            UsageError: an origin is none.
        """
        self.access, self.share = access, share
        self.origins = Origins(access.origins)
        self.keyring = _keyring(access, kept) if keyring is None else keyring
        self.taken = rates.Rates() if taken is None else taken

    def admit(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """Let a request in, with its key or None in its scope.

        Raises:
            KeyMissingError, KeyInvalidError, KeyExpiredError: it shows no key that opens anything.
            ScopeError: it shows one that does not open this.
            RateError: it comes too soon.
            HeadError: its headers are too long.
            OriginError, HereOnlyError: there are no keys, and it comes from elsewhere than it may.
            KeysUnknownError: nobody can tell yet.
        """
        scope[KEY] = None
        if LONG in scope or len(scope["headers"]) > MOST_HEADERS:
            raise HeadError("the headers are too long, or too many", "headers", "leave out what is not needed")
        path: str = scope["path"]
        scope_needed = scopes.needed(path)
        if scope_needed is scopes.OPEN:
            if path not in scopes.HEALTH:
                self._limit(scope, None)
        elif self.keyring.required:
            key = self._key(scope, headers)
            scope[KEY] = key
            self._limit(scope, key)
            if scope_needed and scope_needed not in key.scopes:
                raise ScopeError(scope_needed)
        else:
            self._limit(scope, None)
            if self.origins.intrudes(scope["method"], headers):
                hint = "whoever runs the server lets its pages in with: --cors ORIGIN"
                raise OriginError("a page of another site may not ask here", "origin", hint)
            if scope_needed == scopes.ADMIN and not _is_here(scope, headers):
                hint = "make a key with: modelyard keys make NAME --scopes admin"
                raise HereOnlyError("without a key this is for the server's own machine", "authorization", hint)

    def marks(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Headers:
        """What every answer to a request says to browsers."""
        marks = SNIFF if scope["method"] == "POST" else PAGE
        if scope["scheme"] == "https":
            marks = [*marks, HSTS]
        told = self.origins.marks(headers.get(b"origin"))
        return [*marks, *told] if told else marks

    def start(self) -> None:
        """Follow the keys of the yard from now on."""
        self.keyring.start()

    def stop(self) -> None:
        """Follow them no more."""
        self.keyring.stop()

    def _key(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Key:
        """The key that a request shows; whoever shows none that opens anything is limited by address."""
        given = headers.get(b"authorization")
        if len(headers) < len(scope["headers"]) and _times(scope, b"authorization") > 1:
            given = b"two"  # of which two parties might each believe another one: no key
        try:
            return self.keyring.find(given)
        except (KeyMissingError, KeyInvalidError):
            self._limit(scope, None)
            raise

    def _limit(self, scope: Scope, key: Key | None) -> None:
        rate = self.access.rate if key is None or key.rate is None else key.rate
        if rate is None:
            return
        burst = self.access.burst
        whose = rates.address(scope["client"][0] if scope.get("client") else "") if key is None else key.number
        self.taken.take(whose, rate * self.share, None if burst is None else max(1, int(burst * self.share)))


def _keyring(access: Access, kept: Path | None) -> Keyring:
    if access.home is None:
        return Keyring()
    from modelyard.release.yard import Yard  # SQLAlchemy, which a bundle without a yard does without
    from modelyard.serve.access import shared

    home = access.home
    yard: list[Yard] = []
    tables: list[dict[str, Key]] = []  # the last one

    def read() -> Mapping[str, Key]:
        if not yard:
            yard.append(Yard(home))
        try:
            table = yard[0].keys.table()
        except YardError:
            if tables or kept is None or not kept.exists():
                raise
            return shared.read(kept)  # this worker began while the yard was gone, and others know its keys
        if kept is not None and tables != [table]:
            with suppress(OSError):  # a full disk: a key that was revoked must be so here nevertheless
                shared.write(kept, table)
        tables[:] = [table]
        return table

    return Keyring(read, required=access.locked)


def _times(scope: Scope, name: bytes) -> int:
    return sum(given == name for given, _value in scope["headers"])


def _is_here(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request comes from this machine, by its address and by the name that it calls the server by.

    A name of the outside that leads here is a proxy's, or a page's that lent its own name our address (DNS rebinding).
    """
    client = scope["client"][0] if scope.get("client") else ""
    host = headers.get(b"host", b"").decode("latin-1")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return is_loopback(client) and is_loopback(name) and not any(each in headers for each in FORWARDED)
