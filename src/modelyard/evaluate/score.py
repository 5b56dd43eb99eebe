"""Metrics times slices times intervals, and the comparison with the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import digest, events, intervals
from modelyard.core.decisions import Decision, decide
from modelyard.core.report import Comparison, Report, Score
from modelyard.core.types import Floats, Ints, Table, Task
from modelyard.data.read import group_values, target_values, weight_values
from modelyard.evaluate import slices
from modelyard.evaluate.doubt import doubt
from modelyard.evaluate.pairs import Rows, gap

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
        """What a metric looks at: answers to all rows, or a 1 for the class that each is answered with."""
        if self.decision is None or not metric.decides:
            return answers
        return np.eye(answers.shape[1], dtype=answers.dtype)[decide(answers, self.decision, self.groups)]

    def decided(self) -> Ints:
        """The class that each row is answered with, [rows]."""
        return decide(self.answers, self.decision, self.groups)

    @cached_property
    def groups(self) -> npt.NDArray[Any] | None:
        """The rows' groups, [rows] of str, where decisions are by group."""
        return group_values(self.table, self.decision.column) if self.decision and self.decision.column else None


def score(
    measured: Measured, metrics: Mapping[str, Metric], *, name: str, model: str, rows: Mapping[str, int], seed: int
) -> Report:
    """Every metric with its interval on all rows and on each slice; the first metric also against each baseline.

    Where nothing that was learnt shows, the first note says so, and it is the report's `doubt`.
    """
    weight = weight_values(measured.table)
    truth = target_values(measured.table, measured.task)
    whole = Rows(truth, np.ones(len(truth)) if weight is None else weight.astype(np.float64), seed)
    parts = list(slices.of(measured.table))
    thin = [part for part, mask in parts if mask.sum() < slices.FEWEST]
    scores = _scores(measured, whole, metrics, [entry for entry in parts if entry[0] not in thin])
    compared = _comparisons(measured, whole, metrics)
    classes = measured.table.schema.target.levels
    judges = {name: metric for name, metric in metrics.items() if measured.decision is None or not metric.decides}
    doubted = doubt(whole, measured.answers, judges, scores, classes if measured.task.classifies else ())
    notes = (*measured.notes, *_threshold(measured), *_notes(scores, compared, thin, doubted))
    return Report(
        name=name,
        task=measured.task,
        model=model,
        classes=classes,
        rows=dict(rows),
        test_digest=digest.of_bytes(truth.tobytes() + measured.table.frame.write_csv().encode()),
        higher_is_better={metric: part.higher_is_better for metric, part in metrics.items()},
        scores=tuple(scores),
        comparisons=tuple(compared),
        notes=(doubted, *notes) if doubted else notes,
        doubt=doubted,
    )


def _scores(
    measured: Measured,
    whole: Rows,
    metrics: Mapping[str, Metric],
    some: list[tuple[str, npt.NDArray[Any]]],
) -> list[Score]:
    parts: list[tuple[str | None, npt.NDArray[Any]]] = [(None, np.ones(len(whole.truth), dtype=bool)), *some]
    scores = []
    for part, mask in parts:
        kept = Rows(whole.truth[mask], whole.weight[mask], whole.seed)
        for name, metric in metrics.items():
            figure = partial(kept.figure, metric, measured.judged(metric, measured.answers)[mask])
            low, high = intervals.interval(intervals.bootstrap(figure, len(kept.truth), kept.seed))
            scores.append(Score(name, figure(), low, high, len(kept.truth), part))
            events.step("measuring", len(scores), len(parts) * len(metrics), name)
    return scores


def _comparisons(measured: Measured, whole: Rows, metrics: Mapping[str, Metric]) -> list[Comparison]:
    """The first metric against each baseline, paired: both are measured on the same draws of rows."""
    name, metric = next(iter(metrics.items()))
    compared, ours = [], measured.judged(metric, measured.answers)
    for baseline, answers in measured.baselines.items():
        found = gap(whole, metric, ours, measured.judged(metric, answers))
        compared.append(
            Comparison(baseline, name, found.theirs, found.difference, found.low, found.high, found.verdict)
        )
    return compared


def _threshold(measured: Measured) -> list[str]:
    if measured.decision is None:
        return []
    positive, decision = measured.table.schema.target.levels[1], measured.decision
    each = ", ".join(f"{group}: {threshold:.4g}" for group, threshold in decision.by_group.items())
    told = f"{decision.threshold:.4g} ({decision.column} {each})" if each else f"{decision.threshold:.4g}"
    return [f"'{positive}' is answered from a probability of {told} on: {decision.why}"]


def _notes(scores: list[Score], compared: list[Comparison], thin: list[str], doubted: str) -> list[str]:
    """What a reader must not miss, after what is `doubted`, which says more of the constant answer."""
    notes = []
    for entry in compared:
        if entry.verdict != "better" and not (doubted and entry.baseline == "constant"):
            phrase = "is worse than" if entry.verdict == "worse" else "cannot be told from"
            notes.append(f"the model {phrase} the {entry.baseline} baseline on these rows ({entry.metric})")
    undefined = sorted({f"{s.metric} on {s.slice or 'all rows'}" for s in scores if np.isnan(s.value)})
    if undefined:
        notes.append(f"not defined: {', '.join(undefined)}")
    if thin:
        notes.append(f"too few rows to measure, fewer than {slices.FEWEST}: {', '.join(thin)}")
    return notes
