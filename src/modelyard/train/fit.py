"""Parts to something trained: encoders first, then the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.core.protocols import Encoder, Model, Predictor
from modelyard.core.types import Column, Examples, Floats, Parts, Schema, Table, Task
from modelyard.data.read import target_values, weight_values
from modelyard.features import fit as features
from modelyard.features.fit import Features

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Trained:
    """Fitted encoders and a fitted model."""

    schema: Schema
    task: Task
    features: Features
    predictor: Predictor

    def __call__(self, table: Table) -> Floats:
        """Answers for a table's rows: [rows, outputs] float32."""
        return self.predictor(self.features.of_table(table))


def fit(model: Model, parts: Parts, task: Task, choose: Callable[[Column], tuple[str, Encoder]], seed: int) -> Trained:
    """Fit the encoders that `choose` names on the training rows, then the model.

    Raises:
        DataError, RecipeError: a column or a model cannot be fitted.
    """
    schema = parts.train.schema
    fitted = features.fit(parts.train, target_values(parts.train, task), choose)
    train, valid = (_examples(part, fitted, task) for part in (parts.train, parts.valid))
    return Trained(schema, task, fitted, model.fit(train, valid, task, seed=seed))


def _examples(table: Table, fitted: Features, task: Task) -> Examples:
    outputs = len(table.schema.target.levels) if task.classifies else 1
    return Examples(fitted.of_table(table), target_values(table, task), outputs, weight_values(table))
