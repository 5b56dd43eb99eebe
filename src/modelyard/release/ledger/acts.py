"""The log of administrative acts: who did what to which release or key, and when. Nothing in it is ever changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.core import clock
from modelyard.release.ledger.tables import ACTS

if TYPE_CHECKING:
    from collections.abc import Collection

RELEASE, PROMOTE, ROLLBACK = "release", "promote", "rollback"
MOVES = frozenset({RELEASE, PROMOTE, ROLLBACK})  # of an alias, all of them
REVIEW, COLLECT, KEY_MADE, KEY_REVOKED = "review", "collect", "key made", "key revoked"


@dataclass(frozen=True)
class Act:
    """One act: `subject` is a release's name, a key's name or a bundle's digest.

    The detail of a move is `{"alias": "champion", "version": 3, "before": 2}`, `before` null where nothing was named.
    """

    number: int
    at: str
    kind: str
    subject: str
    by: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def write(
    connection: sa.Connection, kind: str, subject: str, by: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    """Add an act, within the transaction that does it."""
    connection.execute(
        ACTS.insert().values(at=clock.now(), kind=kind, subject=subject, by=by, detail=dict(detail or {}))
    )


def read(
    connection: sa.Connection, kinds: Collection[str] = (), subject: str | None = None, limit: int | None = None
) -> list[Act]:
    """Acts, the newest first: of some kinds, of one subject, at most so many."""
    query = sa.select(ACTS).order_by(ACTS.c.number.desc()).limit(limit)
    if kinds:
        query = query.where(ACTS.c.kind.in_(sorted(kinds)))
    if subject is not None:
        query = query.where(ACTS.c.subject == subject)
    return [Act(**row) for row in connection.execute(query).mappings()]


def back(moves: Collection[Act], alias: str = "champion") -> list[int]:
    """The versions that an alias can be rolled back to, the nearest first; `moves` are one name's, the newest first.

    Each move covers what was named before it, and each rollback uncovers it again: rolling back twice goes two
    versions back, and never forth to what was left.

    >>> def move(kind, version): return Act(0, "", kind, "risk", "", {"alias": "champion", "version": version})
    >>> back([move("release", 3), move("release", 2), move("release", 1)])
    [2, 1]
    >>> back([move("rollback", 2), move("release", 3), move("release", 2), move("release", 1)])
    [1]
    """
    named: list[int] = []
    for act in reversed(list(moves)):
        if act.detail.get("alias") != alias:
            continue
        version = act.detail["version"]
        if act.kind != ROLLBACK:
            named.append(version)
        else:
            while named and named.pop() != version:
                pass
            named.append(version)
    return [version for version in reversed(named[:-1]) if version != (named[-1] if named else None)]
