"""Rows that are nearly those of another: texts with a word changed, numbers that differ behind the fourth digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import copies, values
from modelyard.quality import fingerprints, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Ints, Table
    from modelyard.quality.subject import Subject

TEXTS = 5000  # rows whose texts are compared


@part
class NearRows(Inspection):
    """Rows that are no exact copies and yet tell a model the same."""

    slow: ClassVar[bool] = True
    similarity: float = Field(default=0.8, ge=0.5, le=1, description="of two texts that are nearly the same")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """By texts where there are any, by rounded values elsewhere."""
        texts = [column.name for column in subject.having(Kind.TEXT)]
        if texts:
            yield from self._of_texts(subject, texts)
            return
        names = [column.name for column in subject.having()]
        rough, exact = (how(subject.frame, names) for how in (fingerprints.roughly, fingerprints.of_rows))
        near = np.setdiff1d(fingerprints.later(rough), fingerprints.later(exact))
        if len(near) and len(np.unique(exact)) >= 0.5 * len(exact):
            yield _found(subject, near, len(exact), tuple(names[:1]) if len(names) == 1 else (), "")

    def _of_texts(self, subject: Subject, texts: list[str]) -> Iterator[Finding]:
        table, drawn = subject.some(TEXTS)
        read = _read(table, texts)
        exact, group = copies.grouped(read, [0] * len(read), self.similarity)
        near = np.flatnonzero((group != np.arange(len(group))) & (exact == np.arange(len(group))))
        if len(near):
            remedy = remedies.lines({"hygiene": {"duplicates": "remove", "similarity": self.similarity}})
            yield _found(subject, drawn[near], len(read), tuple(texts), remedy)


def _found(subject: Subject, near: Ints, rows: int, columns: tuple[str, ...], remedy: str) -> Finding:
    return Finding(
        "near_duplicate_rows",
        Severity.WARNING if len(near) >= 0.01 * rows else Severity.NOTE,
        f"{len(near):,} of {rows:,} rows are nearly those of another",
        columns,
        subject.listed(near),
        remedy,
        "" if remedy else "leave all but one out, or split by what they have in common",
    )


def _read(table: Table, texts: list[str]) -> list[tuple[str, ...]]:
    read = [values.from_series(table.frame[name], table.schema[name]).tolist() for name in texts]
    return [tuple(copies.plain(text or "") for text in row) for row in zip(*read, strict=True)]
