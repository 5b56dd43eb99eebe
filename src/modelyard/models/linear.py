"""Penalised linear models, logistic and ridge regression: the first thing to try, and hard to beat on texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import onnx
import scipy.sparse as sp
from onnx import TensorProto, helper, numpy_helper
from pydantic import Field
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error

from modelyard.core import events
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Model, Predictor
from modelyard.core.registry import part
from modelyard.core.types import Bag, Block, BlockSpec, Codes, Examples, Floats, Inputs, Json, Kind, Numbers, Task

if TYPE_CHECKING:
    from pathlib import Path

OPSET = 20
PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class FittedLinear(Predictor):
    """`x W + b`, then a softmax for classes: `weights` [features, outputs], `bias` [outputs]."""

    weights: Floats
    bias: Floats
    specs: Mapping[str, BlockSpec]
    classifies: bool

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        scores = np.asarray(design(inputs) @ self.weights) + self.bias
        return (_softmax(scores) if self.classifies else scores).astype(np.float32)

    def to_onnx(self, path: Path) -> None:
        """Write the graph; a block's weights are one initializer."""
        graph = _Graph()
        start = 0
        for place, spec in enumerate(self.specs.values()):
            rows = self.weights[start : start + spec.size].astype(np.float32)
            start += spec.size
            graph.add_block(f"x{place}", spec, rows)
        graph.finish(self.bias.astype(np.float32), path, classifies=self.classifies)


@part
class Linear(Model):
    """Logistic regression for classes, ridge regression for numbers, both with an L2 penalty.

    `penalty` is the strength; without one, five strengths are tried and the valid rows choose.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    penalty: float | None = Field(
        default=None, gt=0, description="strength of the L2 penalty; chosen on the valid rows if not said"
    )

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as n-grams."""
        return {Kind.TEXT: {"name": "ngrams"}}

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> FittedLinear:
        """Fit each strength on `train`, keep the one with the least loss on `valid`."""
        specs = {name: block.spec for name, block in train.inputs.items()}
        rows, held_out = design(train.inputs), design(valid.inputs)
        # A column without a value has no weight under an L2 penalty, and most n-grams never occur: fit on the rest.
        seen = np.unique(np.append(rows.nonzero()[1], 0))  # the first column in any case, so that there is one
        fewer, held_out = rows[:, seen], held_out[:, seen]
        strengths = (self.penalty,) if self.penalty is not None else PENALTIES
        fits: list[tuple[Floats, Floats]] = []
        losses: list[float] = []
        for strength in strengths:
            events.step("training linear", len(fits), len(strengths), f"penalty {strength:g}")
            weights, bias = _fit_one(fewer, train, task, strength, seed)
            fits.append((weights, bias))
            losses.append(_loss(np.asarray(held_out @ weights) + bias, valid, task))
        events.step("training linear", len(strengths), len(strengths))
        weights, bias = fits[int(np.argmin(losses))]
        whole = np.zeros((rows.shape[1], train.outputs))
        whole[seen] = weights
        return FittedLinear(whole, bias, specs, task.classifies)


def design(inputs: Inputs) -> Any:  # noqa: ANN401 - scipy's sparse array or a dense one
    """The blocks side by side, [rows, features]: sparse where there are codes or bags.

    Raises:
        RecipeError: a block is of tokens.
    """
    parts = [_columns(block) for block in inputs.values()]
    if all(isinstance(columns, np.ndarray) for columns in parts):
        return np.hstack(parts).astype(np.float64)
    return sp.hstack(parts, format="csr", dtype=np.float64)


def _columns(block: Block) -> Any:  # noqa: ANN401 - scipy's sparse array or a dense one
    rows = len(block)
    if isinstance(block, Numbers):
        return block.values.astype(np.float64)
    if isinstance(block, Codes):
        return sp.csr_array((np.ones(rows), block.codes, np.arange(rows + 1)), shape=(rows, block.levels))
    if isinstance(block, Bag):
        return sp.csr_array((block.weights.astype(np.float64), block.ids, block.offsets), shape=(rows, block.size))
    raise RecipeError("'linear' does not read tokens", "model", "use the encoder ngrams, or the model pretrained")


