"""Metrics times slices times intervals, and the comparison with the baselines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from modelyard.core import digest, events, intervals
from modelyard.core.decisions import Decision, decide
from modelyard.core.types import Comparison, Floats, Report, Score, Table, Task
from modelyard.data.read import target_values, weight_values
from modelyard.evaluate import slices

if TYPE_CHECKING:
    from modelyard.core.protocols import Metric


@dataclass(frozen=True)
class Measured:
    """What is to be measured: answers [rows, outputs] of a model, and of baselines by name, on the rows of a table.

    Metrics about decisions judge those of `decision`, the baselines' too: costs are the same whoever answers. `notes`
    are what is known of the model already.
    """

    table: Table
    task: Task
    answers: Floats
    baselines: Mapping[str, Floats] = field(default_factory=dict)
    decision: Decision | None = None
    notes: tuple[str, ...] = ()

    def judged(self, metric: Metric, answers: Floats) -> Floats:
        """What a metric looks at: answers, or a 1 for the class that each row is answered with."""
        if self.decision is None or not metric.decides:
            return answers
        return np.eye(answers.shape[1], dtype=answers.dtype)[decide(answers, self.decision)]


def score(
    measured: Measured, metrics: Mapping[str, Metric], *, name: str, model: str, rows: Mapping[str, int], seed: int
) -> Report:
    """Every metric with its interval on all rows and on each slice; the first metric also against each baseline."""
    truth = target_values(measured.table, measured.task)
    weight = weight_values(measured.table)
    base = np.ones(len(truth)) if weight is None else weight.astype(np.float64)
    parts = list(slices.of(measured.table))
    thin = [part for part, mask in parts if mask.sum() < slices.FEWEST]
    scores = _scores(measured, truth, base, metrics, [entry for entry in parts if entry[0] not in thin], seed)
    compared = _comparisons(measured, truth, base, metrics, seed)
    return Report(
        name=name,
        task=measured.task,
        model=model,
        classes=measured.table.schema.target.levels,
        rows=dict(rows),
        test_digest=digest.of_bytes(truth.tobytes() + measured.table.frame.write_csv().encode()),
        higher_is_better={metric: part.higher_is_better for metric, part in metrics.items()},
        scores=tuple(scores),
        comparisons=tuple(compared),
        notes=(*measured.notes, *_threshold(measured), *_notes(scores, compared, thin)),
    )


def _scores(
    measured: Measured,
    truth: npt.NDArray[Any],
    base: Floats,
    metrics: Mapping[str, Metric],
    some: list[tuple[str, npt.NDArray[Any]]],
    seed: int,
) -> list[Score]:
    parts: list[tuple[str | None, npt.NDArray[Any]]] = [(None, np.ones(len(truth), dtype=bool)), *some]
    scores = []
    for part, mask in parts:
        kept, answers, weights = truth[mask], measured.answers[mask], base[mask]
        for name, metric in metrics.items():
            figure = partial(figure_of, metric, kept, measured.judged(metric, answers), weights)
            low, high = intervals.interval(intervals.bootstrap(figure, len(kept), seed))
            scores.append(Score(name, figure(), low, high, len(kept), part))
            events.step("measuring", len(scores), len(parts) * len(metrics), name)
    return scores


def figure_of(
    metric: Metric, truth: npt.NDArray[Any], answers: Floats, weight: Floats, drawn: Floats | float = 1.0
) -> float:
    """A metric of rows that were drawn so many times; NaN where nothing that was drawn has a weight."""
    weighed = weight * drawn
    return metric(truth, answers, weighed) if weighed.any() else math.nan


def _comparisons(
    measured: Measured, truth: npt.NDArray[Any], base: Floats, metrics: Mapping[str, Metric], seed: int
) -> list[Comparison]:
    """The first metric against each baseline, paired: both are measured on the same draws of rows."""
    name, metric = next(iter(metrics.items()))
    compared, ours = [], measured.judged(metric, measured.answers)
    for baseline, answers in measured.baselines.items():
        theirs = measured.judged(metric, answers)

        def difference(drawn: Floats | float = 1.0, theirs: Floats = theirs) -> float:
            mine = figure_of(metric, truth, ours, base, drawn)
            return mine - figure_of(metric, truth, theirs, base, drawn)

        low, high = intervals.interval(intervals.bootstrap(difference, len(truth), seed))
        verdict = told_apart(low, high, higher_is_better=metric.higher_is_better)
        value = figure_of(metric, truth, theirs, base)
        compared.append(Comparison(baseline, name, value, difference(), low, high, verdict))
    return compared


def told_apart(low: float, high: float, *, higher_is_better: bool) -> Literal["better", "worse", "not distinguishable"]:
    """What the interval of a difference says of what was measured first."""
    if low > 0 or high < 0:
        return "better" if (low > 0) == higher_is_better else "worse"
    return "not distinguishable"


def _threshold(measured: Measured) -> list[str]:
    if measured.decision is None:
        return []
    positive, decision = measured.table.schema.target.levels[1], measured.decision
    return [f"'{positive}' is answered from a probability of {decision.threshold:.4g} on: {decision.why}"]


def _notes(scores: list[Score], compared: list[Comparison], thin: list[str]) -> list[str]:
    """What a reader must not miss."""
    notes = []
    for entry in compared:
        if entry.verdict != "better":
            phrase = "is worse than" if entry.verdict == "worse" else "cannot be told from"
            notes.append(f"the model {phrase} the {entry.baseline} baseline on these rows ({entry.metric})")
    undefined = sorted({f"{s.metric} on {s.slice or 'all rows'}" for s in scores if np.isnan(s.value)})
    if undefined:
        notes.append(f"not defined: {', '.join(undefined)}")
    if thin:
        notes.append(f"too few rows to measure, fewer than {slices.FEWEST}: {', '.join(thin)}")
    return notes
