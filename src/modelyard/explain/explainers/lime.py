"""What each column adds near a row by a weighted linear model of which columns are on (Ribeiro 2016).

xi = argmin over g of sum over z of pi(z) (v(z) - g(z))^2 + penalty |w|^2 (equations 1 and 2), where v(z) is the mean
answer over the background with the columns of z as in the row, and pi(z) = exp(-D(z)^2 / width^2)^(1/2) with the cosine
distance D of z from all columns on, as the authors' own program weighs texts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from modelyard.core import seeds
from modelyard.core.explaining import Columns, Reason, Subject, Why
from modelyard.core.protocols import Explainer
from modelyard.core.registry import part
from modelyard.core.types import Floats, Kind
from modelyard.explain import background as backgrounds
from modelyard.explain.game import Bools, Game, Table

ASKS = 30_000  # rows that are asked for one, where nothing is said
TEXTS = 1000  # where there are texts, which are encoded again for each


@dataclass(frozen=True)
class Line:
    """A weighted ridge regression: weights [columns], intercept, and the weighted share of variance it explains."""

    weights: Floats
    intercept: float
    r2: float


@part
class Lime(Explainer):
    """A ridge of `penalty` on `samples` coalitions, the near ones by a kernel of `width` counting more."""

    samples: int | None = Field(default=None, ge=10, le=1_000_000, description="300 a row, for texts 1,000")
    width: float = Field(default=0.25, ge=0.001, le=1000, description="of the kernel; distances are between 0 and 1")
    penalty: float = Field(default=1.0, ge=0)
    pieces: int = Field(default=40, ge=1, le=1000, description="groups of words that a text is split into at most")
    seed: int = Field(default=7, ge=0, lt=2**32)

    def __call__(self, model: Subject, rows: Columns, background: Columns) -> tuple[Reason, ...]:
        """A `Why` a row, whose base is the linear model's intercept."""
        if any(column.kind is Kind.TEXT for column in model.columns):
            background = backgrounds.thinned(background, 5, self.seed)
        return Table(model, rows, background, self.pieces).explained(self._why)

    def _why(self, game: Game, of: str) -> Why:
        usual = max((TEXTS if game.table.texts else ASKS) // game.background, 2 * len(game.players) + 10)
        on = coalitions(len(game.players), self.samples or usual, self.seed)
        worth = game.worth(on)
        line = ridge(on.astype(np.float64), worth, nearness(on, self.width), self.penalty)
        return Why(of, float(worth[0]), line.intercept, game.shares(line.weights), line.r2)


def coalitions(players: int, samples: int, seed: int) -> Bools:
    """All players, then some without a few: how many is drawn evenly, then which: [samples, players] bool."""
    random = seeds.generator(seed, "lime")
    off = random.integers(1, players + 1, samples)
    off[0] = 0
    rank = np.argsort(np.argsort(random.random((samples, players)), axis=1), axis=1)
    return np.asarray(rank >= off[:, None])


def nearness(on: Bools, width: float) -> Floats:
    """How much a coalition counts, by its cosine distance from all players: [coalitions] in (0, 1]."""
    distance = 1 - np.sqrt(on.mean(axis=1))
    return np.asarray(np.sqrt(np.exp(-(distance**2) / width**2)))


def ridge(design: Floats, target: Floats, weight: Floats, penalty: float) -> Line:
    """Weighted least squares of `target` [rows] on `design` [rows, columns] with a penalty on all but the intercept."""
    share = weight / weight.sum()
    middle, level = share @ design, float(share @ target)
    centred, rest = design - middle, target - level
    moments = (centred * weight[:, None]).T @ centred + penalty * np.eye(design.shape[1])
    weights = np.linalg.lstsq(moments, (centred * weight[:, None]).T @ rest, rcond=None)[0]
    spread = float(weight @ rest**2)
    left = float(weight @ (rest - centred @ weights) ** 2)
    return Line(weights, level - float(middle @ weights), 1 - left / spread if spread > 0 else 1.0)
