"""What is wished of a model beside its fit: whom it heeds, what its answers mean, how they become decisions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from modelyard.core.protocols import Metric, Mitigation, Model

Calibration: TypeAlias = Literal["auto", "none", "temperature", "platt", "isotonic"]
# By class, named as a recipe names it: YAML may have made a number or a truth value of the name.
ClassWeight: TypeAlias = Literal["balanced"] | Mapping[str | int | bool, float] | None


@dataclass(frozen=True)
class Costs:
    """What a wrong decision costs: a positive row let pass, a negative one stopped."""

    false_negative: float
    false_positive: float


@dataclass(frozen=True)
class Aim:
    """The metric, by its name too, that decisions are to be best by."""

    name: str
    metric: Metric


@dataclass(frozen=True)
class Finish:
    """Nothing where nothing is said: the bare model.

    `intervals` is the share of rows whose truth an interval is to hold; `quantile_model` makes what learns a quantile.
    `mitigation` brings groups closer together.
    All of it, the model's own fit included, may take `seconds`.
    """

    calibration: Calibration = "none"
    class_weight: ClassWeight = None
    costs: Costs | None = None
    aim: Aim | None = None
    intervals: float | None = None
    quantile_model: Callable[[float], Model] | None = None
    seconds: float = math.inf
    mitigation: Mitigation | None = None
