"""Functions of probabilities, as NumPy computes them and as nodes of a graph; how each is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from onnx import TensorProto
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.isotonic import IsotonicRegression

from modelyard.core.types import Floats

if TYPE_CHECKING:
    from modelyard.models.layers.graph import Graph

EDGE = 1e-6  # no class is told to be less likely than this, so that one bold mistake does not cost infinitely much
COLDEST, HOTTEST = 0.05, 20.0  # bounds of a temperature, and of a slope
# How much an answer may change with the model's: what a graph computes otherwise in its seventh digit stays there.
STEEPEST = 50.0
NARROWEST = 1e-6  # two knots
TILT = 0.1  # how far the outer steps lean, by their distance from 0 and from 1: they are flat but for the ranks


class Calibrator(Protocol):
    """A function of probabilities, row by row."""

    def __call__(self, answers: Floats) -> Floats:
        """[rows, outputs] float32 to the same, rows summing to one."""

    def draw(self, graph: Graph, answers: str, outputs: int) -> str:
        """The same as nodes that read `answers`; the name of what they make."""


@dataclass(frozen=True)
class Same(Calibrator):
    """What it is given."""

    def __call__(self, answers: Floats) -> Floats:
        """[rows, outputs], the very same."""
        return answers

    def draw(self, graph: Graph, answers: str, outputs: int) -> str:  # noqa: ARG002 - the contract's
        """No node."""
        return answers


@dataclass(frozen=True)
class Scaled(Calibrator):
    """softmax(slope * log(answer) + shift), both [outputs] float32."""

    slope: Floats
    shift: Floats

    def __call__(self, answers: Floats) -> Floats:
        """[rows, outputs] float32."""
        return _settled(softmax(_logs(answers) * self.slope + self.shift, axis=1))

    def draw(self, graph: Graph, answers: str, outputs: int) -> str:  # noqa: ARG002 - the contract's
        """Clip, Log, Mul, Add, Softmax."""
        logs = graph.node("Log", graph.node("Clip", answers, *_bounds(graph)))
        raised = graph.node("Mul", logs, graph.constant(self.slope))
        return _settle(graph, graph.node("Softmax", graph.node("Add", raised, graph.constant(self.shift)), axis=1))


@dataclass(frozen=True)
class Curve:
    """Straight lines between knots, at least two, both [knots] float32 and growing."""

    x: Floats
    y: Floats

    @property
    def slope(self) -> Floats:
        """Of each line, [knots - 1] float32."""
        return np.asarray((np.diff(self.y) / np.diff(self.x)).astype(np.float32))

    def __call__(self, told: Floats) -> Floats:
        """[rows] float32."""
        place = np.searchsorted(self.x[1:-1], told, side="right")
        return np.asarray(self.y[place] + self.slope[place] * (told - self.x[place]))

    def draw(self, graph: Graph, told: str) -> str:
        """Find the line among the knots, and walk along it: `told` is [rows, 1], and so is the answer."""
        reached = graph.node("GreaterOrEqual", told, graph.constant(self.x[None, 1:-1]))
        counted = graph.node("Cast", reached, to=TensorProto.INT64)
        place = graph.node("ReduceSum", counted, graph.constant([1], np.int64), keepdims=1)
        x, y, slope = (
            graph.node("Gather", graph.constant(values), place) for values in (self.x[:-1], self.y[:-1], self.slope)
        )
        return graph.node("Add", y, graph.node("Mul", slope, graph.node("Sub", told, x)))


@dataclass(frozen=True)
class Stepped(Calibrator):
    """A growing curve for each class, for two classes for the positive one alone; the sum is brought to one.

    Isotonic regression (Zadrozny and Elkan 2002), with lines from the middle of a step to that of the next (Oron and
    Flournoy 2017), so that what was told apart stays so.
    """

    curves: tuple[Curve, ...]

    @classmethod
    def fit(cls, target: npt.NDArray[Any], answers: Floats, weight: Floats) -> Self:
        """One against the rest."""
        classes = [1] if answers.shape[1] == 2 else range(answers.shape[1])
        return cls(tuple(_curve(answers[:, one], target == one, weight) for one in classes))

    def __call__(self, answers: Floats) -> Floats:
        """[rows, outputs] float32."""
        if len(self.curves) == 1:
            share = self.curves[0](answers[:, 1])
            return _settled(np.stack([1 - share, share], axis=1))
        return _settled(np.stack([curve(answers[:, one]) for one, curve in enumerate(self.curves)], axis=1))

    def draw(self, graph: Graph, answers: str, outputs: int) -> str:
        """A column a class."""
        first = outputs - len(self.curves)
        columns = [
            curve.draw(graph, graph.node("Gather", answers, graph.constant([first + one], np.int64), axis=1))
            for one, curve in enumerate(self.curves)
        ]
        if len(columns) == 1:
            columns.insert(0, graph.node("Sub", graph.constant([1.0]), columns[0]))
        return _settle(graph, graph.node("Concat", *columns, axis=1))


def temperature(target: npt.NDArray[Any], answers: Floats, weight: Floats) -> Scaled:
    """One factor for all log probabilities, of the least log loss (Guo 2017, section 4.2)."""
    logs = _logs(answers).astype(np.float64)

    def loss(heat: float) -> float:
        given = log_softmax(logs * np.exp(-heat), axis=1)[np.arange(len(target)), target]
        return float(-weight @ given)

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    heat = float(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x)
    return _scaled(np.full(answers.shape[1], np.exp(-heat)), np.zeros(answers.shape[1]))


def platt(target: npt.NDArray[Any], answers: Floats, weight: Floats) -> Scaled:
    """A slope and a shift for the log odds, for several classes for each one's log probability (Platt 1999).

    The truth is softened as if each class had one row more (Platt 1999, section 2.2), so that no slope grows for ever.
    """
    outputs = answers.shape[1]
    logs, slopes = _logs(answers).astype(np.float64), 1 if outputs == 2 else outputs
    rows = np.bincount(target, weights=weight, minlength=outputs)
    soft = ((np.eye(outputs) * rows[:, None] + 1) / (rows[:, None] + outputs))[target]

    def loss(theta: Floats) -> tuple[float, Floats]:
        scores = logs * theta[:slopes] + theta[slopes:]
        given = log_softmax(scores, axis=1)
        wrong = weight[:, None] * (np.exp(given) - soft)
        bent = (wrong * logs).sum(axis=0)
        gradient = np.concatenate([[bent.sum()] if slopes == 1 else bent, wrong.sum(axis=0)])
        return float(-(weight[:, None] * soft * given).sum()), gradient

    start = np.concatenate([np.ones(slopes), np.zeros(outputs)])
    bounds = [(COLDEST, HOTTEST)] * slopes + [(None, None)] * outputs
    theta = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return _scaled(np.broadcast_to(theta[:slopes], outputs), theta[slopes:])


def _scaled(slope: Floats, shift: Floats) -> Scaled:
    return Scaled(slope.astype(np.float32), shift.astype(np.float32))


def _curve(told: Floats, hit: npt.NDArray[Any], weight: Floats) -> Curve:
    """Isotonic regression, with half a row at either end that says the contrary: no step is quite 0 or 1."""
    told = told.astype(np.float64)
    x = np.concatenate([told, [told.min(), told.max()]])
    y, w = np.concatenate([hit, [1.0, 0.0]]), np.concatenate([weight, [0.5, 0.5]])
    fitted = IsotonicRegression().fit_transform(x, y, sample_weight=w)
    step = np.unique(fitted, return_inverse=True)[1]
    mass = np.bincount(step, weights=w).astype(np.float64)
    middles = np.bincount(step, weights=w * x) / mass
    levels = np.bincount(step, weights=w * y) / mass
    return _through(*_gentle(middles, levels, mass))


def _gentle(x: Floats, y: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Steps without those that would be climbed too steeply: they are joined with the one before."""
    kept: list[tuple[float, float, float]] = []
    for step in zip(x.tolist(), y.tolist(), mass.tolist(), strict=True):
        one = step
        while kept and one[0] - kept[-1][0] < max((one[1] - kept[-1][1]) / STEEPEST, NARROWEST):
            before = kept.pop()
            whole = before[2] + one[2]
            shares = before[2] / whole, one[2] / whole
            one = (before[0] * shares[0] + one[0] * shares[1], before[1] * shares[0] + one[1] * shares[1], whole)
        kept.append(one)
    return np.array([one[0] for one in kept]), np.array([one[1] for one in kept])


