"""Pages of other sites that ask through a browser (CORS). No answer of ours ever allows cookies: there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from modelyard.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.serve.wire import Headers

ANY = "*"
METHODS = b"GET, HEAD, POST"
ASKED_WITH = b"authorization, content-type, x-request-id, x-modelyard-sticky"
TOLD = b"x-request-id, x-modelyard-bundle, x-modelyard-release, retry-after, www-authenticate"
KEPT = b"600"  # seconds for which a browser need not ask again
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Origins:
    """Whose pages may ask."""

    def __init__(self, allowed: Iterable[str]) -> None:
        """Exact origins, or `*`.

        Raises:
            UsageError: one is none.
        """
        self._allowed = frozenset(_checked(origin).encode() for origin in allowed)
        self._any = ANY.encode() in self._allowed

    def allows(self, origin: bytes) -> bool:
        """Whether a page of this origin may."""
        return self._any or origin.lower() in self._allowed

    def marks(self, origin: bytes | None) -> Headers:
        """The headers by which a browser lets the page read an answer.

        What is asked by no page says too that answers differ: a cache may keep it, and give it to a page.
        """
        if not self._allowed:
            return []
        if self._any:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", TOLD)]
        if origin is None or not self.allows(origin):
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", TOLD),
            (b"vary", b"Origin"),
        ]

    def preflight(self, headers: Mapping[bytes, bytes]) -> Headers | None:
        """What a browser hears that asks whether it may ask; None where it does not ask that, or may not."""
        if b"access-control-request-method" not in headers or not self.allows(headers.get(b"origin", b"")):
            return None
        return [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", ASKED_WITH),
            (b"access-control-max-age", KEPT),
        ]

    def intrudes(self, method: str, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a page of a site that was not allowed would change something here, by the hand of a browser.

        What a page reads a browser guards; what it sends it does not, and where no key is asked for, this does.
        """
        origin = headers.get(b"origin")
        if origin is None or method in READS or self.allows(origin):
            return False
        return origin.partition(b"://")[2].lower() != headers.get(b"host", b"").lower()


def _checked(origin: str) -> str:
    if origin == ANY:
        return origin
    hint = "such as https://app.example.com, or * for pages of every site"
    try:
        parts = urlsplit(origin)
        given = f"{parts.scheme}://{parts.netloc}"
        _ = parts.port
    except ValueError:
        raise UsageError("is no origin", f"--cors {origin}", hint) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise UsageError("is no origin", f"--cors {origin}", hint)
    if origin.lower() != given.lower() or not origin.isascii() or not origin.isprintable():
        raise UsageError("an origin is a scheme, a host and a port, and nothing after", f"--cors {origin}", hint)
    return given.lower()
