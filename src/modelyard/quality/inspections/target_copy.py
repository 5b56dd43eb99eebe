"""The target once more under another name, coding or unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.data.read import target_values
from modelyard.quality import codes as coded
from modelyard.quality import remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column, Floats, Ints
    from modelyard.quality.subject import Subject

FEWEST = 20  # rows that show it
EXACT = 1 - 1e-6


@part
class TargetCopy(Inspection):
    """Each level of a column goes with one class alone and each class with one level, or a number in another unit."""

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column; always severe."""
        target = target_values(subject.rows.train, subject.task)
        for column in subject.unsaid:
            same = _renamed if subject.task.classifies else _converted
            if same(subject, column, target):
                yield Finding(
                    "target_copy",
                    Severity.SEVERE,
                    "is the target under another " + ("coding" if subject.task.classifies else "unit"),
                    (column.name, subject.target.name),
                    {"rows": subject.frame.height},
                    remedies.ignore(column.name),
                )


def _renamed(subject: Subject, column: Column, target: Ints) -> bool:
    """Whether levels and classes go one to one, wherever the column has a value."""
    if column.kind in {Kind.TEXT, Kind.TIME}:
        return False
    if subject.frame[column.name].n_unique() > len(subject.target.levels) + 1:
        return False
    codes = coded.of_levels(values.from_series(subject.frame[column.name], column).astype(object))
    codes, target = _known(codes, target, column)
    pairs = np.unique(np.stack([codes, target]), axis=1) if len(codes) >= FEWEST else np.zeros((2, 0))
    sides = [len(np.unique(side)) for side in pairs]
    return pairs.shape[1] > 1 and sides == [pairs.shape[1]] * 2


def _known(codes: Ints, target: Ints, column: Column) -> tuple[Ints, Ints]:
    """Rows with a value: a missing one of a number is a level too to `of_levels`, as NaN is no None."""
    del column
    return codes[codes >= 0], target[codes >= 0]


def _converted(subject: Subject, column: Column, target: Floats) -> bool:
    """Whether a number is a straight line, or any rising or falling one, of the target."""
    if column.kind is not Kind.NUMBER:
        return False
    found = values.from_series(subject.frame[column.name], column)
    there = ~np.isnan(found)
    if there.sum() < FEWEST or len(np.unique(found[there])) < FEWEST:
        return False
    ranked = coded.ranks(found[there]), coded.ranks(target[there])
    return abs(_correlation(found[there], target[there])) >= EXACT or abs(_correlation(*ranked)) >= EXACT


def _correlation(one: Floats, other: Floats) -> float:
    one, other = coded.scaled(one), coded.scaled(other)
    spread = float(one.std() * other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread if spread > 0 else 0.0
