"""A yard's tables brought to the newest form, by one process at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from modelyard.core.errors import YardError
from modelyard.release.ledger.tables import NEWEST, VERSION

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"


def stored(connection: sa.Connection) -> str | None:
    """The newest migration that a database has seen; none in a new one, and in one made before there were any."""
    if not sa.inspect(connection).has_table(VERSION):
        return None
    found: str | None = connection.execute(sa.text(f"SELECT version_num FROM {VERSION}")).scalar()  # noqa: S608 - ours
    return found


def upgrade(connection: sa.Connection, place: str) -> None:
    """Make what migrations are missing. The caller holds the writer's lock, and all or none of it is kept.

    Raises:
        YardError: a newer Modelyard made this yard.
    """
    before = stored(connection)
    if before == NEWEST:
        return
    from alembic.migration import MigrationContext  # a third of a second, which opening does without
    from alembic.operations import Operations

    steps = scripts()
    if before is not None and before not in {step.revision for step in steps.walk_revisions()}:
        problem = f"the yard has tables of version {before}, and this Modelyard knows up to {NEWEST}"
        raise YardError(problem, place, "pip install --upgrade modelyard")
    context = MigrationContext.configure(connection, opts={"version_table": VERSION})
    with Operations.context(context):
        for step in reversed(list(steps.iterate_revisions("head", before or "base"))):
            step.module.upgrade()
            context.stamp(steps, step.revision)


def scripts() -> ScriptDirectory:
    """The migrations that this Modelyard knows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
