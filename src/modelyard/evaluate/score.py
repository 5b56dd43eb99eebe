"""Metrics times slices times intervals, and the comparison with the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from polars import selectors as cs

from modelyard.core import digest, events
from modelyard.core.decisions import Decision, decide
from modelyard.core.report import Comparison, Report, Score
from modelyard.core.types import Floats, Ints, Table, Task
from modelyard.data.read import group_values, target_values, weight_values
from modelyard.evaluate import curves, slices, thresholds
from modelyard.evaluate.doubt import doubt
from modelyard.evaluate.pairs import Rows, gaps
from modelyard.evaluate.pairs import measured as figures

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

    def rows(self, seed: int) -> Rows:
        """What is true of the rows, and what they weigh."""
        weight, truth = weight_values(self.table), target_values(self.table, self.task)
        return Rows(truth, np.ones(len(truth)) if weight is None else weight.astype(np.float64), seed)

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
    """Every metric with its interval on all rows and on each slice, and against each baseline; and curves.

    Where nothing that was learnt shows, the first note says so, and it is the report's `doubt`.
    """
    whole = measured.rows(seed)
    parts = list(slices.of(measured.table))
    thin = [part for part, mask in parts if mask.sum() < slices.FEWEST]
    scores = _scores(measured, whole, metrics, [entry for entry in parts if entry[0] not in thin])
    compared = _comparisons(measured, whole, metrics)
    classes = measured.table.schema.target.levels if measured.task.classifies else ()
    judges = {name: metric for name, metric in metrics.items() if measured.decision is None or not metric.decides}
    doubted = doubt(whole, measured.answers, judges, scores, classes)
    notes = (*measured.notes, *_threshold(measured), *_notes(scores, compared, thin, doubted))
    decided, chosen = measured.decided(), measured.decision.threshold if measured.decision else None
    return Report(
        name=name,
        task=measured.task,
        model=model,
        classes=measured.table.schema.target.levels,
        rows=dict(rows),
        test_digest=digest_of(measured.table, measured.task),
        higher_is_better={
            metric: None if part.describes else part.higher_is_better for metric, part in metrics.items()
        },
        scores=tuple(scores),
        comparisons=tuple(compared),
        notes=(doubted, *notes) if doubted else notes,
        doubt=doubted,
        confusion=thresholds.confusion(whole, decided, len(classes)) if classes else (),
        thresholds=thresholds.of(whole, measured.answers, decided, chosen) if len(classes) == 2 else (),
        curves=curves.of(whole, measured.answers, classes),
    )


def digest_of(table: Table, task: Task) -> str:
    """The SHA-256 of test rows, in their order, their truth included."""
    told = table.frame.with_columns(cs.binary().bin.encode("base64"))
    return digest.of_bytes(target_values(table, task).tobytes() + told.write_csv().encode())


def _scores(
    measured: Measured,
    whole: Rows,
    metrics: Mapping[str, Metric],
    some: list[tuple[str, npt.NDArray[Any]]],
) -> list[Score]:
    parts: list[tuple[str | None, npt.NDArray[Any]]] = [(None, np.ones(len(whole.truth), dtype=bool)), *some]
    scores: list[Score] = []
    for part, mask in parts:
        kept = whole.taken(mask)
        found = figures(kept, [(one, measured.judged(one, measured.answers)[mask]) for one in metrics.values()])
        scores += [
            Score(name, each.value, each.low, each.high, len(kept.truth), part)
            for name, each in zip(metrics, found, strict=True)
        ]
        events.step("measuring", len(scores), len(parts) * len(metrics), part or "all rows")
    return scores


def _comparisons(measured: Measured, whole: Rows, metrics: Mapping[str, Metric]) -> list[Comparison]:
    """Each metric that judges against each baseline, paired: both are measured on the same draws of rows."""
    judging = [name for name, metric in metrics.items() if not metric.describes]
    pairs = [(name, baseline) for name in judging for baseline in measured.baselines]
    asked = [
        (
            metrics[name],
            measured.judged(metrics[name], measured.answers),
            measured.judged(metrics[name], measured.baselines[baseline]),
        )
        for name, baseline in pairs
    ]
    return [
        Comparison(baseline, name, found.theirs, found.difference, found.low, found.high, found.verdict)
        for (name, baseline), found in zip(pairs, gaps(whole, asked), strict=True)
    ]


def _threshold(measured: Measured) -> list[str]:
    if measured.decision is None:
        return []
    positive, decision = measured.table.schema.target.levels[1], measured.decision
    each = ", ".join(f"{group}: {threshold:.4g}" for group, threshold in decision.by_group.items())
    told = f"{decision.threshold:.4g} ({decision.column} {each})" if each else f"{decision.threshold:.4g}"
    return [f"'{positive}' is answered from a probability of {told} on: {decision.why}"]


def _notes(scores: list[Score], compared: list[Comparison], thin: list[str], doubted: str) -> list[str]:
    """What a reader must not miss, after what is `doubted`, which says more of the constant answer.

    Of the comparisons, those of the first metric are told.
    """
    notes = []
    for entry in [each for each in compared if each.metric == compared[0].metric]:
        if entry.verdict != "better" and not (doubted and entry.baseline == "constant"):
            phrase = "is worse than" if entry.verdict == "worse" else "cannot be told from"
            notes.append(f"the model {phrase} the {entry.baseline} baseline on these rows ({entry.metric})")
    undefined = sorted({f"{s.metric} on {s.slice or 'all rows'}" for s in scores if np.isnan(s.value)})
    if undefined:
        notes.append(f"not defined: {', '.join(undefined)}")
    if thin:
        notes.append(f"too few rows to measure, fewer than {slices.FEWEST}: {', '.join(thin)}")
    return notes
