"""A lock on an open file that a process loses when it dies, however it dies."""

from __future__ import annotations

import sys

from modelyard.core.errors import UsageError

if sys.platform != "win32":
    import fcntl

    def take(file: int) -> bool:
        """Lock an open file; whether no other process has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

else:

    def take(file: int) -> bool:  # noqa: ARG001 - the same words everywhere
        """Locks that end with their process are Unix's."""
        raise UsageError("a log of requests needs Linux or macOS", "--log", "serve without one: --log off")
