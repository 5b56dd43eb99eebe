"""How much worse a metric is when a column's values are shuffled among the rows (Breiman 2001; Fisher 2019, eq. 2.2).

The interval is over rows and shuffles: the variance over the rows by a jackknife that leaves out a group of them at a
time, and that of the mean over the shuffles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from modelyard.core import events, intervals, seeds
from modelyard.core.errors import UsageError
from modelyard.core.evidence import Importance
from modelyard.core.protocols import Explainer
from modelyard.core.registry import part
from modelyard.explain.game import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.explaining import Columns, Reason, Subject
    from modelyard.core.types import Floats

GROUPS = 20  # of rows, left out one at a time


@part
class Permutation(Explainer):
    """Each column shuffled `shuffles` times; no row is encoded again."""

    compares: ClassVar[bool] = False
    asks: ClassVar[Literal["graph", "network", "truth"]] = "truth"

    shuffles: int = Field(default=3, ge=1, le=1000)
    seed: int = Field(default=7, ge=0, lt=2**32)

    def __call__(self, model: Subject, rows: Columns, background: Columns) -> tuple[Reason, ...]:  # noqa: ARG002
        """An `Importance` a column, the largest first; no background is looked at.

        Raises:
            UsageError: nobody says what is true of the rows.
        """
        if model.worse is None:
            raise UsageError("'permutation' asks the truth of the rows", "explain", "it is measured in training")
        size = count(rows)
        blocks = {column.name: model.encode(column.name, rows[column.name]) for column in model.columns}
        random = seeds.generator(self.seed, "permutation")
        weights = _left_out(size, random)
        before = _judged(model.worse, model.answers(blocks), weights)
        found = []
        for done, name in enumerate(blocks):
            orders = np.concatenate([random.permutation(size) for _ in range(self.shuffles)])
            same = {other: blocks[other].take(np.arange(len(orders)) % size) for other in blocks}
            answers = model.answers({**same, name: blocks[name].take(orders)})
            rounds = answers.reshape(self.shuffles, size, -1)
            after = np.array([_judged(model.worse, each, weights) for each in rounds])  # [shuffles, 1 + groups]
            found.append(_importance(name, model.metric, after - before))
            events.step("shuffling", done + 1, len(blocks), name)
        return tuple(sorted(found, key=lambda each: -np.nan_to_num(each.value, nan=-np.inf)))


def _left_out(rows: int, random: np.random.Generator) -> Floats:
    """Weights of all rows, then of those without one group each: [1 + groups, rows]."""
    groups = min(GROUPS, rows)
    group = random.permutation(rows) % groups
    return np.concatenate([np.ones((1, rows)), (group != np.arange(groups)[:, None]).astype(np.float64)])


def _judged(worse: Callable[[Floats, Floats], float], answers: Floats, weights: Floats) -> Floats:
    """How bad answers are by each of the weights: [weights]."""
    return np.array([worse(answers, weight) for weight in weights])


def _importance(column: str, metric: str, found: Floats) -> Importance:
    """From differences [shuffles, 1 + groups], the first of all rows."""
    shuffles, groups = found.shape[0], found.shape[1] - 1
    mean = found.mean(axis=0)
    variance = (groups - 1) / groups * float(((mean[1:] - mean[1:].mean()) ** 2).sum())
    if shuffles > 1:
        variance += float(found[:, 0].var(ddof=1)) / shuffles
    tail = intervals.student(1 - (1 - intervals.COVERAGE) / 2, max(groups - 1, 1))
    value, half = float(mean[0]), tail * float(np.sqrt(variance))
    return Importance(column, metric, value, value - half, value + half)
