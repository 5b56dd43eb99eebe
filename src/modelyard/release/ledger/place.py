"""Where a yard is: a folder, or a database by its URL, whose secrets are never shown."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from modelyard.core.errors import UsageError

HOME = "MODELYARD_HOME"
CACHE = "MODELYARD_CACHE"
POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
MEANT = frozenset({"host", "port", "dbname", "service", "options"})  # what tells one database from another
FORM = "such as postgresql+psycopg://user@host/database"


@dataclass(frozen=True)
class Place:
    """Where a yard is. `folder` holds what lies on this machine, `address` opens the yard again."""

    folder: Path
    url: sa.URL = field(repr=False)  # SQLAlchemy hides a password, and not one among the options
    address: str = field(repr=False)

    @classmethod
    def of(cls, home: str | Path) -> Place:
        """The place that a word means.

        Raises:
            UsageError: it is a URL, and none of a database that a yard can lie in.
        """
        word = str(home)
        if isinstance(home, Path) or "://" not in word:
            folder = Path(home)
            return cls(folder, sa.URL.create("sqlite", database=str(folder / "yard.db")), word)
        scheme = word.partition("://")[0]
        if scheme not in POSTGRES:
            hint = f"name a folder, or a database {FORM}"
            raise UsageError(f"a yard cannot lie in '{scheme}://'", HOME, hint)
        try:
            url = sa.make_url(word).set(drivername="postgresql+psycopg")
        except (sa.exc.ArgumentError, ValueError):  # whose words may hold the password
            raise UsageError("is no URL of a database", HOME, FORM) from None
        return cls(cache(), url, word)

    @property
    def is_folder(self) -> bool:
        """Whether the yard is a folder with a SQLite database in it."""
        return self.url.drivername == "sqlite"

    def __str__(self) -> str:
        """The folder, or the URL without password and options."""
        if self.is_folder:
            return str(self.folder)
        shown = self.url.set(query={}, password=None, drivername="postgresql")
        return shown.render_as_string()

    @property
    def log(self) -> Path:
        """Where servers on this machine keep lines until they are in the database: no two databases share a folder."""
        if self.is_folder:
            return self.folder / "log"
        meant = {word: value for word, value in sorted(self.url.query.items()) if word in MEANT}
        told = repr((self.url.host, self.url.port, self.url.database, meant))  # users and passwords change
        return self.folder / "log" / hashlib.sha256(told.encode()).hexdigest()[:16]

    def without_secrets(self, told: str) -> str:
        """A sentence of a driver's, the password and what options hold cut out of it."""
        options = [part for value in self.url.query.values() for part in ([value] if isinstance(value, str) else value)]
        for secret in filter(None, [str(self.url.password or ""), *options]):
            told = told.replace(secret, "***")
        return told


def cache() -> Path:
    """Where a yard that is no folder keeps files of this machine: `MODELYARD_CACHE`, or the user's cache."""
    if os.environ.get(CACHE):
        return Path(os.environ[CACHE])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "modelyard"
