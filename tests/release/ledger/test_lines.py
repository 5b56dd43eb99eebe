"""Rows of servers' logs, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.release.ledger.tables import ANSWERS, FEEDBACK

if TYPE_CHECKING:
    from modelyard.release.yard import Yard

AT = "2026-11-24T22:00:00.000+00:00"


def answer(number: int, body: str = '{"prediction": "好", "n": [1, 0.5, null]}') -> tuple[Any, ...]:
    return (f"ask-{number}", AT, "风险", "风险@1", "0" * 64, None, 1, 0.25, "native", body)


def test_rows_are_added_once_and_read_as_they_were(yard: Yard) -> None:
    truths = [(f"t-{n}", "ask-1", n, truth, 7, AT, "风险") for n, truth in enumerate(['"好"', "1.5", "true"])]
    yard.keep_lines(answers=[answer(1), answer(2)], feedback=truths)
    yard.keep_lines(answers=[answer(2, '"another"'), answer(3)], feedback=truths)
    yard.keep_lines()
    with yard.database.reading() as connection:
        answers = connection.execute(sa.select(ANSWERS).order_by(ANSWERS.c.id)).mappings().all()
        kept = connection.execute(sa.select(FEEDBACK.c.truth, FEEDBACK.c.key).order_by(FEEDBACK.c.id)).all()
    assert [row["id"] for row in answers] == ["ask-1", "ask-2", "ask-3"]
    assert answers[1]["body"] == {"prediction": "好", "n": [1, 0.5, None]}
    assert (answers[0]["rows"], answers[0]["seconds"], answers[0]["key"]) == (1, 0.25, None)
    assert kept == [("好", 7), (1.5, 7), (True, 7)]