def _through(x: Floats, y: Floats) -> Curve:
    """The curve through the steps' middles, drawn on to 0 and to 1."""
    low = y[0] - min(TILT * y[0], STEEPEST * x[0])
    high = y[-1] + min(TILT * (1 - y[-1]), STEEPEST * (1 - x[-1]))
    inside = (x > NARROWEST) & (x < 1 - NARROWEST)
    knots = np.concatenate([[0.0], x[inside], [1.0]]), np.concatenate([[low], y[inside], [high]])
    return Curve(knots[0].astype(np.float32), knots[1].astype(np.float32))


def _logs(answers: Floats) -> Floats:
    return np.asarray(np.log(answers.astype(np.float32).clip(np.float32(EDGE), np.float32(1.0))))


def _settled(answers: Floats) -> Floats:
    clipped = answers.astype(np.float32).clip(np.float32(EDGE), np.float32(1.0))
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))


def _settle(graph: Graph, answers: str) -> str:
    clipped = graph.node("Clip", answers, *_bounds(graph))
    total = graph.node("ReduceSum", clipped, graph.constant([1], np.int64), keepdims=1)
    return graph.node("Div", clipped, total)


def _bounds(graph: Graph) -> tuple[str, str]:
    return graph.constant(EDGE), graph.constant(1.0)
