"""The search for the best model within a time: cross-validate, tune, weigh into an ensemble, fit again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from modelyard.core import deadline, digest, events
from modelyard.core.blocks import Examples, join
from modelyard.core.protocols import Model, Search, Settings
from modelyard.core.training import Transform
from modelyard.core.types import Kind, Task
from modelyard.train.hunt import Hunt
from modelyard.train.judging import Judging
from modelyard.train.notebook import BusyError, Notebook

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

    def memory(self, rows: Examples) -> float:
        """Little: each fit of a candidate is thinned by itself."""
        return float(len(rows))

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
            told = [str(task), effort.models, effort.folds, effort.seconds, dict(aim), self.transform, seed]
            name = _name(rows, told)
            with _notebook(self.place, Path(scratch), name, seed) as notebook:
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


def _notebook(place: Path | None, scratch: Path, name: str, seed: int) -> Notebook:
    """The search's notebook; one that is forgotten where another process holds it."""
    if place is not None:
        try:
            return Notebook(place / name, seed)
        except BusyError:
            events.note("another process makes the same search: this one begins anew, and is forgotten when it ends")
    return Notebook(scratch / name, seed)


def _name(rows: Examples, how: list[Any]) -> str:
    """The name of a search: what it learns from, how, and by which Modelyard."""
    return digest.of_json([digest.of_arrays(_arrays(rows)), how, version("modelyard")])[:32]


def _arrays(rows: Examples) -> list[Any]:
    """As blocks keep them: a graph would get ragged ones padded to their longest row."""
    weight = [] if rows.weight is None else [rows.weight]
    blocks = [vars(block)[field.name] for block in rows.inputs.values() for field in fields(block)]
    return [rows.target, *weight, *(part for part in blocks if isinstance(part, np.ndarray))]
