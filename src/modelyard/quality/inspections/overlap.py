"""Rows of valid or test that train has already: a test of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality import fingerprints, remedies
from modelyard.quality import names as named
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from modelyard.core.types import Ints, Table
    from modelyard.quality.subject import Subject

MOSTLY = 0.5  # share of different rows of train below which rows meet by chance
Pair = tuple[str, str]


@part
class Overlap(Inspection):
    """Of the parts that the recipe gives: rows that are in two, exactly or nearly, and keys that are in two."""

    share: float = Field(default=0.05, gt=0, le=1, description="of a part's rows from which it is severe")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """For each pair of parts: rows, then keys."""
        parts = subject.parts
        pairs: list[Pair] = [
            p for p in (("train", "valid"), ("train", "test"), ("valid", "test")) if set(p) <= set(parts)
        ]
        for earlier, later in pairs:
            yield from self._rows(subject, parts, earlier, later)
            yield from self._keys(subject, parts, earlier, later)

    def _rows(self, subject: Subject, parts: Mapping[str, Table], earlier: str, later: str) -> Iterator[Finding]:
        columns = [column.name for column in subject.having()]
        marks = [fingerprints.of_rows(_alike(subject, parts[part], columns), columns) for part in (earlier, later)]
        if len(np.unique(marks[0])) < MOSTLY * len(marks[0]):
            return
        same = np.isin(marks[1], marks[0])
        rough = [fingerprints.roughly(_alike(subject, parts[part], columns), columns) for part in (earlier, later)]
        near = np.isin(rough[1], rough[0]) & ~same
        for word, how, found in (("overlap", "are", same), ("near_overlap", "nearly are", near)):
            yield from self._told(
                subject, (earlier, later), word, f"{how} rows of {earlier}, too", np.flatnonzero(found)
            )

    def _told(self, subject: Subject, pair: Pair, word: str, said: str, places: Ints) -> Iterator[Finding]:
        total = len(subject.parts[pair[1]])
        if len(places):
            yield Finding(
                word,
                Severity.SEVERE if len(places) >= self.share * total else Severity.WARNING,
                f"{len(places):,} of {total:,} rows of {pair[1]} {said}",
                (),
                {"part": pair[1], "share": round(len(places) / total, 4), **subject.listed(places, pair[1])},
                hint=f"leave them out of {pair[1]}, or let one source be split",
            )

    def _keys(self, subject: Subject, parts: Mapping[str, Table], earlier: str, later: str) -> Iterator[Finding]:
        for column in subject.schema.columns:
            key = column.kind is Kind.IDENTIFIER or named.identifier(column.name)
            if not key or column.kind in {Kind.TEXT, Kind.TIME}:
                continue
            known = parts[earlier].frame[column.name].drop_nulls()
            shared = parts[later].frame[column.name].is_in(known.implode()).fill_null(value=False).arg_true().to_numpy()
            total = len(parts[later])
            if len(shared) and not _counted(known):
                yield Finding(
                    "shared_keys",
                    Severity.SEVERE if len(shared) >= 0.2 * total else Severity.WARNING,
                    f"{len(shared):,} of {total:,} rows of {later} bear a key that {earlier} has",
                    (column.name,),
                    {"part": later, **subject.listed(shared, later)},
                    remedies.split("group", column.name),
                    "keep all rows of one key in one part",
                )


def _alike(subject: Subject, table: Table, columns: list[str]) -> pl.DataFrame:
    """A part's features with the types of train, so that the same values have the same number."""
    return table.frame.select([table.frame[name].cast(subject.frame.schema[name], strict=False) for name in columns])


def _counted(known: pl.Series) -> bool:
    """Whether a key merely counts the rows of its own file."""
    return known.dtype.is_integer() and bool((known.diff().drop_nulls() == 1).all())
