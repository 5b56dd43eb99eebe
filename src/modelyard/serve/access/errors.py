"""Refusals at the door. Each tells a client the way in, and nothing that helps to guess one."""

from __future__ import annotations

from typing import ClassVar

from modelyard.core.errors import ModelyardError
from modelyard.serve.wire import UnavailableError

Headers = tuple[tuple[bytes, bytes], ...]
REALM = b'Bearer realm="modelyard"'
WAY_IN = "send the header Authorization: Bearer TOKEN; whoever runs the server makes one with: modelyard keys make NAME"


class KeyMissingError(ModelyardError):
    """There is no key where one is needed."""

    code = "key_missing"
    http_status = 401
    headers: ClassVar[Headers] = ((b"www-authenticate", REALM),)

    def __init__(self) -> None:
        """The same words for everybody."""
        super().__init__("needs a key", "authorization", WAY_IN)


class KeyInvalidError(ModelyardError):
    """The key is malformed, unknown or revoked; which of these is not told."""

    code = "key_invalid"
    http_status = 401
    headers: ClassVar[Headers] = ((b"www-authenticate", REALM + b', error="invalid_token"'),)

    def __init__(self) -> None:
        """The same words for everybody."""
        super().__init__("the key opens nothing", "authorization", WAY_IN)


class KeyExpiredError(KeyInvalidError):
    """The key was good once; only who holds it hears this."""

    code = "key_expired"

    def __init__(self, at: str) -> None:
        """It ended `at`."""
        ModelyardError.__init__(self, f"the key expired at {at}", "authorization", "ask for a new one")


class ScopeError(ModelyardError):
    """The key is good, and not for this."""

    code = "scope_missing"
    http_status = 403

    def __init__(self, scope: str) -> None:
        """The path needs `scope`."""
        self.headers: Headers = (
            (b"www-authenticate", REALM + b', error="insufficient_scope", scope="%s"' % scope.encode()),
        )
        hint = f"whoever runs the server makes another with: modelyard keys make NAME --scopes {scope}"
        super().__init__(f"the key lacks the scope '{scope}'", "authorization", hint)


class HereOnlyError(ModelyardError):
    """Where there are no keys, whoever sits at the machine administers it, and nobody else."""

    code = "key_missing"
    http_status = 403


class OriginError(ModelyardError):
    """A page of another site asks through somebody's browser."""

    code = "origin_refused"
    http_status = 403


class RateError(ModelyardError):
    """More requests than are allowed."""

    code = "rate_exceeded"
    http_status = 429

    def __init__(self, rate: float, seconds: int) -> None:
        """At most `rate` a second; there is room again in so many seconds."""
        self.headers: Headers = ((b"retry-after", b"%d" % seconds),)
        super().__init__(f"at most {rate:g} requests a second", "rate", f"come back in {seconds} s")


class HeadError(ModelyardError):
    """The headers are too long."""

    code = "headers_too_long"
    http_status = 431


class OverdueError(ModelyardError):
    """The whole request took too long."""

    code = "timeout"
    http_status = 504


class KeysUnknownError(UnavailableError):
    """The yard could not be read since the server started, so that nobody can be told from anybody."""

    code = "keys_unknown"
