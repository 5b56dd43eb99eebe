"""What servers have answered, and what was true of it: rows that are added at least once and are there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from modelyard.release.ledger.tables import ANSWERS, FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlalchemy as sa

TABLES = {"answers": ANSWERS, "feedback": FEEDBACK}
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add(connection: sa.Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to `answers` or `feedback`; those whose id is there already are left out."""
    if rows:
        insert = INSERT[connection.dialect.name](TABLES[table]).on_conflict_do_nothing(index_elements=["id"])
        connection.execute(insert, list(rows))
