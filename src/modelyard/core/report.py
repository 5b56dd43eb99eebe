"""What a report holds: scores with intervals, comparisons, evidence, verdicts. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from modelyard.core.evidence import (
    Change,
    Cost,
    Curve,
    Disparity,
    Folds,
    Importance,
    Provenance,
    Review,
    Stress,
    Threshold,
    WeakSlice,
)
from modelyard.core.types import Task


@dataclass(frozen=True)
class Score:
    """One metric on one part of the test rows, with its 95% interval. `slice` is None for all rows."""

    metric: str
    value: float
    low: float
    high: float
    rows: int
    slice: str | None = None


@dataclass(frozen=True)
class Comparison:
    """The model against a baseline on the same rows: `difference` is the model's value less the baseline's.

    `verdict` is `better`, `worse` or, when the 95% interval of the paired difference holds zero, `not distinguishable`.
    """

    baseline: str
    metric: str
    value: float
    difference: float
    low: float
    high: float
    verdict: Literal["better", "worse", "not distinguishable"]


@dataclass(frozen=True)
class Report:
    """What was measured on rows that no choice has seen.

    `higher_is_better` is None for a metric that says what answers are like and not how good they are.
    `doubt` says why the figures are nothing to build on, where that is so: a reader must see it before any of them.
    `confusion` are the test rows by their class and by the class that was answered, [classes][classes], by weight.
    `epsilon` bounds what the model tells of any one training row, where it was trained privately. `cost` and `reviews`
    are facts of a machine, a day and people: no digest covers them. `folds` are fits of their own, none of them packed.
    """

    name: str
    task: Task
    model: str
    classes: tuple[str, ...]
    rows: dict[str, int]
    test_digest: str
    higher_is_better: Mapping[str, bool | None]
    scores: tuple[Score, ...]
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()
    doubt: str = ""
    confusion: tuple[tuple[float, ...], ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    curves: tuple[Curve, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    weak: tuple[WeakSlice, ...] = ()
    stress: tuple[Stress, ...] = ()
    importance: tuple[Importance, ...] = ()
    changes: tuple[Change, ...] = ()
    data: Provenance | None = None
    epsilon: float | None = None
    cost: Cost | None = None
    reviews: tuple[Review, ...] = ()
    folds: Folds | None = None

    @property
    def lasting(self) -> Report:
        """The report without facts of one day: what the same recipe on the same rows gives again."""
        data = self.data and replace(self.data, changed="")
        return replace(self, data=data, cost=None, reviews=())

    def disparity(self, column: str, metric: str, kind: str = "difference") -> Disparity | None:
        """How far a figure lies apart between the groups of a column, if that was measured."""
        for found in self.disparities:
            if (found.column, found.metric, found.kind) == (column, metric, kind):
                return found
        return None

    def score(self, metric: str, of: str | None = None) -> Score | None:
        """The score of a metric on a slice (None: on all rows), if it was measured."""
        for score in self.scores:
            if score.metric == metric and score.slice == of:
                return score
        return None

    def __str__(self) -> str:
        """The figures as lines of text."""
        lines = [f"{self.name}: {self.model}, {self.task}, {self.rows['test']} test rows"]
        if self.doubt:
            lines.append(f"  BEWARE: {self.doubt}")
        mark = "?" if self.doubt else ""
        for s in self.scores:
            part = s.slice or "all rows"
            lines.append(f"  {s.metric:<10} {s.value:>10.4f}{mark}  ({s.low:.4f} to {s.high:.4f})  {part}, {s.rows}")
        lines += [
            f"  {d.metric} on {d.column}: {d.kind} {d.value:.4f} ({d.low:.4f} to {d.high:.4f}), {d.rows} rows or more"
            for d in self.disparities
        ]
        if self.folds is not None:
            lines += [
                f"  {f.metric} in {self.folds.folds} folds: {f.mean:.4f} ({f.low:.4f} to {f.high:.4f})"
                for f in self.folds.scores
            ]
        lines += [
            f"  weak where {w.where}: {w.metric} {w.value:.4f} against {w.other:.4f} elsewhere, {w.rows} rows"
            for w in self.weak
        ]
        lines += [
            f"  {c.mitigation}: {c.metric} {c.before:.4f} becomes {c.after:.4f} "
            f"({c.after - c.before:+.4f}, {c.low:+.4f} to {c.high:+.4f})"
            for c in self.changes
        ]
        lines += [f"  against {c.baseline}: {c.verdict} ({c.metric} {c.difference:+.4f})" for c in self.foremost]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.others)])

    @property
    def foremost(self) -> tuple[Comparison, ...]:
        """The comparisons by the first metric, which decides."""
        return tuple(each for each in self.comparisons if each.metric == self.comparisons[0].metric)

    @property
    def others(self) -> tuple[str, ...]:
        """The notes beside the `doubt`."""
        return tuple(note for note in self.notes if note != self.doubt)

    def _repr_html_(self) -> str:
        from html import escape

        mark = "?" if self.doubt else ""
        beware = f"<br><strong>{escape(self.doubt)}</strong>" if self.doubt else ""
        rows = "".join(
            f"<tr><td>{escape(s.metric)}</td><td>{escape(s.slice or 'all rows')}</td><td>{s.value:.4f}{mark}</td>"
            f"<td>{s.low:.4f} to {s.high:.4f}</td><td>{s.rows}</td></tr>"
            for s in self.scores
        )
        head = "<tr><th>metric</th><th>slice</th><th>value</th><th>95% interval</th><th>rows</th></tr>"
        return f"<table><caption>{escape(self.name)}: {escape(self.model)}{beware}</caption>{head}{rows}</table>"


@dataclass(frozen=True)
class Verdict:
    """What a gate said of a candidate, and why: the number that it judged, the bound, and the number's 95% interval.

    What has no number, such as a review, has none of them.
    """

    gate: str
    passed: bool
    reason: str
    value: float | None = None
    bound: float | None = None
    low: float | None = None
    high: float | None = None
