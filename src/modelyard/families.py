"""The families of parts, found by their files, and which part is the usual one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from modelyard.core.errors import ModelyardError, UsageError
from modelyard.core.featuring import Augment, Augmenter, RowAugment
from modelyard.core.protocols import Gate, Metric, Mitigation, Model, Network, Perturbation, Search
from modelyard.core.registry import Family
from modelyard.core.sources import Source
from modelyard.core.types import Json, Kind, Task
from modelyard.data import joining
from modelyard.data.cleaning import CLEANERS
from modelyard.data.personal.detector import SORTS
from modelyard.explain.family import EXPLAINERS
from modelyard.features.fit import ENCODERS, STEPS
from modelyard.quality.expectation import EXPECTATIONS
from modelyard.quality.inspection import INSPECTIONS
from modelyard.recipe.schema import DataSpec, data_of
from modelyard.release.exporting import EXPORTS

SOURCES: Family[Source] = Family("modelyard.data.sources", Source, "source")
Learner: TypeAlias = Model | Network | Search
MODELS: Family[Learner] = Family("modelyard.models", (Model, Network, Search), "name")
METRICS: Family[Metric] = Family("modelyard.evaluate.metrics", Metric, "name")
AUGMENTS: Family[Augmenter] = Family("modelyard.features.augments", (Augment, RowAugment), "augment")
MITIGATIONS: Family[Mitigation] = Family("modelyard.train.mitigations", Mitigation, "mitigation")
GATES: Family[Gate] = Family("modelyard.release.gates", Gate, "gate")
PERTURBATIONS: Family[Perturbation] = Family("modelyard.evaluate.perturbations", Perturbation, "perturbation")
FAMILIES: tuple[Family[Any], ...] = (
    SOURCES,
    CLEANERS,
    SORTS,
    STEPS,
    ENCODERS,
    AUGMENTS,
    INSPECTIONS,
    EXPECTATIONS,
    MODELS,
    MITIGATIONS,
    METRICS,
    PERTURBATIONS,
    EXPLAINERS,
    GATES,
    EXPORTS,
)
DataLike: TypeAlias = str | Path | Mapping[str, Any]
BASELINE = "linear"
# What a linear model itself is compared with: a single tree of four leaves that takes the whole step.
TREE = "boosting"
ONE_TREE: Mapping[str, Json] = {
    "max_trees": 1,
    "leaves": 4,
    "learning_rate": 1.0,
    "l2": 0.0,
    "rows": 1.0,
    "columns": 1.0,
}
INTERVAL_METRICS = ("coverage", "interval_width")
BOUNDS = "boosting"  # the model that learns where intervals begin and end
RATES = ("selection_rate", "true_positive_rate", "false_positive_rate")  # what groups are compared by, of two classes
COST = "expected_cost"  # the metric that costs are measured by
DEFAULT_METRICS: Mapping[Task, tuple[str, ...]] = {
    Task.BINARY: ("roc_auc", "accuracy", "f1", "precision", "recall", "log_loss", "brier", "ece"),
    Task.MULTICLASS: ("accuracy", "f1", "log_loss", "roc_auc", "ece"),
    Task.REGRESSION: ("rmse", "mae", "r2"),
}


def source(data: DataLike) -> Source:
    """The source of a path, or of a source as recipes name it, with what is joined to it.

    Raises:
        UsageError: the path's ending names no source.
        RecipeError: the source's settings do not fit.
    """
    try:
        spec = DataSpec.model_validate(data_of(str(data) if isinstance(data, Path) else data))
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, "), str(data)) from error
    others = [SOURCES.build(one.data.name, one.data.settings, "data.join") for one in spec.join]
    return joining.over(SOURCES.build(spec.train.name, spec.train.settings, "data"), others, spec.join)


def default_encoder(kind: Kind) -> str:
    """The encoder that a kind gets unasked."""
    for name in ENCODERS.names:
        if kind in ENCODERS.part(name).default_for:
            return name
    raise ModelyardError(f"no encoder is the default for the kind '{kind}'")


def encoders_for(kind: Kind) -> list[str]:
    """The encoders that read a kind."""
    return [name for name in ENCODERS.names if kind in ENCODERS.part(name).kinds]
