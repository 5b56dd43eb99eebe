"""Copies of texts, and texts whose copies are labelled otherwise: found, told, and kept out of what is learnt from.

Rows are copies when their texts are the same or nearly so and whatever else is learnt from is the same. A text in two
parts would be tested on after it was learnt by heart. Without texts, parts that are given as files are compared with
each other: what is then in one table is kept together by its split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import events
from modelyard.core.errors import DataError, Problems
from modelyard.core.types import Column, Ints, Kind, Table, Values
from modelyard.data import copies, values
from modelyard.data.splits import alike
from modelyard.data.splits.alike import shared

if TYPE_CHECKING:
    from modelyard.data.read import Rows
    from modelyard.recipe.schema import HygieneSpec

PARTS = ("train", "valid", "test")
LISTED = 100  # contradictions that are kept
TOLD = 3  # of them that a sentence names
KEEP = "or say hygiene: {duplicates: keep}"


@dataclass(frozen=True)
class Contradiction:
    """Copies with different labels: the part and the number of each row, the source's first being 1, and its label."""

    rows: tuple[tuple[str, int], ...]
    labels: tuple[str, ...]

    def __str__(self) -> str:
        """The rows and the labels, never the text."""
        return ", ".join(f"{p} row {r}: {label}" for (p, r), label in zip(self.rows, self.labels, strict=True))


@dataclass(frozen=True)
class Hygiene:
    """What was found in the texts of a table.

    `exact` rows have an exact copy before them and `near` rows a near one; so many were `removed` from each part.
    There are `contradictory` groups of copies with different labels, of which the first hundred are listed. `empty`
    texts are counted by column, and so are those that the encoder `cut` in the training rows. Of tables without texts,
    so many rows of one given part are `shared` with a later one.
    """

    rows: int = 0
    exact: int = 0
    near: int = 0
    removed: Mapping[str, int] = field(default_factory=dict)
    contradictory: int = 0
    contradictions: tuple[Contradiction, ...] = ()
    empty: Mapping[str, int] = field(default_factory=dict)
    cut: Mapping[str, int] = field(default_factory=dict)
    shared: int = 0

    def sentences(self) -> tuple[str, ...]:
        """What a person should know; nothing where nothing was found. What was cut is told by what cut it."""
        told = []
        copied = self.exact + self.near
        left = ", ".join(f"{count} from {part}" for part, count in self.removed.items()) or "none"
        if self.shared:
            told.append(f"{self.shared:,} rows have the same features as rows of a later part; left out: {left}")
        if copied:
            how = f"{self.exact:,} exactly, {self.near:,} nearly"
            told.append(f"{copied:,} of {self.rows:,} rows copy the texts of others ({how}); left out: {left}")
        if self.contradictory:
            some = "; ".join(str(one) for one in self.contradictions[:TOLD])
            more = "; ..." if self.contradictory > TOLD else ""
            told.append(f"{self.contradictory:,} groups of copies bear different labels: {some}{more}")
        told += [
            f"{count:,} of {self.rows:,} texts of '{name}' are empty" for name, count in self.empty.items() if count
        ]
        return tuple(told)


NOTHING = Hygiene()


def clean(rows: Rows, how: HygieneSpec) -> tuple[Rows, Hygiene]:
    """Rows of which no text is in two parts, or would be after a split, and what was found; told to who listens.

    Parts that the recipe gives keep their copies inside; valid loses what is in test, and train what is in either.
    Where train is still to be split, it keeps one row of each group of copies: the first, for classes the first with
    the label that most of the group bear, and none where there is no such label.

    Raises:
        DataError: a part, or a class in train, has no row left.
        MissingExtraError: the package that finds near copies is not installed.
    """
    columns = [column for column in rows.train.schema.features if column.kind is Kind.TEXT]
    if not columns:
        return _of_tables(rows, how)
    parts = {"train": rows.train, "valid": rows.valid, "test": rows.test}
    whole = _Whole.of({part: table for part, table in parts.items() if table is not None}, rows.numbers)
    read = [[copies.plain(text or "") for text in whole.values(column).tolist()] for column in columns]
    exact, group = copies.grouped(list(zip(*read, strict=True)), whole.others(columns), how.similarity)
    labels = whole.labels() if rows.task.classifies else None
    kept = np.ones(len(group), dtype=bool)
    if how.duplicates == "remove":
        if rows.valid is None or rows.test is None:
            kept &= _ones(group, labels, whole.part == "train")
        for part, later in (("valid", ("test",)), ("train", ("valid", "test"))):
            there = np.isin(group, group[np.isin(whole.part, later)])
            kept &= ~(there & (whole.part == part))
    contradictory = _contradictory(group, labels)
    found = Hygiene(
        rows=len(group),
        exact=int((exact != np.arange(len(group))).sum()),
        near=int((group[np.unique(exact)] != np.unique(exact)).sum()),
        removed={part: gone for part in whole.tables if (gone := int((~kept & (whole.part == part)).sum()))},
        contradictory=len(contradictory),
        contradictions=tuple(whole.contradiction(places, labels or []) for places in contradictory[:LISTED]),
        empty={column.name: texts.count("") for column, texts in zip(columns, read, strict=True)},
    )
    for sentence in found.sentences():
        events.note(sentence)
    left = whole.kept(kept)
    _check(left, rows)
    cleaned = replace(rows, train=left["train"], valid=left.get("valid"), test=left.get("test"))
    if how.duplicates == "keep":
        cleaned = replace(cleaned, copies=group[whole.part == "train"])
    return replace(cleaned, notes=(*rows.notes, *found.sentences())), found


