"""What was true of rows that were answered: the log's answers and feedback of a name, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import sqlalchemy as sa

from modelyard.release.ledger.tables import ANSWERS, FEEDBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

FEEDBACKS, REQUESTS = 5_000, 50_000  # the newest, among which truths and answers are looked for
AT_ONCE = 500  # identifiers of one query


@dataclass(frozen=True)
class Known:
    """A row whose truth is known: what the whole request was answered with, by which release, in which protocol."""

    release: str
    exchange: str
    body: Any
    row: int
    truth: Any


def known(connection: sa.Connection, name: str) -> Iterator[Known]:
    """Of a name's newest feedback that which came of its newest requests; of two truths of a row the later one."""
    order = (FEEDBACK.c.at, FEEDBACK.c.id)
    told = sa.select(FEEDBACK.c.request, FEEDBACK.c.row, FEEDBACK.c.truth).where(FEEDBACK.c.name == name)
    newest = connection.execute(told.order_by(*(each.desc() for each in order)).limit(FEEDBACKS)).all()
    truths: dict[str, dict[int, Any]] = {}
    for entry in reversed(newest):
        truths.setdefault(entry.request, {})[entry.row] = entry.truth
    if not truths:
        return
    asked = sa.select(ANSWERS.c.id).where(ANSWERS.c.name == name).order_by(ANSWERS.c.at.desc()).limit(REQUESTS)
    found = [each for each in connection.execute(asked).scalars() if _request(each) in truths]
    columns = (ANSWERS.c.id, ANSWERS.c.release, ANSWERS.c.bundle, ANSWERS.c.exchange, ANSWERS.c.body)
    for start in range(0, len(found), AT_ONCE):
        wanted = sa.select(*columns).where(ANSWERS.c.id.in_(found[start : start + AT_ONCE]))
        for answer in connection.execute(wanted):
            release = unquote(answer.release) if answer.release else answer.bundle[:12]
            for row, truth in truths[_request(answer.id)].items():
                yield Known(release, answer.exchange, answer.body, row, truth)


def _request(identifier: str) -> str:
    """The client's id of a request, which the log's own counter follows."""
    return identifier.rpartition("-")[0]
