"""The yard: names, versions and aliases of what passed its gates. SQLite under `.modelyard/`, or PostgreSQL by URL."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.core import clock
from modelyard.core.errors import BundleError, UsageError, YardError, nearest
from modelyard.core.evidence import Review
from modelyard.release import collecting, difference, manifest, remote, store
from modelyard.release.bundle import Bundle
from modelyard.release.keys import Keys
from modelyard.release.ledger import acts, lines, releases
from modelyard.release.ledger.acts import Act
from modelyard.release.ledger.database import Database
from modelyard.release.ledger.place import HOME, Place
from modelyard.release.ledger.releases import CHALLENGER, CHAMPION, Release
from modelyard.release.ledger.tables import LONGEST_NAME, REVIEWS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from modelyard.core.report import Verdict
    from modelyard.release.collecting import Collected
    from modelyard.release.difference import Difference

FOLDER = ".modelyard"
BUNDLES = "MODELYARD_BUNDLES"
SCHEME = "modelyard:/"
ALIAS = re.compile(r"(?!v?\d+$)\w[\w.-]{0,63}")  # never what reads as a version

__all__ = ["CHALLENGER", "CHAMPION", "HOME", "Act", "Release", "Yard", "here", "home_of", "load"]


class Yard:
    """Releases in one place."""

    def __init__(self, home: str | Path, bundles: str | Path | None = None) -> None:
        """The yard in `home`, a folder or a database's URL, made on first use.

        Args:
            home: a folder, or such as `postgresql+psycopg://user@host/database`.
            bundles: where bundles lie: a folder, or the URL of a store; where it is not said, the folder's own
                `bundles`, and `MODELYARD_BUNDLES` for a database.

        Raises:
            UsageError: it is a URL, and none of a database that a yard can lie in.
        """
        self.place = Place.of(home)
        self.database = Database(self.place)
        self._said = bundles or (None if self.place.is_folder else os.environ.get(BUNDLES) or None)

    @property
    def home(self) -> Path:
        """The folder on this machine: the yard itself, or beside a database what is at work or was fetched."""
        return self.place.folder

    @property
    def checkpoints(self) -> Path:
        """Where trainings under way are kept."""
        return self.home / "checkpoints"

    @property
    def searches(self) -> Path:
        """Where searches keep what they have found."""
        return self.home / "searches"

    @property
    def prepared(self) -> Path:
        """Where large tables are kept as they are learnt from."""
        return self.home / "prepared"

    @property
    def bundles(self) -> Path:
        """Where bundles lie on this machine, each under its digest."""
        said = self._said
        return self.home / "bundles" if said is None or "://" in str(said) else Path(said)

    @property
    def engine(self) -> sa.Engine:
        """The database's engine, its tables in their newest form.

        Raises:
            YardError: as `Database.engine` raises it.
        """
        return self.database.engine

    @cached_property
    def keys(self) -> Keys:
        """The keys that a server of this yard's releases asks for."""
        return Keys(self.database)

    @cached_property
    def store(self) -> store.Store:
        """Where bundles are kept.

        Raises:
            YardError: a database, and nothing says where its bundles lie.
            UsageError, MissingExtraError: the store is none, or needs a package.
        """
        if self._said is None and not self.place.is_folder:
            hint = f"set {BUNDLES} to a folder that all its users share, or to a store {remote.FORM}"
            raise YardError("nothing says where the bundles of this yard lie", str(self.place), hint)
        return remote.store_of(self._said or self.bundles, self.bundles)

    def offer(self, bundle: Bundle, verdicts: Sequence[Verdict], alias: str = CHAMPION, by: str = "") -> Release:
        """Release a bundle: the next version of its name, which an alias names from now on.

        A bundle that the alias names already, or that is the champion, is not released again.

        Raises:
            YardError: a verdict is no.
            UsageError: the alias is none.
            BundleError: the bundle is altered.
        """
        refused = [verdict for verdict in verdicts if not verdict.passed]
        if refused:
            raise YardError(f"{len(refused)} gates said no", bundle.name, "; ".join(v.reason for v in refused))
        if not ALIAS.fullmatch(alias):
            raise UsageError(f"'{alias}' is no alias", "alias", f"such as {CHAMPION} or {CHALLENGER}")
        while True:
            self.store.put(bundle.folder, bundle.digest)
            with self.database.writing() as connection:
                if self.store.has(bundle.digest):  # collected between the two otherwise; none is from here on
                    return releases.add(connection, bundle.name, bundle.digest, verdicts, alias, by)

    def promote(
        self, name: str, which: str | int = CHALLENGER, by: str = "", *, seen: Mapping[str, int] | None = None
    ) -> Release:
        """Let the champion of a name be another version of it: by an alias, such as the challenger, or by its number.

        The challenger that became the champion is no longer the challenger.

        Args:
            name: whose champion.
            which: an alias or a version.
            by: who asks.
            seen: what aliases must still name for this to be right, by what the asker has seen.

        Raises:
            YardError: there is no such version, its bundle was collected, or an alias was moved since it was seen.
            BundleError: its bundle is missing or altered.
        """
        while True:
            aim = self._checked(self._which(name, str(which)))
            with self.database.writing() as connection:
                named = releases.aliases(connection, name).get(name, {})
                moved = [alias for alias, version in (seen or {}).items() if named.get(alias) != version]
                if moved:
                    hint = f"see: modelyard history {name}"
                    raise YardError(f"'{moved[0]}' of '{name}' was moved meanwhile", f"{name}@{moved[0]}", hint)
                if releases.among(releases.read(connection, name), str(which), name, str(self.place)) == aim:
                    return releases.move(connection, aim, acts.PROMOTE, by)

    def rollback(self, name: str, by: str = "") -> Release:
        """Let the champion of a name be the version that it was before its last move; twice, the one before that.

        Raises:
            YardError: there is none before whose bundle is still there.
            BundleError: its bundle is missing or altered.
        """
        while True:
            with self.database.reading() as connection:
                aim = releases.before(connection, name, str(self.place))
            self._checked(aim)
            with self.database.writing() as connection:
                if releases.before(connection, name, str(self.place)) == aim:
                    return releases.move(connection, aim, acts.ROLLBACK, by)

    def history(self, name: str) -> list[Act]:
        """Every move of a name's aliases, the newest first."""
        return self.acts(acts.MOVES, name)

    def diff(self, one: str, other: str) -> Difference:
        """What differs between two releases, each by any of its names.

        Raises:
            YardError, BundleError: as `find` and `open` raise them.
        """
        return difference.between(self.open(self.find(one)), self.open(self.find(other)))

    def collect(
        self,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - the one word that everybody says
        *,
        keep: int | None = None,
        age: float = collecting.AGE,
        unreleased: bool | None = None,
        by: str = "",
    ) -> Collected:
        """Remove bundles that nobody needs: never one that an alias names.

        Args:
            dry_run: tell alone what would go.
            keep: how many versions back a champion can be rolled back to; every release stays where it is not said.
            age: days that a bundle is left alone after it was put.
            unreleased: whether what was never released goes; where it is not said, it does in a yard that is a folder,
                whose bundles are nobody else's.
            by: who asks.

        Raises:
            UsageError: `keep` or `age` is negative.
            StoreError: the store cannot be read or written.
        """
        alone = self.place.is_folder and self._said is None
        wish = collecting.Wish(keep, age, alone if unreleased is None else unreleased)
        return collecting.collect(self.database, self.store, wish, by, dry_run=dry_run)

    def act(self, kind: str, subject: str, by: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """Write an administrative act down."""
        with self.database.appending() as connection:
            acts.write(connection, kind, subject, by, detail)

    def acts(self, kinds: Collection[str] = (), subject: str | None = None, limit: int | None = None) -> list[Act]:
        """Administrative acts, the newest first: of some kinds, of one subject, at most so many."""
        with self.database.reading() as connection:
            return acts.read(connection, kinds, subject, limit)

    def keep_lines(self, **tables: Sequence[tuple[Any, ...]]) -> None:
        """Add rows to `answers` and `feedback` as `lines.add` takes them; those that are there stay as they are.

        Raises:
            YardGoneError: the database cannot be written.
        """
        with self.database.appending() as connection:
            for table, rows in tables.items():
                lines.add(connection, table, rows)

    def aliases(self, name: str | None = None) -> dict[str, dict[str, int]]:
        """Which version each alias names, by name and alias; one query, cheap enough to ask every second."""
        with self.database.reading() as connection:
            return releases.aliases(connection, name)

    def review(self, bundle: Bundle, by: str, note: str = "") -> Review:
        """A named person signs a bundle off: this very one, by its digest. What is signed is kept, and never changed.

        Raises:
            UsageError: the name is empty or too long.
        """
        name = " ".join(by.split())
        if not name or len(name) > LONGEST_NAME:
            raise UsageError("a sign-off is by a named person", "by", 'such as: --by "Ada Lovelace"')
        signed = Review(name, clock.now(), note.strip())
        with self.database.writing() as connection:
            connection.execute(REVIEWS.insert().values(digest=bundle.digest, **asdict(signed)))
            acts.write(connection, acts.REVIEW, bundle.digest, name, {"name": bundle.name})
        return signed

    def reviews(self, digest: str) -> tuple[Review, ...]:
        """Who signed the bundle of a digest off, the first one first."""
        query = sa.select(REVIEWS.c.by, REVIEWS.c.at, REVIEWS.c.note).where(REVIEWS.c.digest == digest)
        with self.database.reading() as connection:
            return tuple(Review(*row) for row in connection.execute(query.order_by(REVIEWS.c.number)))

    def releases(self, name: str | None = None) -> list[Release]:
        """Every release, or those of one name, newest first."""
        with self.database.reading() as connection:
            return releases.read(connection, name)

    def find(self, reference: str) -> Release:
        """The release that `NAME`, `NAME@ALIAS`, `NAME@VERSION` or `modelyard:/NAME@...` means.

        Raises:
            YardError: there is none.
        """
        name, _, which = reference.removeprefix(SCHEME).partition("@")
        return self._which(name, which or CHAMPION)

    def champion(self, name: str) -> Bundle | None:
        """The bundle of a name's champion, if there is one.

        Raises:
            BundleError: it is there and altered.
        """
        named = self.aliases(name).get(name, {})
        return self.open(self._which(name, CHAMPION)) if CHAMPION in named else None

    def open(self, release: Release) -> Bundle:
        """The bundle of a release.

        Raises:
            BundleError: it is missing or altered.
            YardError: it was collected.
        """
        self._there(release)
        bundle = Bundle.load(self.store.fetch(release.digest))
        if bundle.digest != release.digest:
            raise store.another(bundle.folder)
        return bundle

    def _which(self, name: str, which: str) -> Release:
        found = self.releases(name)
        if not found:
            known = self.aliases()
            hint = nearest(name, known) if known else "release one with: modelyard release BUNDLE"
            raise YardError(f"no release called '{name}' in the yard {self.place}", name, hint)
        return releases.among(found, which, name, str(self.place))

    def _there(self, release: Release) -> None:
        if release.gone:
            problem = f"the bundle of {release.name}@{release.version} was collected at {release.gone}"
            raise YardError(problem, str(self.place), "train and release it again")

    def _checked(self, release: Release) -> Release:
        self._there(release)
        store.check(self.store.fetch(release.digest), release.digest)
        return release


def home_of(folder: Path) -> str | Path:
    """The yard of a recipe in `folder`: `MODELYARD_HOME`, or `.modelyard` beside the recipe."""
    return _told() or folder / FOLDER


def here() -> Yard:
    """The yard of this place: `MODELYARD_HOME`, or the nearest `.modelyard` in this folder or above it.

    Raises:
        YardError: there is none.
    """
    told = _told()
    if told is not None:
        return Yard(told)
    start = Path.cwd()
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir():
            return Yard(folder / FOLDER)
    hint = f"change into the folder of the recipe, or name its yard: --home DIR or URL, or {HOME}"
    raise YardError("no yard here", str(start), hint)


def load(reference: str | Path) -> Bundle:
    """A bundle by its folder, or a release by its name.

    Raises:
        BundleError: the bundle is altered or unreadable.
        YardError: there is neither such a folder nor such a release.
    """
    if (Path(reference) / manifest.FILE).is_file():
        return Bundle.load(reference)
    if isinstance(reference, Path) or os.sep in reference.removeprefix(SCHEME):
        raise BundleError("no such bundle", str(reference), "give a bundle's folder, or the name of a release")
    yard = here()
    return yard.open(yard.find(reference))


def _told() -> str | Path | None:
    """What the environment says: a URL as it is, a folder as a path."""
    said = os.environ.get(HOME)
    return (said if "://" in said else Path(said)) if said else None