def _of_tables(rows: Rows, how: HygieneSpec) -> tuple[Rows, Hygiene]:
    """Rows without texts: what is in a later given part as well is left out, where it is less than half of an earlier.

    Where it is more, the features tell too few rows apart: sameness is then no sign of a copy.
    """
    tables = {part: table for part in PARTS if (table := getattr(rows, part)) is not None}
    if len(tables) < 2:
        return rows, NOTHING
    part = np.repeat(np.arange(len(tables)), [len(table) for table in tables.values()])
    twice = shared(alike.copied(list(tables.values())), part)
    masks = {name: ~twice[part == number] for number, name in enumerate(tables)}
    removed = {name: int((~mask).sum()) for name, mask in masks.items() if not mask.all()}
    left = {name: table.take(np.flatnonzero(masks[name])) for name, table in tables.items() if name in removed}
    few = all(2 * count < len(tables[name]) for name, count in removed.items())
    keeps = how.duplicates == "keep" or not few or not _learnable(left.get("train", rows.train))
    found = Hygiene(rows=len(part), shared=int(twice.sum()), removed={} if keeps else removed)
    for sentence in found.sentences():
        events.note(sentence)
    notes = (*rows.notes, *found.sentences())
    return replace(rows, notes=notes, **({} if keeps else left)), found


def _learnable(train: Table) -> bool:
    """Whether each class has a row."""
    target = train.schema.target
    return {values.level(value) for value in train.frame[target.name].unique().to_list()} >= set(target.levels)


@dataclass(frozen=True)
class _Whole:
    """The rows of all parts, one part's below the other's: their part [rows] and their number in its source [rows]."""

    tables: Mapping[str, Table]
    part: npt.NDArray[Any]
    number: Ints

    @classmethod
    def of(cls, tables: Mapping[str, Table], numbers: Mapping[str, Ints]) -> _Whole:
        part = np.repeat(list(tables), [len(table) for table in tables.values()])
        number = [numbers.get(part, np.arange(1, len(table) + 1)) for part, table in tables.items()]
        return cls(tables, part, np.concatenate(number))

    def values(self, column: Column) -> Values:
        return np.concatenate([values.from_series(table.frame[column.name], column) for table in self.tables.values()])

    def others(self, texts: list[Column]) -> list[int]:
        """A number for each row, the same where all features but the texts are: [rows]."""
        numbers: Ints = np.zeros(len(self.part), dtype=np.int64)
        for column in self.tables["train"].schema.features:
            if column not in texts:
                codes = _codes(self.values(column))
                numbers = _codes(numbers * (int(codes.max(initial=0)) + 1) + codes)
        return list(numbers.tolist())

    def labels(self) -> list[str]:
        """The class of each row."""
        name = self.tables["train"].schema.target.name
        return [values.level(value) for table in self.tables.values() for value in table.frame[name].to_list()]

    def contradiction(self, places: Ints, labels: list[str]) -> Contradiction:
        rows = [(str(self.part[place]), int(self.number[place])) for place in places]
        return Contradiction(tuple(rows), tuple(labels[place] for place in places))

    def kept(self, kept: npt.NDArray[np.bool_]) -> dict[str, Table]:
        """Each part's rows of those that are kept; a part that loses none is as it was."""
        masks = {part: kept[self.part == part] for part in self.tables}
        return {
            part: table if masks[part].all() else table.take(np.flatnonzero(masks[part]))
            for part, table in self.tables.items()
        }


def _codes(found: Values) -> Ints:
    """A number for each value, the same for the same; all that is missing is the same: [rows] int64."""
    if found.dtype == object:
        known: dict[object, int] = {}
        return np.array([known.setdefault(value, len(known)) for value in found.tolist()], dtype=np.int64)
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def _groups(group: Ints) -> list[Ints]:
    """The rows of each group of more than one."""
    order = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.diff(group[order])) + 1
    return [rows for rows in np.split(order, ends) if len(rows) > 1]


def _ones(group: Ints, labels: list[str] | None, among: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """All rows but those `among` which another one of the group stands for: [rows] bool."""
    kept = np.ones(len(group), dtype=bool)
    for rows in _groups(np.where(among, group, -1 - np.arange(len(group)))):
        kept[rows] = False
        if labels is None:
            kept[rows[0]] = True
            continue
        (most, count), *rest = Counter(labels[row] for row in rows).most_common(2)
        if not rest or rest[0][1] < count:
            kept[next(row for row in rows if labels[row] == most)] = True
    return kept


def _contradictory(group: Ints, labels: list[str] | None) -> list[Ints]:
    """The groups whose rows bear different labels."""
    return [] if labels is None else [rows for rows in _groups(group) if len({labels[row] for row in rows}) > 1]


def _check(left: Mapping[str, Table], rows: Rows) -> None:
    """There is still something to learn from, to choose by and to test on."""
    found = Problems(DataError)
    for part, table in left.items():
        if len(table) == 0:
            found.add(
                "every row copies the texts of a later part, or another label's",
                f"data.{part}",
                f"give other rows, {KEEP}",
            )
    split = rows.valid is None or rows.test is None
    if split and 0 < len(left["train"]) < 3:
        found.add(
            f"without copies of texts {len(left['train'])} rows are left", "data.train", f"give at least 3, {KEEP}"
        )
    found.raise_any()
    column = left["train"].schema.target
    learnt = {values.level(value) for value in left["train"].frame[column.name].unique().to_list()}
    for name in column.levels:
        if name not in learnt:
            found.add(
                f"without copies of texts no row of the class '{name}' is left",
                "data.train",
                f"give more rows of it, {KEEP}",
            )
    found.raise_any()
