"""Bundles that nobody needs any more are removed, while others release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.core import clock
from modelyard.core.errors import UsageError
from modelyard.release.ledger import acts, releases
from modelyard.release.ledger.tables import RELEASES

if TYPE_CHECKING:
    import sqlalchemy as sa

    from modelyard.release.ledger.database import Database
    from modelyard.release.ledger.releases import Release
    from modelyard.release.store import Store

AGE = 7.0  # days: what was trained this week may be released yet
DAY = 86_400  # seconds


@dataclass(frozen=True)
class Wish:
    """What may go: older than `age` days, no release that is among `keep` steps back, and what was never released."""

    keep: int | None
    age: float
    unreleased: bool

    def __post_init__(self) -> None:
        """Nothing can be kept less often than never.

        Raises:
            UsageError: a number is negative.
        """
        if self.keep is not None and self.keep < 0:
            raise UsageError(f"{self.keep} versions cannot be kept", "keep", "0 or more")
        if not self.age >= 0:
            raise UsageError(f"{self.age} days are no age", "age", "0 or more")


@dataclass(frozen=True)
class Gone:
    """One bundle that went, or would: its releases, if it had any, and its bytes."""

    digest: str
    releases: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Collected:
    """What went, or would where `dry_run` was asked, and how many bundles stay."""

    gone: tuple[Gone, ...]
    stay: int
    dry_run: bool

    @property
    def size(self) -> int:
        """The bytes of all that went."""
        return sum(each.size for each in self.gone)


def collect(database: Database, store: Store, wish: Wish, by: str, *, dry_run: bool) -> Collected:
    """Remove what the wish lets go.

    One bundle at a time, and each under the writer's lock: who releases it meanwhile comes before, and it stays, or
    after, and puts it again. A release is marked before its bundle goes, so that a fault between the two leaves
    nothing that names what is not there.
    """
    ages = store.ages()
    gone: list[Gone] = []
    for digest, age in sorted(ages.items()):
        if age < wish.age * DAY:
            continue
        with database.reading() as connection:
            named = needless(connection, digest, wish)
        if named is None:
            continue
        found = Gone(digest, named, store.size(digest))
        if dry_run or _removed(database, store, wish, digest):
            gone.append(found)
    if gone and not dry_run:
        with database.appending() as connection:
            told = {"digests": [each.digest for each in gone], "bytes": sum(each.size for each in gone)}
            acts.write(connection, acts.COLLECT, "", by, told)
    return Collected(tuple(gone), len(ages) - len(gone), dry_run)


def needless(connection: sa.Connection, digest: str, wish: Wish) -> tuple[str, ...] | None:
    """The releases of a bundle that nobody needs; none where somebody does."""
    every = releases.read(connection)
    mine = [release for release in every if release.digest == digest]
    if not mine:
        return () if wish.unreleased else None
    for release in mine:
        if release.aliases or (not release.gone and _within_reach(connection, release, wish.keep)):
            return None
    return tuple(f"{release.name}@{release.version}" for release in mine)


def _within_reach(connection: sa.Connection, release: Release, keep: int | None) -> bool:
    """Whether the champion can go back to a release, or everything that was released is kept."""
    if keep is None:
        return True
    return release.version in acts.back(acts.read(connection, acts.MOVES, release.name))[:keep]


def _removed(database: Database, store: Store, wish: Wish, digest: str) -> bool:
    """Whether a bundle could go, by what is true under the lock."""
    with database.writing() as connection:
        if needless(connection, digest, wish) is None:
            return False
        mark = RELEASES.update().where(RELEASES.c.digest == digest, RELEASES.c.gone.is_(None))
        connection.execute(mark.values(gone=clock.now()))
    with database.writing() as connection:
        age = store.age(digest)  # an offer that goes on puts a bundle before it asks for the lock
        if age is None or age < wish.age * DAY or needless(connection, digest, wish) is None:
            return False
        store.remove(digest)
    return True
