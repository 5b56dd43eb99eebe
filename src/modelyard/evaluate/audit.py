"""What a report tells of groups and of weak slices beside its scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modelyard.evaluate import fairness, slices, weak

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.protocols import Metric
    from modelyard.core.report import Report
    from modelyard.evaluate.score import Measured


def audited(
    report: Report, measured: Measured, metrics: Mapping[str, Metric], seed: int, *, weak_slices: bool
) -> Report:
    """The report with how far groups lie apart and, where they are wished for, with weak slices."""
    notes = [
        f"no groups of '{column}' are compared: fewer than two have {slices.FEWEST} test rows"
        for column in fairness.uncompared(measured.table)
    ]
    found = weak.search(measured, seed) if weak_slices else weak.Found((), 0)
    if found.told:
        notes.append(found.told)
    apart = fairness.disparities(measured, metrics, seed)
    return replace(report, disparities=apart, weak=found.slices, notes=(*report.notes, *notes))
