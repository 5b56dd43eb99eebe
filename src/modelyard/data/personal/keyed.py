"""Stand-ins that only who has the key can make, and that the key itself knows again.

A stand-in is HMAC-SHA-256 (RFC 2104) of what it stands for, and a check part that is an HMAC of the stand-in: so
nobody without the key can pass a made-up one off, and what was replaced already is left as it is.
"""

from __future__ import annotations

import hmac
import os
from base64 import b32encode
from hashlib import sha256

from modelyard.core.errors import RecipeError

KEY = "MODELYARD_PRIVACY_KEY"
SHORTEST = 32  # characters of a key
MAKE = "make one and keep it: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
# Crockford's: no letter that is read as a digit or as another.
ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def fingerprint(name: str) -> str:
    """What tells one key from another, and nothing of it; empty where the variable is not set."""
    held = os.environ.get(name, "").encode()
    return hmac.new(held, b"modelyard: which key", sha256).hexdigest() if held else ""


def key(name: str) -> bytes:
    """The key in an environment variable.

    Raises:
        RecipeError: it is not there, or is short; the message tells how to make one, and nothing of what is there.
    """
    held = os.environ.get(name, "")
    if not held:
        raise RecipeError(f"the environment variable {name}, which holds the key, is not set", "protect", MAKE)
    if len(held) < SHORTEST:
        raise RecipeError(f"the key in {name} has fewer than {SHORTEST} characters", "protect", MAKE)
    return held.encode()


def stand_in(name: str, meaning: tuple[str, ...], length: int, check: int) -> str:
    """Signs for what `meaning` says, `length` of them, then a dash and `check` more that prove them."""
    secret = key(name)
    body = _signs(secret, ("of", *meaning), length)
    return f"{body}-{_signs(secret, ('check', body), check)}"


def genuine(name: str, written: str, check: int) -> bool:
    """Whether the key made a stand-in."""
    body, _dash, proof = written.rpartition("-")
    return hmac.compare_digest(_signs(key(name), ("check", body), check).encode(), proof.encode())


def _signs(secret: bytes, meaning: tuple[str, ...], length: int) -> str:
    """Each sign five bits of the HMAC; the parts of `meaning` are told apart by how long they are."""
    told = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in meaning)
    made = hmac.new(secret, told, sha256).digest()
    return b32encode(made).decode().translate(ALPHABET)[:length]