def _fit_one(rows: Any, train: Examples, task: Task, strength: float, seed: int) -> tuple[Floats, Floats]:  # noqa: ANN401
    if task.classifies:
        model = LogisticRegression(C=1.0 / strength, max_iter=2000, random_state=seed)
        model.fit(rows, train.target, sample_weight=train.weight)
        weights, bias = np.zeros((train.outputs, rows.shape[1])), np.full(train.outputs, -50.0)
        if len(model.classes_) == 2:  # one row of weights stands for both classes
            weights[model.classes_] = np.stack([-model.coef_[0], model.coef_[0]]) / 2
            bias[model.classes_] = np.stack([-model.intercept_[0], model.intercept_[0]]) / 2
        else:
            weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
        return weights.T, bias
    # The penalty is on a target of unit spread, so that one strength means the same for prices and for ages.
    centre, scale = float(train.target.mean()), float(train.target.std()) or 1.0
    ridge = Ridge(alpha=strength, random_state=seed)
    ridge.fit(rows, (train.target - centre) / scale, sample_weight=train.weight)
    return ridge.coef_[:, None] * scale, np.array([ridge.intercept_ * scale + centre])


def _loss(scores: Floats, valid: Examples, task: Task) -> float:
    if task.classifies:
        labels = list(range(valid.outputs))
        probabilities = _softmax(scores)
        return float(log_loss(valid.target, probabilities, sample_weight=valid.weight, labels=labels))
    return float(mean_squared_error(valid.target, scores[:, 0], sample_weight=valid.weight))


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


class _Graph:
    """The ONNX graph of a linear model, built block by block."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.terms: list[str] = []

    def add_block(self, name: str, spec: BlockSpec, weights: Floats) -> None:
        self._constant(f"{name}_w", weights)
        if spec.form == "numbers":
            self._input(f"{name}_values", TensorProto.FLOAT, ["rows", spec.size])
            self._node("MatMul", [f"{name}_values", f"{name}_w"], f"{name}_term")
        elif spec.form == "codes":
            self._input(f"{name}_codes", TensorProto.INT64, ["rows"])
            self._node("Gather", [f"{name}_w", f"{name}_codes"], f"{name}_term", axis=0)
        else:
            self._input(f"{name}_ids", TensorProto.INT64, ["rows", f"{name}_length"])
            self._input(f"{name}_weights", TensorProto.FLOAT, ["rows", f"{name}_length"])
            self._constant(f"{name}_last", np.array([2], dtype=np.int64))
            self._constant(f"{name}_items", np.array([1], dtype=np.int64))
            self._node("Gather", [f"{name}_w", f"{name}_ids"], f"{name}_rows", axis=0)  # [rows, length, outputs]
            self._node("Unsqueeze", [f"{name}_weights", f"{name}_last"], f"{name}_column")
            self._node("Mul", [f"{name}_rows", f"{name}_column"], f"{name}_weighed")
            self._node("ReduceSum", [f"{name}_weighed", f"{name}_items"], f"{name}_term", keepdims=0)
        self.terms.append(f"{name}_term")

    def finish(self, bias: Floats, path: Path, *, classifies: bool) -> None:
        self._constant("bias", bias)
        self._node("Sum", [*self.terms, "bias"], "scores" if classifies else "answers")
        if classifies:
            self._node("Softmax", ["scores"], "answers", axis=1)
        answers = helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["rows", len(bias)])
        graph = helper.make_graph(self.nodes, "linear", self.inputs, [answers], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString(deterministic=True))

    def _input(self, name: str, dtype: int, shape: list[str | int]) -> None:
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def _constant(self, name: str, array: Floats | Any) -> None:  # noqa: ANN401 - integers too
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))

    def _node(
        self, operator: str, inputs: list[str], output: str, axis: int | None = None, keepdims: int | None = None
    ) -> None:
        self.nodes.append(helper.make_node(operator, inputs, [output], axis=axis, keepdims=keepdims))
