"""A line of JSON for each request: who asked what, and how it went. Nothing that a client wrote but its request id."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from modelyard.core import clock
from modelyard.serve.access.door import KEY
from modelyard.serve.wire import encode

if TYPE_CHECKING:
    from starlette.types import Scope


def write(scope: Scope, route: str, status: int, seconds: float) -> None:
    """One line on standard error. The route is a pattern: a path may hold anything, a token too."""
    key = scope.get(KEY)
    line = {
        "at": clock.precisely(),
        "request_id": scope["modelyard.request_id"],
        "client": scope["client"][0] if scope.get("client") else None,
        "key": None if key is None else key.name,
        "method": scope["method"],
        "route": route,
        "model": scope.get("modelyard.model"),
        "status": status,
        "seconds": round(seconds, 6),
    }
    with suppress(OSError, ValueError):  # that nobody reads it is no reason to fail a request
        sys.stderr.write(encode(line).decode() + "\n")
        sys.stderr.flush()
