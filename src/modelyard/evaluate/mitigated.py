"""What a mitigation has changed: every figure before and after, on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import intervals
from modelyard.core.evidence import Apart, Change
from modelyard.evaluate import fairness, resampled
from modelyard.evaluate.pairs import gaps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats
    from modelyard.evaluate.score import Measured


def changes(
    before: Measured, after: Measured, metrics: Mapping[str, Metric], mitigation: str, column: str, seed: int
) -> tuple[Change, ...]:
    """Every metric of all rows, then every disparity of the column, each with the interval of its change.

    Metrics of all rows are compared as any two models on the same rows are. Of disparities both are measured on the
    same draws of the rows. A disparity has no sign here: as chance alone draws groups apart, one that has become small
    looks larger on most draws, and the interval tells rather too little of a change than too much.
    """
    told = _of_all_rows(before, after, metrics, mitigation, seed)
    groups = fairness.groups(after.table).get(column)
    if groups is None:
        return tuple(told)
    each = (fairness.families(resampled.figures(one, metrics, groups.masks, seed)) for one in (before, after))
    for (name, earlier), (_, later) in zip(*each, strict=True):
        for kind in fairness.KINDS:
            apart = _spread(earlier, kind), _spread(later, kind)
            told.append(_apart(mitigation, f"{name} {kind}", *apart, column))
    return tuple(told)


def _of_all_rows(
    before: Measured, after: Measured, metrics: Mapping[str, Metric], mitigation: str, seed: int
) -> list[Change]:
    asked = [(one, after.judged(one, after.answers), before.judged(one, before.answers)) for one in metrics.values()]
    found = gaps(after.rows(seed), asked)
    return [
        Change(mitigation, name, gap.theirs, gap.theirs + gap.difference, gap.low, gap.high)
        for name, gap in zip(metrics, found, strict=True)
    ]


def _apart(mitigation: str, metric: str, before: Floats, after: Floats, column: str) -> Change:
    """Of figures [1 + resamples], the first of all rows."""
    low, high = intervals.interval(after[1:] - before[1:])
    return Change(mitigation, metric, float(before[0]), float(after[0]), low, high, column)


def _spread(rows: Sequence[Floats], kind: Apart) -> Floats:
    """How far groups lie apart on each draw, [1 + resamples]; of several metrics the worst."""
    return np.array([fairness.widest(figures, kind)[2] for figures in zip(*rows, strict=True)])
