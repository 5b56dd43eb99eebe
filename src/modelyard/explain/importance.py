"""How much a report's first metric hangs on each column."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from modelyard.core import events, seeds
from modelyard.core.blocks import Tokens
from modelyard.core.evidence import Importance
from modelyard.core.explaining import Subject
from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.data.read import target_values, weight_values
from modelyard.explain.family import EXPLAINERS
from modelyard.features import held as holding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.core.explaining import Held
    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats, Table, Values
    from modelyard.train.fit import Trained

Judged: TypeAlias = "Callable[[Metric, Floats], Floats]"
ROWS = 500  # that are asked
TEXTS = 100  # where a network reads tokens, which takes its time


def of(
    trained: Trained,
    table: Table,
    metrics: Mapping[str, Metric],
    judging: Callable[[Table], Judged],
    seed: int,
) -> tuple[Importance, ...]:
    """How much worse the first metric is with each column shuffled, the largest first; none of fewer than two rows.

    `judging` tells for some rows what a metric looks at of answers to them. At most 500 rows are asked, by chance, and
    100 where a text is read by its tokens.
    """
    some = _some(trained, table, seed)
    if len(some) < 2:
        return ()
    name, metric = next(iter(metrics.items()))
    judged = judging(some)
    truth, given = target_values(some, trained.task), weight_values(some)
    held = np.ones(len(some)) if given is None else given.astype(np.float64)
    sign = -1.0 if metric.higher_is_better else 1.0

    def encode(column: str, found: Values) -> Held:
        return holding.hold(trained.features, column, found)

    def run(blocks: dict[str, Held]) -> Floats:
        with events.listening(events.notes_of(events.listener())):  # how far the shuffling is says more
            return trained.predictor(holding.inputs(trained.features, blocks))

    def worse(answers: Floats, weight: Floats) -> float:
        return sign * metric(truth, judged(metric, answers), weight * held)

    columns = table.schema.features
    subject = Subject(
        columns=columns,
        encode=encode,
        run=run,
        output=np.zeros(len(some), dtype=np.int64),
        of=("",) * len(some),
        decide=lambda answers, _rows: answers.argmax(axis=1),
        worse=worse,
        metric=name,
    )
    rows = {column.name: values.from_series(some.frame[column.name], column) for column in columns}
    found = EXPLAINERS.build("permutation", {"seed": seed})(subject, rows, rows)
    return tuple(each for each in found if isinstance(each, Importance))


def _some(trained: Trained, table: Table, seed: int) -> Table:
    """The rows that are asked, in order."""
    none = np.array([""], dtype=object)
    texts = [column.name for column in table.schema.features if column.kind is Kind.TEXT]
    encoders = trained.features.fitted
    slow = any(isinstance(encoders[name](none), Tokens) for name in texts if name in encoders)
    most = TEXTS if slow else ROWS
    if len(table) <= most:
        return table
    return table.take(np.sort(seeds.generator(seed, "importance").choice(len(table), most, replace=False)))
