"""The best answer that a table allows, within a time that the user names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from modelyard.core.protocols import Search, Settings
from modelyard.core.registry import part
from modelyard.core.training import Loss
from modelyard.core.tuning import Effort
from modelyard.core.types import Kind, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
WORK = 13.0  # microseconds of a core for a row, and a few for reading it: a million in 10 seconds on two cores
EFFORTS = {
    "quick": Effort(seconds=60, models=(), folds=4, trials=0, members=3, copies=1, price=0.0003, work=WORK),
    "balanced": Effort(seconds=300, models=(), folds=5, trials=30, members=5, copies=1, price=0.0003, work=WORK),
    "best": Effort(seconds=1800, models=(), folds=8, trials=300, members=12, copies=8, price=0.0),
}


def _seconds(value: object) -> object:
    """Read `90`, `90s`, `10m`, `1.5h`."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*([\d.]+)\s*([smh]?)\s*", value)
    if match is None:
        raise ValueError("a time is a number of seconds, or such as 90s, 10m, 1.5h")
    return float(match[1]) * UNITS[match[2]]


Seconds = Annotated[float, BeforeValidator(_seconds, json_schema_input_type=float | str), Field(gt=0)]


@part
class Auto(Search):
    """An ensemble of the models that do best in cross-validation, found within `time_limit` (Caruana 2004).

    `quick` tries each model as it comes (a minute at most), `balanced` tunes them (five), `best` tunes on and keeps
    every fold's models (thirty). A search that was broken off goes on where it was.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    preset: Literal["quick", "balanced", "best"] = "balanced"
    time_limit: Seconds | None = Field(default=None, description="seconds, or such as 90s, 10m, 1.5h")
    models: tuple[str, ...] = Field(default=("linear", "boosting", "mlp"), min_length=1)
    folds: int | None = Field(default=None, ge=2, le=20, description="of cross-validation; the preset's if not said")
    trials: int | None = Field(default=None, ge=0, description="of tuning, at most; the preset's if not said")
    loss: Loss = "squared"
    quantile: float = Field(default=0.5, gt=0, lt=1)

    def encoders(self) -> Mapping[Kind, Settings]:
        """One encoding for all: numbers as far out as they lie."""
        return {
            Kind.NUMBER: {"name": "number", "scale": "robust", "clip": None},
            Kind.TEXT: {"name": "ngrams"},
        }

    def effort(self) -> Effort:
        """The preset's, with what the recipe says."""
        usual = EFFORTS[self.preset]
        folds = self.folds or usual.folds
        copies = folds if usual.copies == usual.folds else min(usual.copies, folds)
        trials = usual.trials if self.trials is None else self.trials
        seconds = self.time_limit or usual.seconds
        return replace(usual, seconds=seconds, models=self.models, folds=folds, trials=trials, copies=copies)

    def objective(self) -> Settings:
        """What each model is told to minimise on numbers."""
        return {"loss": self.loss, "quantile": self.quantile}
