"""Releases and the aliases that name them, as the tables hold them; every write is within the writer's lock."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.core import clock
from modelyard.core.errors import YardError, nearest
from modelyard.core.report import Verdict
from modelyard.release.ledger import acts
from modelyard.release.ledger.tables import ALIASES, RELEASES

if TYPE_CHECKING:
    from collections.abc import Sequence

CHAMPION = "champion"
CHALLENGER = "challenger"


@dataclass(frozen=True)
class Release:
    """A bundle that passed its gates, under a name; `alias` is empty where none names this version.

    Where several name it, `alias` is the champion or the first, and `aliases` holds all. `gone` is when its bundle was
    collected.
    """

    name: str
    version: int
    alias: str
    digest: str
    verdicts: tuple[Verdict, ...]
    made: str
    aliases: tuple[str, ...] = ()
    gone: str = ""

    def named(self, aliases: Sequence[str]) -> Release:
        """The same under other aliases."""
        every = tuple(sorted(aliases, key=lambda alias: (alias != CHAMPION, alias)))
        return replace(self, alias=every[0] if every else "", aliases=every)


def read(connection: sa.Connection, name: str | None = None) -> list[Release]:
    """Every release, or those of one name, newest first."""
    query = sa.select(RELEASES).order_by(RELEASES.c.name, RELEASES.c.version.desc())
    if name is not None:
        if not _is_text(name):
            return []
        query = query.where(RELEASES.c.name == name)
    by = aliases(connection, name)
    found = []
    for row in connection.execute(query):
        verdicts = tuple(Verdict(**verdict) for verdict in row.verdicts)
        release = Release(row.name, row.version, "", row.digest, verdicts, row.made, (), row.gone or "")
        found.append(release.named([alias for alias, number in by.get(row.name, {}).items() if number == row.version]))
    return found


def aliases(connection: sa.Connection, name: str | None = None) -> dict[str, dict[str, int]]:
    """Which version each alias names, by name and alias."""
    query = sa.select(ALIASES)
    if name is not None:
        if not _is_text(name):
            return {}
        query = query.where(ALIASES.c.name == name)
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(query.order_by(ALIASES.c.name, ALIASES.c.alias)):
        found.setdefault(row.name, {})[row.alias] = row.version
    return found


def among(found: Sequence[Release], which: str, name: str, place: str) -> Release:
    """The one of a name's releases that an alias or a version means.

    Raises:
        YardError: there is none.
    """
    for release in found:
        if which in {*release.aliases, str(release.version), f"v{release.version}"}:
            return release
    known = [str(r.version) for r in found] + [alias for r in found for alias in r.aliases]
    hint = nearest(which, known) or f"see what there is in {place}: modelyard history"
    raise YardError(f"'{name}' has no version or alias '{which}'", f"{name}@{which}", hint)


def add(connection: sa.Connection, name: str, digest: str, verdicts: Sequence[Verdict], alias: str, by: str) -> Release:
    """The next version of a name, named by an alias; the release itself where this bundle has the alias already."""
    found = read(connection, name)
    for release in found:
        if release.digest == digest and {alias, CHAMPION} & set(release.aliases):
            return release
    version = max((release.version for release in found), default=0) + 1
    made = Release(name, version, "", digest, tuple(verdicts), clock.now())
    row = {"name": name, "version": version, "digest": digest, "made": made.made}
    connection.execute(RELEASES.update().where(RELEASES.c.digest == digest).values(gone=None))  # it is there again
    connection.execute(RELEASES.insert().values(**row, verdicts=[_plain(verdict) for verdict in verdicts]))
    if alias == CHAMPION:  # as champion it no longer challenges
        for release in found:
            if release.digest == digest and CHALLENGER in release.aliases:
                _unname(connection, name, CHALLENGER)
    _name(connection, made, alias, acts.RELEASE, by)
    return made.named([alias])


def move(connection: sa.Connection, release: Release, kind: str, by: str) -> Release:
    """Let the champion be this version; where it was the challenger it is so no longer."""
    kept = [alias for alias in release.aliases if alias != CHALLENGER]
    if CHALLENGER in release.aliases:
        _unname(connection, release.name, CHALLENGER)
    if CHAMPION not in kept:
        _name(connection, release, CHAMPION, kind, by)
        kept.append(CHAMPION)
    return release.named(kept)


def before(connection: sa.Connection, name: str, place: str) -> Release:
    """The version that the champion of a name goes back to.

    Raises:
        YardError: there is no such name, or nothing before whose bundle is still there.
    """
    found = {release.version: release for release in read(connection, name)}
    if not found:
        hint = nearest(name, aliases(connection)) or "release one with: modelyard release BUNDLE"
        raise YardError(f"no release called '{name}' in the yard {place}", name, hint)
    moves = acts.read(connection, acts.MOVES, name)
    versions = acts.back(moves)
    for version in versions:
        if not found[version].gone:
            return found[version]
    why = "every earlier bundle was collected" if versions else "there is no version before"
    raise YardError(f"'{name}' cannot be rolled back: {why}", name, f"see: modelyard history {name}")


def _name(connection: sa.Connection, release: Release, alias: str, kind: str, by: str) -> None:
    """Let an alias name a release, and write down that it does."""
    was = aliases(connection, release.name).get(release.name, {}).get(alias)
    _unname(connection, release.name, alias)
    connection.execute(ALIASES.insert().values(name=release.name, alias=alias, version=release.version))
    detail = {"alias": alias, "version": release.version, "before": was}
    acts.write(connection, kind, release.name, by, detail)


def _unname(connection: sa.Connection, name: str, alias: str) -> None:
    connection.execute(ALIASES.delete().where(ALIASES.c.name == name, ALIASES.c.alias == alias))


def _plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict in JSON, which has no numbers that are none."""
    told = asdict(verdict)
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in told.items()
    }


def _is_text(name: str) -> bool:
    """Whether a database can hold a name at all: PostgreSQL no zero, none a half of a pair of signs."""
    try:
        return b"\0" not in name.encode()
    except UnicodeEncodeError:
        return False
