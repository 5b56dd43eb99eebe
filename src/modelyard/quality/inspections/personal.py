"""Personal data: which columns hold it, as their values or inside their texts, and what `protect` has left of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Role
from modelyard.data.personal.columns import held
from modelyard.data.personal.finder import finder, label
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Column
    from modelyard.data.personal.columns import Held
    from modelyard.quality.subject import Subject

ORDER = (Severity.SEVERE, Severity.WARNING, Severity.NOTE)


@part
class Personal(Inspection):
    """Columns that hold personal data after what the recipe's `protect` did, in as many of their rows.

    It is severe where check digits prove identifiers in a column that is learnt from, and worth knowing where nothing
    reads the column.
    """

    rows: int = Field(default=10_000, ge=1, description="that are looked at, of a drawn sample")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The worst first."""
        spec = subject.recipe.protect
        look, sample = finder(spec.sorts, spec.regions), subject.sample.frame.head(self.rows)
        kept = {name for name, said in spec.columns.items() if said.name == "keep"}
        found = [
            _finding(column, told)
            for column in subject.schema.columns
            if column.name not in kept and (told := held(sample[column.name], look)).counts
        ]
        yield from sorted(found, key=lambda one: ORDER.index(one.severity))


def _finding(column: Column, told: Held) -> Finding:
    sorts = ", ".join(label(sort) for sort in sorted(told.counts))
    where = "" if told.whole else " inside its texts"
    name = json.dumps(column.name, ensure_ascii=False)
    ways = f"columns:\n    {name}: drop" if told.whole else f"columns:\n    {name}: mask"
    return Finding(
        "personal",
        _severity(column, told),
        f"holds personal data{where} ({sorts}) in {max(told.counts.values()):,} of {told.rows:,} rows",
        (column.name,),
        {"rows": told.rows, "found": dict(told.counts), "proven": dict(told.proven), "whole": told.whole},
        f"protect:\n  {ways}",
        "drop it, or say hash, pseudonym or generalise; keep, if it is none or may stay",
    )


def _severity(column: Column, told: Held) -> Severity:
    if column.role is Role.IGNORE:
        return Severity.NOTE
    learnt = column.role is Role.FEATURE or column.role is Role.TARGET
    return Severity.SEVERE if learnt and told.proven else Severity.WARNING
