"""Categories by the mean of the target among the training rows of their level, drawn to the mean of all.

mean_c = (sum of y in c + m * mean) / (n_c + m) (Micci-Barreca 2001, equation 7, with n / (n + m) for the weight of a
level's own mean). Unless it is said, m is the variance within levels over that between them, by the unbiased estimates
of Buhlmann and Straub (1970): where levels tell nothing more than chance does, all of them are at the mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from modelyard.core.blocks import Block, Numbers
from modelyard.core.errors import DataError
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Ints, Kind, Values
from modelyard.features import folding


@dataclass(frozen=True)
class FittedTargetMean(FittedEncoder):
    """A mean a level and output, `means` [levels, outputs], and `whole` [outputs] for a level that is not known.

    `scale` [outputs] is the deviation of the training rows' means. A missing value is a level where training knew some.
    """

    levels: tuple[str | None, ...]
    means: Floats
    whole: Floats
    scale: Floats
    places: dict[str | None, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the levels once."""
        object.__setattr__(self, "places", {level: place for place, level in enumerate(self.levels)})

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Numbers [rows, outputs], zero where nothing is known of a level."""
        found = map(self.places.get, values.tolist(), repeat(len(self.levels)))
        places = np.fromiter(found, dtype=np.int64, count=len(values))
        known = np.concatenate([self.means, self.whole[None]])
        return Numbers(((known[places] - self.whole) / self.scale).astype(np.float32))

    def state(self) -> State:
        """Levels and figures."""
        return {
            "levels": list(self.levels),
            "means": self.means.tolist(),
            "whole": self.whole.tolist(),
            "scale": self.scale.tolist(),
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        """From levels and figures."""
        levels: Any = state["levels"]
        whole, scale = (np.array(state[key], dtype=np.float64) for key in ("whole", "scale"))
        means = np.array(state["means"], dtype=np.float64).reshape(len(levels), len(whole))
        return cls(tuple(None if level is None else str(level) for level in levels), means, whole, scale)


@part
class TargetMean(Encoder):
    """The target's mean by level, `smooth` rows of the overall mean beside each; for classes a share for all but one.

    The rows that a model learns from are encoded by `folds`, each by the rows of the others.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.CATEGORY, Kind.IDENTIFIER})
    fitted: ClassVar[type[FittedEncoder]] = FittedTargetMean

    smooth: Literal["auto"] | Annotated[float, Field(ge=0)] = Field(
        default="auto", description="rows that the mean of all counts for beside a level's own"
    )
    folds: int = Field(default=folding.FOLDS, ge=2, le=50)

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedTargetMean:
        """Learn the means of all training rows, which serve every row but these.

        Raises:
            DataError: there is no target to take means of.
        """
        if target is None:
            raise DataError("means of a target need one", column.name, "choose another encoder, such as category")
        levels = list(dict.fromkeys(values.tolist()))
        places = _places(values, levels)
        fitted = self._means(places, folding.outputs(target), levels)
        spread = fitted.means[places].std(axis=0) if len(places) else np.zeros(len(fitted.whole))
        return replace(fitted, scale=np.where(spread > 1e-12 * np.abs(fitted.whole), spread, 1.0))

    def crossed(self, values: Values, column: Column, target: Floats, seed: int) -> Block:
        """Each row by the rows of other folds, on the scale of the fitted encoder: Numbers [rows, outputs]."""
        whole, outputs = self.fit(values, column, target), folding.outputs(target)
        places, fold = _places(values, list(whole.levels)), folding.dealt(target, self.folds, seed, column.name)
        block = np.zeros((len(values), outputs.shape[1]), dtype=np.float32)
        for number in range(int(fold.max(initial=-1)) + 1):
            held = fold == number
            if held.all():  # a single row has no others
                continue
            part_ = self._means(places[~held], outputs[~held], list(whole.levels))
            block[held] = (part_.means[places[held]] - whole.whole) / whole.scale
        return Numbers(block)

    def _means(self, places: Ints, outputs: Floats, levels: list[str | None]) -> FittedTargetMean:
        """The means of rows at `places` [rows] among the levels; a level without rows is at the mean of all."""
        rows = np.bincount(places, minlength=len(levels)).astype(np.float64)
        whole = outputs.mean(axis=0) if len(outputs) else np.zeros(outputs.shape[1])
        unit = np.maximum(np.abs(outputs).max(axis=0, initial=0.0), 1e-300)  # so that no square is beyond a float
        means = np.empty((len(levels), outputs.shape[1]))
        for at in range(outputs.shape[1]):
            scaled, middle = outputs[:, at] / unit[at], whole[at] / unit[at]
            more = credibility(places, scaled, rows) if self.smooth == "auto" else float(self.smooth)
            own = np.bincount(places, scaled - middle, minlength=len(levels))
            share = np.zeros(len(levels)) if math.isinf(more) else 1.0 / np.maximum(rows + more, 1e-300)
            means[:, at] = (middle + np.where(rows > 0, own * share, 0.0)) * unit[at]
        return FittedTargetMean(tuple(levels), means, whole, np.ones(outputs.shape[1]))


def credibility(places: Ints, figures: Floats, rows: Floats) -> float:
    """The variance of `figures` [rows] within levels over that of the levels' means; infinite without the latter.

    within = sum (y - mean_c)^2 / (N - K); between = (sum n_c (mean_c - mean)^2 - (K - 1) within) / (N - sum n_c^2 / N).
    """
    there, total = rows > 0, rows.sum()
    levels = int(there.sum())
    if levels < 2 or total <= levels:
        return math.inf
    means = np.bincount(places, figures, minlength=len(rows)) / np.maximum(rows, 1.0)
    within = float(((figures - means[places]) ** 2).sum() / (total - levels))
    apart = float((rows[there] * (means[there] - figures.mean()) ** 2).sum())
    between = (apart - (levels - 1) * within) / float(total - (rows**2).sum() / total)
    return within / between if between > 0 else math.inf


def _places(values: Values, levels: list[str | None]) -> Ints:
    """Where each value stands among the levels: [rows]."""
    known = {level: place for place, level in enumerate(levels)}
    return np.fromiter(map(known.__getitem__, values.tolist()), dtype=np.int64, count=len(values))
