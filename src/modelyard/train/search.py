"""The search for the best model within a time: cross-validate, tune, weigh into an ensemble, fit again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from modelyard.core import deadline, digest
from modelyard.core.protocols import Model, Search, Settings
from modelyard.core.training import Transform
from modelyard.core.types import Examples, Kind, Task, join
from modelyard.train.hunt import Hunt
from modelyard.train.judging import Judging
from modelyard.train.notebook import Notebook

if TYPE_CHECKING:
    from modelyard.train.ensemble import Ensemble

TRANSFORM = "target_transform"  # a setting of any candidate
BENT: tuple[Settings, ...] = ({TRANSFORM: "log"},)  # tried too where a target is skewed
SPARE = 0.04  # of the time, kept for what comes after the last fit


@dataclass(frozen=True)
class Searching(Model):
    """A search, and how the models are built that it tries: a model."""

    search: Search
    build: Callable[[str, Settings, Transform | None], Model]
    place: Path | None = None  # where what is found is kept; where there is none, it is forgotten
    transform: Transform | None = None  # of the target, for all that is tried
    share: float = 1.0  # of the time
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

    def encoders(self) -> Mapping[Kind, Settings]:
        """Those that suit all models."""
        return self.search.encoders()

    def memory(self, rows: int, width: int) -> float:  # noqa: ARG002 - as any model's
        """Little: each fit of a candidate is thinned by itself."""
        return float(rows)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> Ensemble:
        """Judge candidates by folds of all rows, `valid` included, until the time is up; answer by the best mixture.

        Raises:
            RecipeError: no candidate could be fitted; the reasons of all.
        """
        began, rows = time.monotonic(), join(train, valid)
        effort, aim = self.search.effort(), self.search.objective()
        effort = replace(effort, seconds=effort.seconds * self.share)
        how: Any = (aim["loss"], aim["quantile"])
        judging = Judging.of(rows, task, how, effort.folds, effort.seconds, seed)
        with tempfile.TemporaryDirectory() as scratch:
            name = _name(rows, [str(task), effort.models, effort.folds, judging.used, dict(aim), self.transform, seed])
            notebook = Notebook((self.place or Path(scratch)) / name, seed)
            began -= sum(record.seconds for record in notebook.records())
            bent = self.transform is None and judging.skewed
            hunt = Hunt(self._build, judging, notebook, effort, began, BENT if bent else ())
            with deadline.within(began + effort.seconds * (1 - SPARE) - time.monotonic()):
                hunt.look()
            with deadline.within(max(began + effort.seconds - time.monotonic(), hunt.needed())):
                return hunt.settle()

    def _build(self, name: str, settings: Settings) -> Model:
        """A candidate; `target_transform` among its settings is the search's own."""
        known = {**self.search.objective(), **settings}
        transform: Any = known.pop(TRANSFORM, self.transform)
        return self.build(name, known, transform)


def _name(rows: Examples, how: list[Any]) -> str:
    """The name of a search: what it learns from, how, and by which Modelyard."""
    parts = [digest.of_bytes(np.ascontiguousarray(array).tobytes()) for array in _arrays(rows)]
    return digest.of_json([parts, how, version("modelyard")])[:32]


def _arrays(rows: Examples) -> list[Any]:
    weight = [] if rows.weight is None else [rows.weight]
    return [rows.target, *weight, *(array for block in rows.inputs.values() for array in block.arrays().values())]
