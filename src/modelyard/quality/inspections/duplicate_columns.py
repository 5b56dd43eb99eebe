"""Columns that say what another one says: exactly, under other names, in another unit, or nearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind, Role
from modelyard.data import values
from modelyard.quality import codes as coded
from modelyard.quality import remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.core.types import Floats, Ints
    from modelyard.quality.subject import Subject

ROWS = 5000  # that columns are compared by
LEVELS = 200  # of a category that is compared
SAME = 1 - 1e-9  # correlation of a number and the same in another unit
Pair = tuple[str, str, float]


@part
class DuplicateColumns(Inspection):
    """Each pair of columns that hold the same, that are the same up to names or a unit, or that nearly are."""

    near: float = Field(default=0.98, gt=0.5, le=1, description="correlation, or share of rows, from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Exact ones, renamed ones, other units, near ones."""
        yield from _exact(subject)
        table, _ = subject.some(ROWS)
        features = subject.having()
        read = {c.name: values.from_series(table.frame[c.name], c) for c in features}
        numbers = [c.name for c in features if c.kind is Kind.NUMBER]
        levels = {c.name: coded.of_levels(read[c.name]) for c in features if c.kind in {Kind.CATEGORY, Kind.BOOLEAN}}
        for first, second, agreement in _alike(levels, self.near):
            if agreement == 1:
                yield _found("duplicate_columns", "say the same by other names", first, second, {"agreement": 1.0})
            else:
                yield _found("near_duplicate_columns", _told(agreement), first, second, {"agreement": agreement})
        for first, second, r in _correlated([read[name] for name in numbers], numbers, self.near):
            if abs(r) >= SAME:
                yield _found("linear_copy", "hold the same number in two units", first, second, {"correlation": r})
            else:
                said = f"go together (correlation {r:.3f})"
                yield _found("near_duplicate_columns", said, first, second, {"correlation": r})


def _exact(subject: Subject) -> Iterator[Finding]:
    """What reading has left out already."""
    for column in subject.unsaid:
        if column.role is Role.IGNORE and column.reason.startswith("the same as "):
            first = column.reason.removeprefix("the same as ")
            yield Finding(
                "duplicate_columns",
                Severity.NOTE,
                "holds the same in every row and is left out",
                (column.name, first),
                {"rows": subject.frame.height},
                remedies.ignore(column.name),
            )


def _found(word: str, said: str, first: str, second: str, evidence: dict[str, float]) -> Finding:
    severity = Severity.NOTE if word.startswith("near") else Severity.WARNING
    return Finding(word, severity, said, (second, first), {**evidence}, remedies.ignore(second), "keep one of them")


def _told(agreement: float) -> str:
    return f"say the same, by other names, in {agreement:.1%} of the rows"


def _alike(levels: dict[str, Ints], near: float) -> Iterator[Pair]:
    """Pairs of categories of which each tells the other, in nearly all rows, both ways."""
    some = {n: c for n, c in levels.items() if 1 < len(np.unique(c[c >= 0])) <= LEVELS}
    names = list(some)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            agreement = _agreement(some[first], some[second])
            usual = max(np.bincount(some[name] + 1).max() / len(some[name]) for name in (first, second))
            if agreement >= near and (agreement == 1 or 1 - agreement <= 0.2 * (1 - usual)):
                yield first, second, agreement


def _agreement(first: Ints, second: Ints) -> float:
    """The share of rows whose pair of levels is the usual one, seen from either side; the smaller of both."""
    pairs = np.unique(np.stack([first, second]), axis=1, return_counts=True)
    (one, other), counts = pairs[0], pairs[1]
    best = [np.zeros(int(side.max()) + 2) for side in (one, other)]
    for most, side in zip(best, (one, other), strict=True):
        np.maximum.at(most, side + 1, counts)
    return float(min(most.sum() for most in best) / len(first))


def _correlated(read: Sequence[Floats], names: list[str], near: float) -> Iterator[Pair]:
    """Pairs of numbers with a correlation of at least `near`, where both are known in the same rows."""
    if len(names) < 2:
        return
    whole = coded.scaled(np.stack(read))
    gone = np.isnan(whole)
    means = np.where(gone, 0.0, whole).sum(axis=1) / np.maximum((~gone).sum(axis=1), 1)
    centred = np.where(gone, 0.0, whole - means[:, None])
    norms = np.sqrt((centred**2).sum(axis=1))
    norms[norms == 0] = np.inf
    found = (centred / norms[:, None]) @ (centred / norms[:, None]).T
    for one, other in zip(*np.where(np.triu(np.abs(found), 1) >= near), strict=True):
        if (gone[one] == gone[other]).mean() >= 0.99:
            yield names[one], names[other], float(found[one, other])
