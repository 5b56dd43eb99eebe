"""What servers have answered, and what was true of it: rows that are added at least once and are there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.release.ledger.tables import ANSWERS, FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa

TABLES = {"answers": ANSWERS, "feedback": FEEDBACK}
MARKS = {"sqlite": "?", "postgresql": "%s"}


def add(connection: sa.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows to `answers` or `feedback`, each in the order of the table's columns, JSON as text.

    Rows whose id is there already are left out. They go to the driver as they are: there are thousands a second, beside
    requests that are answered meanwhile.
    """
    if rows:
        quote = connection.dialect.identifier_preparer.quote
        columns = [quote(column.name) for column in TABLES[table].columns]
        marks = ", ".join([MARKS[connection.dialect.name]] * len(columns))
        into = f"INSERT INTO {quote(table)} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.exec_driver_sql(f"{into} ON CONFLICT DO NOTHING", list(rows))
