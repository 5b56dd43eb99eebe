"""What a mitigation has changed: every figure before and after, on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import intervals
from modelyard.core.evidence import Apart, Change
from modelyard.evaluate import fairness, resampled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats
    from modelyard.evaluate.score import Measured


def changes(
    before: Measured, after: Measured, metrics: Mapping[str, Metric], mitigation: str, column: str, seed: int
) -> tuple[Change, ...]:
    """Every metric of all rows, then every disparity of the column, each with the interval of its change.

    Both are measured on the same draws of the rows. A disparity has no sign here: as chance alone draws groups apart,
    one that has become small looks larger on most draws, and the interval tells rather too little of a change than too
    much.
    """
    everyone = np.ones(len(after.table), dtype=bool)
    groups = fairness.groups(after.table).get(column)
    masks = [everyone, *(groups.masks if groups is not None else ())]
    plain, ours = (resampled.figures(one, metrics, masks, seed) for one in (before, after))
    told = [_change(mitigation, name, plain[name][:, 0], ours[name][:, 0]) for name in metrics]
    if groups is None:
        return tuple(told)
    grouped = [fairness.families({name: rows[:, 1:] for name, rows in one.items()}) for one in (plain, ours)]
    for (name, earlier), (_, later) in zip(*grouped, strict=True):
        for kind in fairness.KINDS:
            apart = _spread(earlier, kind), _spread(later, kind)
            told.append(_change(mitigation, f"{name} {kind}", *apart, column))
    return tuple(told)


def _change(mitigation: str, metric: str, before: Floats, after: Floats, column: str | None = None) -> Change:
    """Of figures [1 + resamples], the first of all rows."""
    low, high = intervals.interval(after[1:] - before[1:])
    return Change(mitigation, metric, float(before[0]), float(after[0]), low, high, column)


def _spread(rows: Sequence[Floats], kind: Apart) -> Floats:
    """How far groups lie apart on each draw, [1 + resamples]; of several metrics the worst."""
    return np.array([fairness.widest(figures, kind)[2] for figures in zip(*rows, strict=True)])
