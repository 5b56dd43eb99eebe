"""Several rows of one customer, patient or machine: a random split would put it on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.data.read import target_values
from modelyard.quality import codes as coded
from modelyard.quality import names, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column, Floats, Ints
    from modelyard.quality.subject import Subject

FEWEST, MOST = 1.2, 0.02  # rows of one on average, and its share of all rows, for what is an entity and no level


@part
class Entities(Inspection):
    """A column whose name says identifier and whose values come back; severe where the target sticks to them."""

    sticks: float = Field(default=0.5, gt=0, le=1, description="share of the target's spread that lies between them")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Those to which the target sticks first; nothing where the recipe splits by group or gives all parts."""
        if str(subject.recipe.split.by) == "group" or len(subject.parts) == 3:
            return
        told = [(between(codes, self._target(subject)), column) for column, codes in _entities(subject)]
        for share, column in sorted(told, key=lambda one: -one[0]):
            severe = share >= self.sticks
            yield Finding(
                "entities",
                Severity.SEVERE if severe else Severity.WARNING,
                "names what has several rows"
                + (", all of much the same target" if severe else "")
                + ": a random split tests on what was learnt of it",
                (column.name,),
                {"entities": subject.frame[column.name].n_unique(), "between": round(share, 4)},
                remedies.split("group", column.name),
            )

    def _target(self, subject: Subject) -> Floats:
        target = target_values(subject.rows.train, subject.task)
        return np.eye(len(subject.target.levels))[target] if subject.task.classifies else coded.ranks(target)[:, None]


def _entities(subject: Subject) -> Iterator[tuple[Column, Ints]]:
    for column in subject.unsaid:
        if column.kind in {Kind.TEXT, Kind.TIME, Kind.BOOLEAN} or not names.identifier(column.name):
            continue
        found = values.from_series(subject.frame[column.name], column)
        codes = coded.of_levels(found if found.dtype == object else found.astype(object))
        counts = np.bincount(codes[codes >= 0])
        if len(counts) > 1 and counts.mean() >= FEWEST and counts.max() <= max(MOST * len(codes), 20):
            yield column, codes


def between(codes: Ints, wanted: Floats) -> float:
    """The share of a target's spread [rows, outputs] that lies between groups: the intraclass correlation ICC(1).

    Of one-way analysis of variance (Shrout and Fleiss 1979): (between - within) / (between + (k - 1) within).
    """
    known = codes >= 0
    place, wanted = codes[known], wanted[known]
    counts = np.bincount(place)
    groups, rows = len(counts), len(place)
    if groups < 2 or rows <= groups:
        return 0.0
    means = np.stack([np.bincount(place, weights=one) / np.maximum(counts, 1) for one in wanted.T], axis=1)
    inside = float(((wanted - means[place]) ** 2).sum()) / (rows - groups)
    across = float((counts[:, None] * (means - wanted.mean(axis=0)) ** 2).sum()) / (groups - 1)
    size = (rows - float((counts**2).sum()) / rows) / (groups - 1)
    whole = across + (size - 1) * inside
    return max(0.0, (across - inside) / whole) if whole > 0 else 0.0
