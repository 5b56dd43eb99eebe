"""Targets learnt by their logarithm, their root or their rank, and answered in their own units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import numpy as np
from scipy.special import ndtri

from modelyard.core.errors import DataError
from modelyard.core.protocols import Model, Predictor, Settings
from modelyard.core.training import Transform
from modelyard.core.types import Floats, Kind, Task
from modelyard.models.layers.graph import Graph
from modelyard.train.ensemble import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from modelyard.core.blocks import Examples, Form, Inputs
    from modelyard.core.tuning import Space

KNOTS = 200
CLOSEST = 2e-3  # of two scores: a jump between nearer ones would turn the seventh digit of one into an answer's fourth


class Scale(Protocol):
    """A rising function of a target, and its inverse; both [rows] float64."""

    def of(self, target: Floats) -> Floats:
        """What is learnt."""

    def back(self, learnt: Floats) -> Floats:
        """The target again."""

    def draw(self, graph: Graph, learnt: str) -> str:
        """`back` as nodes: [rows, 1] to [rows, 1]."""


@dataclass(frozen=True)
class Log:
    """`log(1 + y)`."""

    def of(self, target: Floats) -> Floats:
        """Of a target that is not negative."""
        return np.log1p(target)

    def back(self, learnt: Floats) -> Floats:
        """`exp(z) - 1`."""
        return np.expm1(learnt)

    def draw(self, graph: Graph, learnt: str) -> str:
        """The same as nodes."""
        return graph.node("Sub", graph.node("Exp", learnt), graph.constant(1.0))


@dataclass(frozen=True)
class Root:
    """The square root."""

    def of(self, target: Floats) -> Floats:
        """Of a target that is not negative."""
        return np.sqrt(target)

    def back(self, learnt: Floats) -> Floats:
        """Squared."""
        return np.square(learnt)

    def draw(self, graph: Graph, learnt: str) -> str:
        """The same as nodes."""
        return graph.node("Mul", learnt, learnt)


@dataclass(frozen=True)
class Ranks:
    """A normal score by rank, linear between `values` [knots] and their `scores` [knots], both rising."""

    values: Floats
    scores: Floats

    @classmethod
    def fit(cls, target: Floats, weight: Floats) -> Self:
        """At most 200 quantiles of a target, each at the score of the middle of its rank."""
        values, which = np.unique(target[weight > 0], return_inverse=True)
        mass = np.bincount(which, weights=weight[weight > 0])
        rank = (np.cumsum(mass) - mass / 2) / mass.sum()
        shares = np.linspace(0, len(values) - 1, min(len(values), KNOTS)).round().astype(int)
        if len(values) > KNOTS:
            shares = np.unique(np.searchsorted(rank, np.linspace(rank[0], rank[-1], KNOTS)))
        scores = ndtri(rank[shares].clip(1e-9, 1 - 1e-9))
        apart = np.diff(scores, prepend=-np.inf) > CLOSEST
        return cls(values[shares][apart], scores[apart])

    def of(self, target: Floats) -> Floats:
        """Flat beyond the outermost knots."""
        return np.interp(target, self.values, self.scores)

    def back(self, learnt: Floats) -> Floats:
        """Flat beyond the outermost knots."""
        return np.interp(learnt, self.scores, self.values)

    def draw(self, graph: Graph, learnt: str) -> str:
        """The first value, and of each step up the share that is passed."""
        if len(self.values) == 1:
            return graph.node("Add", graph.node("Mul", learnt, graph.constant(0.0)), graph.constant(self.values))
        above = graph.node("Sub", learnt, graph.constant(self.scores[:-1]))
        passed = graph.node("Mul", above, graph.constant(1 / np.diff(self.scores)))
        share = graph.node("Clip", passed, graph.constant(0.0), graph.constant(1.0))  # [rows, knots - 1]
        steps = graph.node("MatMul", share, graph.constant(np.diff(self.values)[:, None]))
        return graph.node("Add", steps, graph.constant(self.values[0]))


@dataclass(frozen=True)
class Restored(Predictor):
    """Answers in the target's own units; what is learnt is kept between `low` and `high`, that none is infinite."""

    inner: Predictor
    scale: Scale
    low: float
    high: float

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, 1] float32."""
        learnt = self.inner(inputs)[:, 0].astype(np.float64).clip(self.low, self.high)
        return self.scale.back(learnt).astype(np.float32)[:, None]

    def to_onnx(self, path: Path) -> None:
        """Write one graph: the inner one's, and the way back."""
        graph = Graph("restored")
        answers = graph.absorb(graph_of(self.inner), "inner")
        held = graph.node("Clip", answers, graph.constant(self.low), graph.constant(self.high))
        graph.answer(self.scale.draw(graph, held), 1)
        graph.save(path)


@dataclass(frozen=True)
class Transformed(Model):
    """A model of numbers that learns a transform of the target: `log`, `sqrt`, or `quantile` for normal scores."""

    model: Model
    transform: Transform
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})

    @property
    def paced(self) -> bool:  # type: ignore[override]
        """As the model."""
        return self.model.paced

    @property
    def reads(self) -> frozenset[Form]:  # type: ignore[override]
        """As the model."""
        return self.model.reads

    @property
    def needs(self) -> frozenset[Form]:  # type: ignore[override]
        """As the model."""
        return self.model.needs

    def encoders(self) -> Mapping[Kind, Settings]:
        """As the model wants them."""
        return self.model.encoders()

    def variants(self) -> Sequence[Settings]:
        """As the model's."""
        return self.model.variants()

    def space(self) -> Space:
        """As the model's."""
        return self.model.space()

    def cheaper(self, times: float) -> Settings:
        """As the model's."""
        return self.model.cheaper(times)

    def memory(self, rows: Examples) -> float:
        """As the model's."""
        return self.model.memory(rows)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> Restored:
        """Learn what the transform makes of the target.

        Raises:
            DataError: it takes no negative numbers, and the target has some.
        """
        scale = _scale(self.transform, train, valid)
        learnt, watched = (replace(part, target=scale.of(part.target)) for part in (train, valid))
        least, most = float(learnt.target.min()), float(learnt.target.max())
        beyond = most - least  # answers go as far beyond the training rows as these reach, and no farther
        low = max(least - beyond, 0.0) if self.transform != "quantile" else least
        return Restored(self.model.fit(learnt, watched, task, seed=seed), scale, low, most + beyond)


def _scale(transform: Transform, train: Examples, valid: Examples) -> Scale:
    if transform == "quantile":
        return Ranks.fit(train.target, np.ones(len(train)) if train.weight is None else train.weight)
    least = min(float(part.target.min(initial=0.0)) for part in (train, valid))
    if least < 0:
        problem = f"'{transform}' takes no negative target, and the smallest is {least:g}"
        raise DataError(problem, "target_transform", "leave it out, or say quantile")
    plain: dict[str, Callable[[], Scale]] = {"log": Log, "sqrt": Root}
    return plain[transform]()
