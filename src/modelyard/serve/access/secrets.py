"""Tokens never leave: where one stands in what a client wrote, it is not repeated."""

from __future__ import annotations

import re

TOKEN = re.compile(rb"my_[A-Za-z0-9_-]{43}")
HIDDEN = b"my_..."


def hide(told: bytes) -> bytes:
    """The same without tokens."""
    return TOKEN.sub(HIDDEN, told)
