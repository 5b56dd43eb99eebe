"""Intervals that hold the truth as often as they say, whatever the model: conformalised quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import deadline, events, folds, seeds
from modelyard.core.protocols import Predictor
from modelyard.core.types import Task
from modelyard.models.layers.graph import Graph
from modelyard.train import thin
from modelyard.train.ensemble import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.core.blocks import Examples, Inputs
    from modelyard.core.protocols import Model
    from modelyard.core.types import Floats, Ints

    Quantile = Callable[[float], Model]

FOLDS = 5


@dataclass(frozen=True)
class Interval(Predictor):
    """A value, and from where to where the truth lies: `low` and `high` answer quantiles, moved apart by `margin`."""

    value: Predictor
    low: Predictor
    high: Predictor
    margin: float

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, 3] float32: value, low, high, the value never outside."""
        value, low, high = (part(inputs)[:, 0] for part in (self.value, self.low, self.high))
        margin = np.float32(self.margin)
        return np.stack([value, np.minimum(value, low - margin), np.maximum(value, high + margin)], axis=1)

    def to_onnx(self, path: Path) -> None:
        """Write one graph that holds all three."""
        graph = Graph("interval")
        value, low, high = (
            graph.absorb(graph_of(part), name)
            for part, name in ((self.value, "value"), (self.low, "low"), (self.high, "high"))
        )
        margin = graph.constant([self.margin])
        below = graph.node("Min", value, graph.node("Sub", low, margin))
        above = graph.node("Max", value, graph.node("Add", high, margin))
        graph.answer(graph.node("Concat", value, below, above, axis=1), 3)
        graph.save(path)


def fit(predictor: Predictor, rows: Examples, coverage: float, quantile_model: Quantile, seed: int) -> Interval:
    """Give a predictor intervals that hold a share `coverage` of rows to come.

    `rows` are all that training may see; `quantile_model` gives the model of a quantile. Its answers out of fold are
    too narrow by `E = max(low - y, y - high)`, whose quantile is the margin of the last fit's (conformalised quantile
    regression, Romano 2019, equations 6 to 8; over folds as Vovk 2015 does). Where all weigh alike and rows are
    exchangeable, a row to come lies within as often as that, whatever its model does; under weights, as they count.
    """
    models = [quantile_model((1 - coverage) / 2), quantile_model((1 + coverage) / 2)]
    parts = min(FOLDS, len(rows))
    fold = folds.deal(rows.target, parts, seeds.generator(seed, "intervals"))
    short = np.empty(len(rows))
    for number in range(parts):
        events.step("fitting intervals", number, parts + 1, f"fold {number + 1} of {parts}")
        held = np.flatnonzero(fold == number)
        with deadline.within(deadline.left() / (parts + 1 - number)):
            low, high = _fitted(models, rows, fold, number, (number + 1) % parts, seed)
        asked = rows.take(held)
        answers = (part(asked.inputs)[:, 0].astype(np.float64) for part in (low, high))
        short[held] = _short(asked.target, *answers)
    events.step("fitting intervals", parts, parts + 1)
    low, high = _fitted(models, rows, fold, -1, parts - 1, seed)
    events.step("fitting intervals", parts + 1, parts + 1)
    return Interval(predictor, low, high, margin(short, rows.weight, coverage))


def margin(short: Floats, weight: Floats | None, coverage: float) -> float:
    """The least margin that a share of the weight needs, one row to come counted as needing more (equation 8)."""
    weighed = np.ones(len(short)) if weight is None else weight
    order = np.argsort(short)
    below = np.cumsum(weighed[order])
    wanted = coverage * (below[-1] + weighed[weighed > 0].mean())
    return float(short[order][min(int(np.searchsorted(below, wanted * (1 - 1e-12))), len(short) - 1)])


def _short(target: Floats, low: Floats, high: Floats) -> Floats:
    return np.maximum(low - target, target - high)


def _fitted(
    models: list[Model], rows: Examples, fold: Ints, held: int, watched: int, seed: int
) -> tuple[Predictor, Predictor]:
    """Both quantiles, learnt from all but two folds; one is held out, and one is watched for choices on the way."""
    learnt = rows.take(np.flatnonzero((fold != held) & (fold != watched)))
    valid = rows.take(np.flatnonzero(fold == watched))
    learnt = learnt if len(learnt) else valid
    some, few = thin.thinned(learnt, thin.most(models[0], learnt), seed), thin.watched(models[0], valid, seed)
    found = []
    for number, model in enumerate(models):
        with deadline.within(deadline.left() / (len(models) - number)):
            found.append(model.fit(some, few, Task.REGRESSION, seed=seed))
    return found[0], found[1]
