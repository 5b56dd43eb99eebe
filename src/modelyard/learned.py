"""The same model learnt from fewer of the rows, to tell whether more would help."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events
from modelyard.data.read import target_values
from modelyard.evaluate import learning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.core.protocols import Metric
    from modelyard.core.report import Report
    from modelyard.core.types import Parts
    from modelyard.evaluate.score import Measured
    from modelyard.train.fit import Trained

FEWEST = 10  # rows of which a model is worth a fit


def told(
    report: Report,
    measured: Measured,
    metrics: Mapping[str, Metric],
    parts: Parts,
    fit: Callable[[Parts], Trained],
    seed: int,
) -> Report:
    """The report with the curve of its first metric by training rows, and a note on what the last step says.

    A class is there from the fewest rows on, and so is each row in all larger parts. Where even half the rows are too
    few to learn from, a note says that alone.
    """
    rows, train = measured.rows(seed), parts.train
    classifies = measured.task.classifies
    strata = target_values(train, measured.task) if classifies else np.zeros(len(train), dtype=np.int64)
    fewest = max(FEWEST, 2 * len(np.unique(strata)))
    sizes = [size for share in learning.SHARES if (size := round(share * len(train))) >= fewest]
    if not sizes:
        note = f"too few training rows for a learning curve, {len(train)}"
        return replace(report, notes=(*report.notes, note))
    name, metric = next(iter(metrics.items()))
    order, answers = learning.order(strata, seed), []
    for done, size in enumerate(sizes):
        events.step("learning from fewer rows", done, len(sizes), f"{size} of {len(train)}")
        fitted = fit(replace(parts, train=train.take(np.sort(order[:size]))))
        answers.append(replace(measured, decision=fitted.decision).judged(metric, fitted(parts.test)))
    events.step("learning from fewer rows", len(sizes), len(sizes))
    whole = measured.judged(metric, measured.answers)
    curve, note = learning.curve(rows, metric, name, [*sizes, len(train)], [*answers, whole])
    return replace(report, curves=(*report.curves, curve), notes=(*report.notes, note))
