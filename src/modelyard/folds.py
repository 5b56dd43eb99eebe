"""The whole plan fitted anew in each fold: what its figures vary by, and what they are on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import events, intervals
from modelyard.core.evidence import Folds, FoldScore
from modelyard.core.protocols import Metric
from modelyard.core.types import Floats, Ints
from modelyard.evaluate.pairs import Figure, Rows
from modelyard.evaluate.pairs import measured as figures
from modelyard.evaluate.score import Measured

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.report import Report
    from modelyard.core.types import Parts, Task
    from modelyard.data.splits.folds import Folds as Dealt
    from modelyard.train.fit import Trained


@dataclass
class _HeldOut:
    """What is held out so far: the rows' places, truth and weight, and what each metric looks at, a piece a fold."""

    metrics: Mapping[str, Metric]
    places: list[Ints] = field(default_factory=list)
    truth: list[npt.NDArray[Any]] = field(default_factory=list)
    weight: list[Floats] = field(default_factory=list)
    judged: dict[str, list[Floats]] = field(default_factory=dict)

    def add(self, places: Ints, rows: Rows, judged: Mapping[str, Floats]) -> None:
        self.places.append(places)
        self.truth.append(rows.truth)
        self.weight.append(rows.weight)
        for name, answers in judged.items():
            self.judged.setdefault(name, []).append(answers)

    def measured(self, seed: int) -> list[Figure]:
        """Each metric of all these rows, in the table's order."""
        order = np.argsort(np.concatenate(self.places), kind="stable")
        rows = Rows(np.concatenate(self.truth)[order], np.concatenate(self.weight)[order], seed)
        asked = [(metric, np.concatenate(self.judged[name])[order]) for name, metric in self.metrics.items()]
        return figures(rows, asked)


def told(
    report: Report,
    dealt: Dealt | None,
    metrics: Mapping[str, Metric],
    fit: Callable[[Parts], Trained],
    task: Task,
    seed: int,
) -> Report:
    """The report with what `fit` gives in each fold; as it is where there are none.

    A fold's fit sees nothing of the rows that it is measured on: steps, encoders, a search, the threshold are its own.
    Rows that are held out again in a second repeat count once among those that are out of fold: as they were first.

    Raises:
        DataError, RecipeError: a fold cannot be fitted.
    """
    if dealt is None:
        return report
    each: dict[str, list[float]] = {name: [] for name in metrics}
    held_out = _HeldOut(metrics)
    for place in range(len(dealt)):
        events.step("fitting in folds", place, len(dealt), f"fold {place + 1} of {len(dealt)}")
        parts = dealt.parts(place)
        fitted = fit(parts)
        measured = Measured(parts.test, task, fitted(parts.test), decision=fitted.decision)
        rows = measured.rows(seed)
        judged = {name: measured.judged(metric, measured.answers) for name, metric in metrics.items()}
        for name, metric in metrics.items():
            each[name].append(rows.figure(metric, judged[name]))
        if place < dealt.each:
            held_out.add(dealt.rows(place), rows, judged)
    events.step("fitting in folds", len(dealt), len(dealt))
    found = _found(dealt, each, dict(zip(metrics, held_out.measured(seed), strict=True)))
    return replace(report, folds=found, notes=(*report.notes, _note(found)))


def _found(dealt: Dealt, each: Mapping[str, list[float]], out_of_fold: Mapping[str, Figure]) -> Folds:
    held = [len(dealt.rows(place)) for place in range(len(dealt))]
    seen = [dealt.seen(place) for place in range(len(dealt))]
    scores = [
        FoldScore(
            name,
            *intervals.corrected(values, sum(held) / sum(seen)),
            tuple(values),
            out_of_fold[name].value,
            out_of_fold[name].low,
            out_of_fold[name].high,
        )
        for name, values in each.items()
    ]
    rows = sum(held[: dealt.each])
    return Folds(dealt.by, dealt.each, dealt.repeats, rows, tuple(seen), tuple(held), tuple(scores))


def _note(found: Folds) -> str:
    """What a reader must not mix up."""
    return (
        f"the bundle is the model of the one split; {found.folds * found.repeats} other fits were measured in folds, "
        "all their choices made anew"
    )
