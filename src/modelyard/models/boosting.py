"""Gradient boosted trees: what is hardest to beat on tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from lightgbm import Booster
from onnx import TensorProto
from pydantic import Field

from modelyard.core import seeds
from modelyard.core.blocks import Codes, Examples, Inputs, take
from modelyard.core.protocols import Model, Predictor, Settings
from modelyard.core.registry import part
from modelyard.core.training import Loss
from modelyard.core.tuning import Range, Space
from modelyard.core.types import Floats, Kind, Task
from modelyard.models.layers.graph import Graph
from modelyard.models.layers.levels import Levels, out_of_fold
from modelyard.models.layers.matrix import Matrix
from modelyard.models.layers.rounds import boost, dataset
from modelyard.models.layers.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHUNK = 1 << 14  # rows answered at once
KNEE = 1.345  # deviations of the target from where Huber's loss is absolute
PATIENCE = 2.5  # steps of learning rate one without a gain, after which no more trees are grown
FEW_ROWS, FEW_LEVELS = 20, 16  # rows of each level that tell it apart; levels that are told apart by fewer too
WIDE = 31  # leaves of trees that are to be fewer
QUICKEST = 0.3  # learning rate
OBJECTIVES: Mapping[Loss, Mapping[str, Any]] = {
    "squared": {"objective": "regression"},
    "absolute": {"objective": "regression_l1"},
    "huber": {"objective": "huber", "alpha": KNEE},
    "quantile": {"objective": "quantile"},
}


@dataclass(frozen=True)
class FittedBoosting(Predictor):
    """The sums of the leaves that a row falls into: scores of classes, or a number on the scale of the target."""

    booster: Booster
    matrix: Matrix
    outputs: int
    centre: float = 0.0
    scale: float = 1.0

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        rows = np.arange(len(next(iter(inputs.values()))))
        parts = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
        empty = np.zeros((0, self.outputs), np.float32)
        return np.concatenate([empty, *(self._answer(take(inputs, some)) for some in parts)])

    def to_onnx(self, path: Path) -> None:
        """Write the graph: the matrix, the trees, and what turns their sums into answers."""
        graph = Graph("boosting")
        scored = self.booster.num_model_per_iteration()
        sums = Trees.of(self.booster.model_to_string(), scored).node(graph, self.matrix.node(graph))
        if self.outputs == 1:
            raised = graph.node("Mul", sums, graph.constant([self.scale], np.float64))
            exact = graph.node("Add", raised, graph.constant([self.centre], np.float64))
            answers = graph.node("Cast", exact, to=TensorProto.FLOAT)
        else:
            plain = graph.node("Cast", sums, to=TensorProto.FLOAT)
            scores = graph.node("Mul", plain, graph.constant([[0.0, 1.0]])) if scored == 1 else plain
            answers = graph.node("Softmax", scores, axis=1)
        graph.answer(answers, self.outputs)
        graph.save(path)

    def _answer(self, inputs: Inputs) -> Floats:
        sums = np.asarray(self.booster.predict(self.matrix(inputs), raw_score=True)).reshape(
            len(next(iter(inputs.values()))), -1
        )
        if self.outputs == 1:
            return (sums * self.scale + self.centre).astype(np.float32)
        scores = sums * [[0.0, 1.0]] if sums.shape[1] == 1 else sums
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


@part
class Boosting(Model):
    """Trees, each fitted to what those before it left over (Friedman 2001), as LightGBM grows them (Ke 2017).

    The valid rows say when to stop. Categories are split into sets of levels; a column of many levels also gives the
    target's means by level, out of fold for the rows that they come from.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    learning_rate: float = Field(default=0.05, gt=0, le=1)
    leaves: int = Field(default=15, ge=2, le=4096, description="of a tree, at most")
    min_rows_in_leaf: int = Field(default=10, ge=1)
    max_trees: int = Field(default=2000, ge=1, description="rounds at most; of each a tree, or one a class")
    l2: float = Field(default=1.0, ge=0, description="penalty on what a leaf says")
    rows: float = Field(default=0.8, gt=0, le=1, description="share of the rows that a tree is grown on")
    columns: float = Field(default=0.7, gt=0, le=1, description="share of the columns that a tree is grown on")
    smoothing: float = Field(default=10.0, gt=0, description="rows that speak against what a single level says")
    target_means: int = Field(
        default=100, ge=0, description="a column of more levels, or of few rows each, gives target means too"
    )
    buckets: int = Field(default=1024, ge=2, le=1 << 16, description="columns of a text, at most")
    random_splits: bool = Field(default=False, description="one split is tried for each column, by chance")
    early_stopping: int | None = Field(
        default=None, ge=1, description="rounds without a gain on the valid rows; by the learning rate if not said"
    )
    loss: Loss = Field(default="squared", description="what is minimised for numbers")
    quantile: float = Field(default=0.5, gt=0, lt=1, description="that the loss 'quantile' is about")

    def encoders(self) -> Mapping[Kind, Settings]:
        """Numbers as far out as they lie, texts as few n-grams."""
        return {
            Kind.NUMBER: {"name": "number", "scale": "robust", "clip": None},
            Kind.TEXT: {"name": "ngrams", "bits": 10},
        }

    def variants(self) -> Sequence[Settings]:
        """As it is; careful, for small tables; a little careful; by chance; and wide."""
        small = {"learning_rate": 0.02, "leaves": 5, "columns": 0.5, "l2": 5.0, "smoothing": 30.0}
        return (
            {},
            small,
            {"learning_rate": 0.03, "columns": 0.5, "smoothing": 30.0},
            {"random_splits": True, "leaves": 31, "columns": 0.9},
            {"learning_rate": 0.03, "leaves": 63, "columns": 0.5},
        )

    def space(self) -> Space:
        """The shape of a tree, how many there are, and how carefully they speak."""
        return {
            "learning_rate": Range(0.01, 0.2, log=True),
            "leaves": Range(3, 127, log=True, whole=True),
            "min_rows_in_leaf": Range(2, 100, log=True, whole=True),
            "l2": Range(1e-2, 100, log=True),
            "rows": Range(0.5, 1.0),
            "columns": Range(0.2, 1.0),
            "smoothing": Range(1, 100, log=True),
        }

    def cheaper(self, times: float) -> Settings:
        """Fewer trees, each of more leaves: steps are longer."""
        if self.learning_rate >= QUICKEST:
            return {}
        rate = min(self.learning_rate * max(times, 2.0), QUICKEST)
        return {"learning_rate": round(rate, 3), "leaves": max(self.leaves, WIDE)}

    def memory(self, rows: Examples) -> float:
        """The matrix's bins in a byte or two, as they are and as drawn, what levels foretell, and gradients."""
        specs = [block.spec for block in rows.inputs.values()]
        most = {"codes": 1, "bag": self.buckets}
        width = sum(min(spec.size, most.get(spec.form, spec.size)) for spec in specs)
        return len(rows) * (6.0 * width + 60 + 40.0 * rows.outputs)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> FittedBoosting:
        """Grow trees on `train` until `valid` gains no more."""
        centre, scale = (0.0, 1.0) if task.classifies else _spread(train)
        foretold, matrix = self._matrix(train, centre, scale, seed)
        learn = dataset(
            matrix(train.inputs, foretold), (train.target - centre) / scale, train.weight, matrix.categories
        )
        held = (valid.target - centre) / scale
        stop = dataset(matrix(valid.inputs), held, valid.weight, matrix.categories, learn)
        patience = self.early_stopping or max(round(PATIENCE / self.learning_rate), 20)
        booster = boost(self._settings(task, train.outputs, seed), self.max_trees, patience, learn, stop)
        return FittedBoosting(booster, matrix, train.outputs, centre, scale)

    def _matrix(self, train: Examples, centre: float, scale: float, seed: int) -> tuple[dict[str, Floats], Matrix]:
        """What levels foretell of each training row, and the matrix of any rows."""
        many = {n: b for n, b in train.inputs.items() if isinstance(b, Codes) and self._many(b)}
        target = _targets(train, centre, scale)
        weight = np.ones(len(train)) if train.weight is None else train.weight
        foretold = {
            name: out_of_fold(block, target, weight, self.smoothing, seeds.generator(seed, "levels", name))
            for name, block in many.items()
        }
        levels = {name: Levels.fit(block, target, weight, self.smoothing) for name, block in many.items()}
        return foretold, Matrix({name: b.spec for name, b in train.inputs.items()}, levels, self.buckets)

    def _many(self, block: Codes) -> bool:
        """Whether a column has many levels, or few rows of each."""
        thin = block.levels > FEW_LEVELS and len(block) < FEW_ROWS * block.levels
        return block.levels > self.target_means or thin

    def _settings(self, task: Task, outputs: int, seed: int) -> dict[str, Any]:
        """In LightGBM's words."""
        return {
            **self._objective(task, outputs),
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.min_rows_in_leaf,
            "lambda_l2": self.l2,
            "bagging_fraction": self.rows,
            "bagging_freq": int(self.rows < 1),
            "feature_fraction": self.columns,
            "cat_smooth": self.smoothing,
            "cat_l2": self.l2,
            "min_data_per_group": self.min_rows_in_leaf,
            "extra_trees": self.random_splits,
            "seed": seeds.derive(seed, "boosting"),
        }

    def _objective(self, task: Task, outputs: int) -> Mapping[str, Any]:
        if not task.classifies:
            chosen = OBJECTIVES[self.loss]
            return {"alpha": self.quantile, **chosen}
        return {"objective": "binary"} if outputs == 2 else {"objective": "multiclass", "num_class": outputs}


def _spread(train: Examples) -> tuple[float, float]:
    """Mean and deviation of a target of numbers."""
    centre = float(np.average(train.target, weights=train.weight))
    return centre, float(np.sqrt(np.average((train.target - centre) ** 2, weights=train.weight))) or 1.0


def _targets(train: Examples, centre: float, scale: float) -> Floats:
    """What means are taken of, [rows, outputs]: the number, the second of two classes, or whether it is each class."""
    if train.outputs == 1:
        return np.asarray((train.target - centre) / scale)[:, None]
    if train.outputs == 2:
        return np.asarray(train.target, dtype=np.float64)[:, None]
    return np.asarray(np.eye(train.outputs)[train.target])
