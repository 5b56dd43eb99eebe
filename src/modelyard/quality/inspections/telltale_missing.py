"""A column of which it is enough to know whether it is filled in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.quality import foretelling, remedies
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Floats, Ints
    from modelyard.quality.subject import Subject

SURE = 1e-9  # how improbable it is to be chance
PURE = 0.99  # share of the rows that are of one class


@part
class TelltaleMissing(Inspection):
    """Whether a value is there foretells the target, or is so for one class alone: it was filled in afterwards."""

    skill: float = Field(default=0.3, gt=0, le=1, description="2 AUC - 1, or R2 of ranks, from which it is told")

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        table, drawn = subject.some(100_000)
        wanted = foretelling.aim(table, subject.task)
        fold = foretelling.folds(len(table), subject.recipe.seed)
        for column in subject.unsaid:
            gone = subject.frame[column.name].is_null().to_numpy()[drawn].astype(np.int64)
            if not 0 < gone.sum() < len(gone):
                continue
            told = foretelling.alone(gone, wanted, fold)
            pure = _pure(gone, wanted) if subject.task.classifies else ""
            if told >= self.skill or pure:
                yield Finding(
                    "telltale_missing",
                    Severity.SEVERE if pure or told >= 0.8 else Severity.WARNING,
                    f"is {pure}: it was written down once the target was known"
                    if pure
                    else f"tells the target by whether it is filled in ({told:.0%} of what could be told)",
                    (column.name,),
                    {"skill": round(told, 4), "missing": int(gone.sum()), "rows": len(gone)},
                    remedies.ignore(column.name),
                    "ask when it is written down",
                )


def _pure(gone: Ints, wanted: Floats) -> str:
    """Of which rows, if any, one class alone is found among."""
    base = wanted.mean(axis=0)
    for state, said in ((0, "filled in"), (1, "missing")):
        rows = wanted[gone == state]
        most = int(rows.sum(axis=0).argmax())
        enough = len(rows) >= max(30, 0.02 * len(wanted))
        share = float(rows[:, most].mean()) if enough else 0.0
        if share >= PURE and base[most] <= 0.8 and len(rows) * math.log(base[most]) < math.log(SURE):
            return f"{said} for one class alone"
    return ""
