"""Keys that clients show: made once, kept as a digest, limited in what they may, and revocable."""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.core import clock
from modelyard.core.errors import UsageError, YardError, nearest
from modelyard.release.ledger import acts
from modelyard.release.ledger.tables import KEYS, LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.release.ledger.database import Database

SCOPES = ("predict", "explain", "feedback", "admin")
PREFIX = "my_"  # by which a leaked key is found in a log or a repository


@dataclass(frozen=True)
class Key:
    """What is kept of a key. Times are ISO 8601 in UTC; `rate` is in requests a second."""

    number: int
    name: str
    scopes: frozenset[str]
    made: str
    expires: str | None = None
    revoked: str | None = None
    rate: float | None = None

    def lives(self, at: datetime | None = None) -> bool:
        """Whether it opens anything: neither revoked nor expired."""
        if self.revoked is not None:
            return False
        return self.expires is None or datetime.fromisoformat(self.expires) > (at or datetime.now(UTC))


class Keys:
    """The keys of a yard."""

    def __init__(self, database: Database) -> None:
        """Those of the yard in `database`."""
        self._database = database

    def make(
        self,
        name: str,
        scopes: Iterable[str] = ("predict",),
        expires: datetime | None = None,
        rate: float | None = None,
        by: str = "",
    ) -> tuple[Key, str]:
        """A new key, and the token that its holder shows: told here and never again.

        Args:
            name: whose it is; no two keys that are not revoked have one name.
            scopes: some of predict, explain, feedback, admin.
            expires: when it ends, in a time zone; never where it is not said.
            rate: requests a second.
            by: who makes it.

        Raises:
            UsageError: a name, a scope, a time or a rate is none.
        """
        label = _named(name)
        allowed = _scopes(scopes)
        if expires is not None and expires.tzinfo is None:
            raise UsageError("needs a time zone", "expires", "such as datetime.now(UTC) + timedelta(days=90)")
        if rate is not None and not (rate > 0 and math.isfinite(rate)):
            raise UsageError(f"{rate} requests a second are none", "rate", "a number above 0, such as 20")
        token = PREFIX + secrets.token_urlsafe(32)
        until = None if expires is None else expires.astimezone(UTC).isoformat(timespec="seconds")
        row: dict[str, Any] = {"name": label, "made": clock.now(), "expires": until, "rate": rate}
        with self._database.writing() as connection:
            if connection.execute(
                sa.select(KEYS.c.number).where(KEYS.c.name == label, KEYS.c.revoked.is_(None))
            ).first():
                hint = f"revoke it first: modelyard keys revoke {label}, or choose another name"
                raise UsageError(f"there is a key called '{label}' already", "name", hint)
            written = {**row, "scopes": ",".join(sorted(allowed)), "hash": hash_of(token)}
            number = connection.execute(KEYS.insert().values(written).returning(KEYS.c.number)).scalar_one()
            detail = {"number": number, "scopes": sorted(allowed), "expires": until, "rate": rate}
            acts.write(connection, acts.KEY_MADE, label, by, detail)
        return Key(number=number, scopes=allowed, **row), token

    def list(self) -> tuple[Key, ...]:
        """Every key that ever was, the first one first."""
        return tuple(self.table().values())

    def revoke(self, which: int | str, by: str = "") -> Key:
        """End a key, by its number or its name.

        Raises:
            YardError: there is none such, or it was revoked before.
        """
        with self._database.writing() as connection:
            known = [_key(row) for row in connection.execute(sa.select(KEYS).order_by(KEYS.c.number))]
            live = [key for key in known if key.revoked is None]
            found = [key for key in live if str(key.number) == str(which)] or [k for k in live if k.name == str(which)]
            if not found:
                before = any(str(which) in {str(key.number), key.name} for key in known)
                told = f"the key '{which}' was revoked before" if before else f"no key '{which}'"
                raise YardError(told, "keys", nearest(str(which), [key.name for key in live]))
            at = clock.now()
            connection.execute(KEYS.update().where(KEYS.c.number == found[0].number).values(revoked=at))
            acts.write(connection, acts.KEY_REVOKED, found[0].name, by, {"number": found[0].number})
        ended = found[0]
        return Key(ended.number, ended.name, ended.scopes, ended.made, ended.expires, at, ended.rate)

    def table(self) -> dict[str, Key]:
        """Every key by the digest of its token, in one query; expired and revoked ones too."""
        with self._database.reading() as connection:
            return {row.hash: _key(row) for row in connection.execute(sa.select(KEYS).order_by(KEYS.c.number))}


def hash_of(token: str) -> str:
    """The SHA-256 of a token, in hex.

    A slow hash protects what people can remember; a token is 256 random bits, which nobody guesses at any speed.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _named(name: str) -> str:
    label = " ".join(name.split())
    if not label or len(label) > LONGEST_NAME or not label.isprintable():
        raise UsageError("a key has a name", "name", "whose it is, such as: billing")
    if label.isdecimal():
        raise UsageError(f"'{label}' would be taken for a key's number", "name", "begin with a letter")
    return label


def _scopes(scopes: Iterable[str]) -> frozenset[str]:
    given = frozenset(scopes)
    unknown = sorted(given - set(SCOPES))
    if unknown:
        raise UsageError(f"no scope called '{unknown[0]}'", "scopes", nearest(unknown[0], SCOPES))
    if not given:
        raise UsageError("a key without a scope opens nothing", "scopes", f"some of: {', '.join(SCOPES)}")
    return given


def _key(row: Any) -> Key:  # noqa: ANN401 - SQLAlchemy's row
    scopes = frozenset(row.scopes.split(","))
    return Key(row.number, row.name, scopes, row.made, row.expires, row.revoked, row.rate)
