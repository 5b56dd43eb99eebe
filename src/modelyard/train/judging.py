"""How candidates are judged: by folds of the rows that may be learnt from, within a time and a memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import deadline, events, folds, seeds
from modelyard.core.blocks import Examples
from modelyard.core.training import Loss
from modelyard.core.types import Floats, Ints, Task
from modelyard.train import objective, thin

if TYPE_CHECKING:
    from modelyard.core.protocols import Model, Predictor

PACE = 1000  # rows times folds that a second of the time limit buys: more rows are judged by fewer folds
ALONE = 8  # folds that rows are dealt into where one is all that is held out
PROBE = thin.FEWEST  # rows whose fit tells how long that of all will take
MANY = 4 * PROBE
SKEWED = 1.0  # the third moment from which a tail counts as long
STOPPING = 10  # a refit holds out one row in so many, to know when to stop


@dataclass(frozen=True)
class Judging:
    """Rows, dealt into folds of which `used` are held out in turn."""

    rows: Examples
    task: Task
    loss: Loss
    quantile: float
    seed: int
    fold: Ints  # [rows]
    used: int
    held: list[tuple[Examples, Examples]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, rows: Examples, task: Task, how: tuple[Loss, float], folds_: int, seconds: float, seed: int) -> Judging:
        """Deal rows into folds; use as many as the time allows."""
        folds_ = max(min(folds_, len(rows)), 1)
        used = int(np.clip(seconds * PACE // max(len(rows), 1), 1, folds_))
        dealt = folds.deal(rows.target, folds_ if used > 1 else max(folds_, ALONE), seeds.generator(seed, "folds"))
        return cls(rows, task, *how, seed, dealt, used)

    @property
    def judged(self) -> Ints:
        """The rows that are held out once, fold by fold: [judged rows] int."""
        return np.concatenate([np.flatnonzero(self.fold == number) for number in range(self.used)])

    def part(self, number: int) -> tuple[Examples, Examples]:
        """The rows to learn from and those held out, for a fold."""
        while len(self.held) <= number:
            mask = self.fold == len(self.held)
            self.held.append((self.rows.take(np.flatnonzero(~mask)), self.rows.take(np.flatnonzero(mask))))
        return self.held[number]

    def losses(self, answers: Floats, rows: Ints | None = None) -> Floats:
        """What is minimised, of each judged row (or of some of them): [rows]."""
        target = self.rows.target[self.judged if rows is None else rows]
        if self.task.classifies:
            return objective.log_losses(target, answers)
        return objective.losses(target, answers, self.loss, self.quantile, self._scale)

    def mean(self, losses: Floats, rows: Ints | None = None) -> tuple[float, float]:
        """The weighted mean of losses and its standard error."""
        weight = self.rows.weight
        counts = np.ones(len(losses)) if weight is None else weight[self.judged if rows is None else rows]
        mean = float(np.average(losses, weights=counts))
        share = counts / counts.sum()
        return mean, float(np.sqrt((share**2 * (losses - mean) ** 2).sum()))

    @property
    def skewed(self) -> bool:
        """Whether a target of numbers has a long tail above and nothing below zero: its logarithm may be learnt."""
        if self.task.classifies or self.loss != "squared" or self.rows.target.min() < 0:
            return False
        apart = (self.rows.target - self.rows.target.mean()) / self._scale
        return float((apart**3).mean()) > SKEWED

    @property
    def _scale(self) -> float:
        return float(self.rows.target.std()) or 1.0

    def fit(self, model: Model, number: int) -> Predictor:
        """Fit on all folds but one."""
        learn, held = self.part(number)
        seed = seeds.derive(self.seed, "fold", str(number))
        return model.fit(self.thinned(model, learn, held), thin.watched(model, held, self.seed), self.task, seed=seed)

    def refit(self, model: Model, copy: int) -> Predictor:
        """Fit on nine tenths of all rows, a different tenth for each copy held out for stopping."""
        dealt = folds.deal(self.rows.target, STOPPING, seeds.generator(self.seed, "refit"))
        held = self.rows.take(np.flatnonzero(dealt == copy))
        learn = self.thinned(model, self.rows.take(np.flatnonzero(dealt != copy)), held)
        watched = thin.watched(model, held, self.seed)
        return model.fit(learn, watched, self.task, seed=seeds.derive(self.seed, "refit", str(copy)))

    def thinned(self, model: Model, learn: Examples, held: Examples) -> Examples:
        """The rows, or as many of them as there are memory and time for; measured before a long fit is begun."""
        most = min(len(learn), thin.most(model, learn))
        if len(learn) > MANY and np.isfinite(deadline.left()) and not model.paced:
            random = seeds.generator(self.seed, "probe")
            few = learn.take(np.sort(random.choice(len(learn), PROBE, replace=False)))
            began = time.monotonic()
            model.fit(few, held.take(np.arange(min(len(held), PROBE))), self.task, seed=self.seed)
            a_row = (time.monotonic() - began) / PROBE
            most = min(most, max(int(deadline.left() / a_row), PROBE))
        if most < len(learn):
            events.note(
                f"a candidate learns from {most} of {len(learn)} rows: there is neither time nor memory for more"
            )
        return thin.thinned(learn, most, self.seed)
