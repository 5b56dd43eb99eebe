"""Rows made between neighbours of a small class (Chawla et al. 2002), by imbalanced-learn.

A new row lies on the line from a row to one of its nearest neighbours of the same class. With categories it is SMOTENC,
which takes the commonest level of the neighbours; of categories alone, SMOTEN.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core.augmenting import Made
from modelyard.core.errors import RecipeError
from modelyard.core.featuring import RowAugment
from modelyard.core.registry import missing_extra, part
from modelyard.core.types import Kind, Task
from modelyard.features import levelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.augmenting import Sample
    from modelyard.core.types import Column, Ints

UNREAD = frozenset({Kind.TEXT, Kind.IMAGE})


@part
class Smote(RowAugment):
    """Rows of the smaller classes between `neighbours`, until each has a `share` of the largest class's rows."""

    kinds: ClassVar[frozenset[Kind]] = frozenset(Kind) - UNREAD
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    warns: ClassVar[str] = (
        "synthetic rows distort probabilities, so what is calibrated is calibrated on real rows alone; class_weight: "
        "balanced is usually enough (Elor and Averbuch-Elor 2022)"
    )

    share: float = Field(default=1.0, gt=0, le=1, description="of the largest class's rows")
    neighbours: int = Field(default=5, ge=1, le=100)

    def changes(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """All of them.

        Raises:
            RecipeError: there are texts or pictures, between which nothing lies.
            MissingExtraError: imbalanced-learn is not installed; told here, before anything is fitted.
        """
        if find_spec("imblearn") is None:
            raise missing_extra(ModuleNotFoundError(name="imblearn"), "augment 'smote'")
        unread = [column.name for column in columns if column.kind in UNREAD]
        if unread:
            hint = "leave it out and say class_weight: balanced, or say role: ignore of these columns"
            problem = f"'smote' makes rows of numbers, levels and times, and not of {', '.join(unread[:5])}"
            raise RecipeError(problem, "augment: smote", hint)
        return tuple(column.name for column in columns)

    def made(self, rows: Sample, random: np.random.Generator) -> Made:
        """New rows of each class that is smaller and has more rows than `neighbours`; the others are told."""
        counts = np.bincount(rows.target, minlength=len(rows.classes))
        asked = {code: round(self.share * counts.max()) for code in range(len(counts))}
        small = [code for code in asked if 0 < counts[code] < asked[code]]
        thin = [code for code in small if counts[code] <= self.neighbours]
        notes = tuple(self._thin(rows.classes[code], int(counts[code])) for code in thin)
        wanted = {code: asked[code] for code in small if code not in thin}
        if not wanted:
            told = "no class has fewer rows than are asked for" if not thin else "no row was made"
            return Made({name: held[:0] for name, held in rows.columns.items()}, _none(), notes=(*notes, told))
        level = levelling.fit(rows)
        grid = level.grid(rows)
        with_new, target = self._sampler(level, wanted, random).fit_resample(grid, rows.target)
        new, codes = np.asarray(with_new)[len(rows) :], np.asarray(target)[len(rows) :]
        return Made(level.columns(new), levelling.nearest(grid, rows.target, new, codes), notes=notes)

    def _sampler(self, level: levelling.Level, wanted: dict[int, int], random: np.random.Generator) -> Any:  # noqa: ANN401 - one of three classes
        from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

        said = {
            "sampling_strategy": wanted,
            "k_neighbors": self.neighbours,
            "random_state": int(random.integers(2**31)),
        }
        if level.categories == level.width:
            return SMOTEN(**said)
        if level.categories:
            return SMOTENC(categorical_features=list(range(level.width))[-level.categories :], **said)
        return SMOTE(**said)

    def _thin(self, name: str, count: int) -> str:
        rows = "row is" if count == 1 else "rows are"
        return f"{count} {rows} too few for {self.neighbours} neighbours: none is made of the class '{name}'"


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)
