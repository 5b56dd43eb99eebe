"""The families of parts, found by their files, and which part is the usual one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from modelyard.core.errors import ModelyardError
from modelyard.core.protocols import Augment, Gate, Metric, Model, Network, Search, Source
from modelyard.core.registry import Family
from modelyard.core.types import Kind, Task
from modelyard.explain.family import EXPLAINERS
from modelyard.features.fit import ENCODERS

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES: Family[Source] = Family("modelyard.data.sources", Source, "source")
Learner: TypeAlias = Model | Network | Search
MODELS: Family[Learner] = Family("modelyard.models", (Model, Network, Search), "name")
METRICS: Family[Metric] = Family("modelyard.evaluate.metrics", Metric, "name")
AUGMENTS: Family[Augment] = Family("modelyard.features.augments", Augment, "augment")
GATES: Family[Gate] = Family("modelyard.release.gates", Gate, "gate")
FAMILIES: tuple[Family[Any], ...] = (SOURCES, ENCODERS, AUGMENTS, MODELS, METRICS, EXPLAINERS, GATES)
BASELINE = "linear"
INTERVAL_METRICS = ("coverage", "interval_width")
BOUNDS = "boosting"  # the model that learns where intervals begin and end
COST = "expected_cost"  # the metric that costs are measured by
DEFAULT_METRICS: Mapping[Task, tuple[str, ...]] = {
    Task.BINARY: ("roc_auc", "accuracy", "f1", "precision", "recall", "log_loss", "brier"),
    Task.MULTICLASS: ("accuracy", "f1", "log_loss", "roc_auc"),
    Task.REGRESSION: ("rmse", "mae", "r2"),
}


def default_encoder(kind: Kind) -> str:
    """The encoder that a kind gets unasked."""
    for name in ENCODERS.names:
        if kind in ENCODERS.part(name).default_for:
            return name
    raise ModelyardError(f"no encoder is the default for the kind '{kind}'")


def encoders_for(kind: Kind) -> list[str]:
    """The encoders that read a kind."""
    return [name for name in ENCODERS.names if kind in ENCODERS.part(name).kinds]
