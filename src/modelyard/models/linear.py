"""Penalised linear models: the first thing to try, and hard to beat on texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from onnx import TensorProto
from pydantic import Field

from modelyard.core import deadline, events
from modelyard.core.blocks import Bag, BlockSpec, Examples, Inputs, Numbers, places, take
from modelyard.core.protocols import Model, Predictor, Settings
from modelyard.core.registry import part
from modelyard.core.training import Loss
from modelyard.core.tuning import Range, Space
from modelyard.core.types import Floats, Kind, Task
from modelyard.models.layers.design import FEW, LARGE, design
from modelyard.models.layers.fits import Penalty, softmax
from modelyard.models.layers.graph import Graph
from modelyard.models.layers.problems import Classes, Numbered, Problem
from modelyard.models.layers.splines import Splines

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.models.layers.fits import Fit

LOSING = 2  # strengths in a row that are worse than the best, after which no weaker one is tried
ENTRY = 36.0  # bytes of an entry of a sparse matrix, and of a solver's copies of it
CHUNK = 1 << 14  # rows answered at once


@dataclass(frozen=True)
class FittedLinear(Predictor):
    """`x W + b`, then a softmax for classes: `weights` [columns, outputs], `bias` [outputs]."""

    weights: Floats
    bias: Floats
    specs: Mapping[str, BlockSpec]
    classifies: bool
    splines: Mapping[str, Splines] = field(default_factory=dict)

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        rows = np.arange(len(next(iter(inputs.values()))))
        parts = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)] or [rows]
        return np.concatenate([self._answer(take(inputs, some)) for some in parts])

    def to_onnx(self, path: Path) -> None:
        """Write the graph; a block's weights are one constant."""
        graph = Graph("linear")
        terms, start = [], 0
        for (place, spec), name in zip(places(self.specs).items(), self.specs, strict=True):
            splines = self.splines.get(name)
            end = start + spec.size + (0 if splines is None else len(splines.columns))
            weights = graph.constant(self.weights[start:end])
            terms.append(_term(graph, graph.block(place, spec), spec, weights, splines))
            start = end
        scores = graph.node("Sum", *terms, graph.constant(self.bias))
        graph.answer(graph.node("Softmax", scores, axis=1) if self.classifies else scores, len(self.bias))
        graph.save(path)

    def _answer(self, inputs: Inputs) -> Floats:
        scores = np.asarray(design(inputs, self.splines) @ self.weights) + self.bias
        return (softmax(scores) if self.classifies else scores).astype(np.float32)


