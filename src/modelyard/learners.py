"""From settings to what can be fitted: a search with what it tries, a network with what trains it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from modelyard.core.errors import RecipeError
from modelyard.core.protocols import Model, Network, Search, Settings
from modelyard.families import MODELS, Learner

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.training import Training, Transform
    from modelyard.recipe.schema import Recipe
    from modelyard.release.yard import Yard

OBJECTIVE = frozenset({"loss", "quantile"})  # settings that a search gives to the models that have them
SEARCHED = 0.7  # of the time that a search has, where intervals take the rest


def learner(model: Learner, training: Training | None, recipe: Recipe, yard: Yard) -> Model:
    """What can be fitted: a search with what it tries, a network with its loop, the target as the recipe wants it."""
    if isinstance(model, Search):
        from modelyard.train.search import Searching  # optuna, for searches alone

        return Searching(
            model, candidate, yard.searches, recipe.target_transform, SEARCHED if recipe.intervals else 1.0
        )
    return _transformed(trainable(model, training, yard.checkpoints), recipe.target_transform)


def candidate(name: str, settings: Settings, transform: Transform | None) -> Model:
    """A model that a search tries."""
    has = {field.name for field in fields(MODELS.part(name))}  # type: ignore[arg-type]  # a part is a dataclass
    known = {key: value for key, value in settings.items() if key in has or key not in OBJECTIVE}
    model = MODELS.build(name, known, "model")
    if isinstance(model, Search):
        raise RecipeError(f"the model '{name}' cannot be tried by a search", "model.models", "leave it out")
    return _transformed(trainable(model, None), transform)


def trainable(model: Model | Network, training: Training | None, checkpoints: Path | None = None) -> Model:
    """A network with what trains it, by what it learns from; torch is for networks alone."""
    if not isinstance(model, Network):
        return model
    if model.learns == "nothing":
        from modelyard.train.ready import Ready

        return Ready(model)
    if model.learns == "pairs":
        from modelyard.train.contrast import Contrastive

        return Contrastive(model, training or model.training())
    from modelyard.train.loop import Trainable

    return Trainable(model, training or model.training(), checkpoints)


def _transformed(model: Model, transform: Transform | None) -> Model:
    if transform is None:
        return model
    from modelyard.train.transform import Transformed  # scipy and onnx, where a target is transformed

    return Transformed(model, transform)
