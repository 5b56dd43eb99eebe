"""What a metric becomes when the same test rows arrive changed: typos, missing columns, numbers out of range.

The trained model answers the changed rows through its encoders. At most 500 test rows are asked, drawn by the seed; a
difference is paired, as both figures are of the same rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events
from modelyard.core.evidence import Stress
from modelyard.core.protocols import Metric
from modelyard.core.seeds import generator
from modelyard.core.types import Column, Floats, Kind, Schema, Table, Values
from modelyard.data import values
from modelyard.evaluate.pairs import Rows, Term, spans
from modelyard.evaluate.score import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.protocols import Perturbation
    from modelyard.core.types import Ints

ASKED = 500  # rows, at most
ALONE = 50  # columns that are changed one by one, at most
WORST = 3  # of those, that are told beside their mean
NAMED = 3  # columns that are named


@dataclass(frozen=True)
class Subject:
    """What is put under stress: `ask` answers values [rows] by column, `measured` are its answers to rows as they are.

    `seen` are the training rows, `metrics` those whose loss is told.
    """

    ask: Callable[[Mapping[str, Values]], Floats]
    measured: Measured
    seen: Table
    metrics: Mapping[str, Metric]


def applying(schema: Schema, perturbation: Perturbation) -> tuple[Column, ...]:
    """The feature columns that a perturbation changes."""
    return tuple(column for column in schema.features if perturbation.applies(column))


def stress(subject: Subject, perturbations: Mapping[str, Perturbation], seed: int) -> tuple[Stress, ...]:
    """A line for each perturbation that applies; where columns are changed one by one, for the worst and their mean."""
    if not perturbations:
        return ()
    bench = _bench(subject, seed)
    lines: list[Stress] = []
    for done, (name, perturbation) in enumerate(perturbations.items()):
        tell = partial(_tell, done, len(perturbations))
        tell(0.0, name)
        columns = applying(subject.measured.table.schema, perturbation)
        if perturbation.alone:
            lines += _one_by_one(bench, name, perturbation, _few(columns, seed, name), tell)
        elif columns:
            answers = bench.asked(perturbation, columns, generator(seed, "robustness", name))
            lines += [bench.line(name, _named(columns), metric, [answers]) for metric in subject.metrics]
    _tell(len(perturbations), len(perturbations), 0.0, "")
    return tuple(lines)


@dataclass(frozen=True)
class _Bench:
    """The rows that are asked: their values by column, the answers to them as they are, and what is true of them."""

    subject: Subject
    columns: Mapping[str, Values]
    measured: Measured
    rows: Rows

    @property
    def answers(self) -> Floats:
        """Those to the rows as they are, [rows, outputs]."""
        return self.measured.answers

    def asked(self, perturbation: Perturbation, columns: Sequence[Column], random: np.random.Generator) -> Floats:
        """The answers where a perturbation has changed some columns: [rows, outputs]."""
        changed = {
            column.name: perturbation(self.columns[column.name], column, self._seen(column), random)
            for column in columns
        }
        if all(_same(values_, self.columns[name]) for name, values_ in changed.items()):
            return self.answers
        return self.subject.ask({**self.columns, **changed})

    def line(self, name: str, on: str, metric: str, given: Sequence[Floats]) -> Stress:
        """What a metric loses in the mean of some answers to changed rows."""
        part = self.subject.metrics[metric]
        before = Term(part, self.measured.judged(part, self.answers), -1)
        changed = [answers for answers in given if answers is not self.answers]
        base = self.rows.figure(part, before.answers)
        if not changed:
            return Stress(name, on, metric, base, 0.0, 0.0, 0.0, len(self.rows.truth))
        after = [Term(part, self.measured.judged(part, answers), 1 / len(given)) for answers in changed]
        still = len(given) - len(changed)
        (found,) = spans(self.rows, [(*after, replace(before, sign=still / len(given) - 1))])
        return Stress(name, on, metric, base + found.value, found.value, found.low, found.high, len(self.rows.truth))

    def figure(self, metric: str, answers: Floats) -> float:
        """A metric of answers to the rows."""
        part = self.subject.metrics[metric]
        return self.rows.figure(part, self.measured.judged(part, answers))

    def _seen(self, column: Column) -> Values:
        if column.kind is not Kind.NUMBER:
            return np.empty(0, dtype=object)
        return values.from_series(self.subject.seen.frame[column.name], column)


def _bench(subject: Subject, seed: int) -> _Bench:
    table = subject.measured.table
    picked = _picked(len(table), generator(seed, "robustness"))
    few = table.take(picked)
    measured = replace(subject.measured, table=few, answers=subject.measured.answers[picked], baselines={})
    columns = {column.name: values.from_series(few.frame[column.name], column) for column in few.schema.features}
    return _Bench(subject, columns, measured, measured.rows(seed))


def _picked(rows: int, random: np.random.Generator) -> Ints:
    return np.arange(rows) if rows <= ASKED else np.sort(random.choice(rows, ASKED, replace=False))


@dataclass(frozen=True)
class _Few:
    """Columns that are changed one by one, `of` so many."""

    columns: Sequence[Column]
    of: int


def _few(columns: Sequence[Column], seed: int, name: str) -> _Few:
    if len(columns) <= ALONE:
        return _Few(columns, len(columns))
    chosen = np.sort(generator(seed, "robustness", name).choice(len(columns), ALONE, replace=False))
    return _Few([columns[place] for place in chosen], len(columns))


def _one_by_one(
    bench: _Bench, name: str, perturbation: Perturbation, few: _Few, tell: Callable[[float, str], None]
) -> Iterator[Stress]:
    """Each column changed alone: the worst of them, and the mean of all, where there are several."""
    answers = {}
    for done, column in enumerate(few.columns):
        tell(done / len(few.columns), f"{name} {column.name}")
        random = generator(bench.rows.seed, "robustness", name, column.name)
        answers[column.name] = bench.asked(perturbation, [column], random)
    for metric, part in bench.subject.metrics.items():
        sign = -1.0 if part.higher_is_better else 1.0
        better = {column: -sign * bench.figure(metric, given) for column, given in answers.items()}
        worst = sorted(better, key=lambda column: (math.isnan(better[column]), better[column], column))[:WORST]
        yield from (bench.line(name, column, metric, [answers[column]]) for column in worst)
        if len(answers) > 1:
            of = f"{len(answers)} of {few.of} columns, one by one: the mean"
            yield bench.line(name, of, metric, list(answers.values()))


def _tell(done: int, total: int, more: float, detail: str) -> None:
    events.step("stressing", done + more, total, detail)


def _named(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns) if len(columns) <= NAMED else f"{len(columns)} columns"


def _same(left: Values, right: Values) -> bool:
    return bool(((left == right) | (values.missing(left) & values.missing(right))).all())