@part
class Linear(Model):
    """Logistic regression for classes; for numbers ridge regression, or what another `loss` foretells.

    `penalty` is the strength; without one, several are tried and the valid rows choose. With `knots`, each number also
    bends at so many quantiles (Gorishniy 2022).
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    penalty: float | None = Field(
        default=None, ge=0, description="strength of the penalty; chosen on the valid rows if not said"
    )
    l1_ratio: float = Field(default=0.0, ge=0, le=1, description="share of the penalty on absolute weights; 1: lasso")
    knots: int = Field(default=0, ge=0, le=200, description="pieces into which the quantiles of a number are cut")
    loss: Loss = Field(default="squared", description="what is minimised for numbers")
    quantile: float = Field(default=0.5, gt=0, lt=1, description="that the loss 'quantile' is about")

    def encoders(self) -> Mapping[Kind, Settings]:
        """Texts as n-grams; numbers as far out as they lie where knots hold them."""
        bent: Mapping[Kind, Settings] = {Kind.NUMBER: {"name": "number", "scale": "robust", "clip": None}}
        return {Kind.TEXT: {"name": "ngrams"}, **(bent if self.knots else {})}

    def variants(self) -> Sequence[Settings]:
        """Bent a little, and more."""
        return ({"knots": 6}, {"knots": 16})

    def space(self) -> Space:
        """How much it bends, and how gladly."""
        return {"knots": Range(4, 40, log=True, whole=True), "penalty": Range(1e-3, 1e3, log=True)}

    def memory(self, rows: Examples) -> float:
        """The matrix, and the copies of it that solvers make: dense, or what a sparse one holds of each row."""
        blocks = list(rows.inputs.values())
        numbers = sum(block.spec.size for block in blocks if isinstance(block, Numbers)) * (1 + self.knots)
        others = [block for block in blocks if not isinstance(block, Numbers)]
        if numbers + sum(block.spec.size for block in others) > FEW and others:
            items = sum(len(block.ids) if isinstance(block, Bag) else len(rows) for block in others)
            return ENTRY * (items + len(rows) * numbers)
        cells = len(rows) * (numbers + sum(block.spec.size for block in others))
        return 4.0 * cells * (4 if cells > LARGE else 8)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> FittedLinear:
        """Fit each strength on `train`, keep the one with the least loss on `valid`."""
        specs = {name: block.spec for name, block in train.inputs.items()}
        splines = self._splines(train.inputs) if self.knots else {}
        rows, held_out = design(train.inputs, splines), design(valid.inputs, splines)
        seen = _seen(rows)
        problem: Problem = Classes(train, valid, seed)
        if not task.classifies:
            problem = Numbered.of(train, valid, self.loss, self.quantile)
        weights, bias = _path(self, problem, rows[:, seen], held_out[:, seen])
        whole = np.zeros((rows.shape[1], len(bias)))
        whole[seen] = weights
        return FittedLinear(whole, bias, specs, task.classifies, splines)

    def _splines(self, inputs: Inputs) -> dict[str, Splines]:
        return {
            name: Splines.fit(block.values, self.knots) for name, block in inputs.items() if isinstance(block, Numbers)
        }


def _path(model: Linear, problem: Problem, rows: Any, held_out: Any) -> Fit:  # noqa: ANN401 - sparse or dense
    """The best fit along the strengths, the strongest first, while there is time and gain."""
    strengths = problem.strengths if model.penalty is None else (model.penalty,)
    done: list[Fit] = []
    losses: list[float] = []
    for strength in strengths:
        best = int(np.argmin(losses)) if losses else 0
        if losses and (deadline.passed() or len(losses) - 1 - best >= LOSING):
            break
        events.step("training linear", len(done), len(strengths), f"penalty {strength:g}")
        done.append(problem.solve(rows, Penalty(strength, model.l1_ratio), done[-1] if done else None))
        losses.append(problem.loss(np.asarray(held_out @ done[-1][0]) + done[-1][1]))
    events.step("training linear", len(strengths), len(strengths))
    return problem.raw(done[int(np.argmin(losses))])


def _seen(rows: Any) -> Any:  # noqa: ANN401 - [columns] or all
    """The columns of a sparse matrix that hold a value: most n-grams never occur, and such weights are zero."""
    if isinstance(rows, np.ndarray):
        return slice(None)
    return np.unique(np.append(rows.nonzero()[1], 0))  # the first in any case, so that there is one


def _term(graph: Graph, inputs: Sequence[str], spec: BlockSpec, weights: str, splines: Splines | None) -> str:
    """What a block adds to the scores, [rows, outputs]."""
    if spec.form == "numbers":
        values = inputs[0] if splines is None else splines.add_to(graph, inputs[0])
        return graph.node("MatMul", values, weights)
    chosen = graph.node("Gather", weights, inputs[0], axis=0)
    if spec.form == "codes":
        return chosen
    column = graph.node("Unsqueeze", inputs[1], graph.constant([2], np.int64))  # chosen are [rows, length, outputs]
    # In float64: how long the longest text beside it is decides in which order a text's terms are added up.
    exact = graph.node("Cast", graph.node("Mul", chosen, column), to=TensorProto.DOUBLE)
    summed = graph.node("ReduceSum", exact, graph.constant([1], np.int64), keepdims=0)
    return graph.node("Cast", summed, to=TensorProto.FLOAT)
