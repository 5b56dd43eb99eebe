"""Numbers as piecewise-linear functions between quantiles, so that what is linear in them can bend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from modelyard.core.types import Floats, Ints

if TYPE_CHECKING:
    from modelyard.models.layers.graph import Graph

FARTHEST = 10.0  # of a plain value, as what lies farther would carry a linear answer away
CLOSEST = 1e-5  # of two knots: the slope between them, times the farthest value, is a finite float32
ROWS = 100_000  # from which quantiles are taken, evenly spread over all


@dataclass(frozen=True)
class Splines:
    """Each plain value, clipped, beside `clip((x - start) / (end - start), 0, 1)` for each piece of each column.

    `columns` [pieces] tell whose a piece is, `starts` and `slopes` [pieces] float32 where it rises and how fast
    (piecewise-linear encoding, Gorishniy 2022, equation 1).
    """

    columns: Ints
    starts: Floats
    slopes: Floats

    @classmethod
    def fit(cls, values: Floats, pieces: int) -> Self:
        """So many pieces a column between the quantiles of `values` [rows, width], fewer where values repeat."""
        some = values[:: -(-len(values) // ROWS) or 1]
        knots = [_knots(column, pieces) for column in some.T]
        kept = [at if len(at) > 2 else at[:0] for at in knots]  # one piece is the plain value again
        columns = np.repeat(np.arange(len(kept)), [max(len(at) - 1, 0) for at in kept])
        starts = np.concatenate([np.zeros(0), *(at[:-1] for at in kept)])
        lengths = np.concatenate([np.zeros(0), *(np.diff(at) for at in kept)])
        return cls(columns, starts.astype(np.float32), (1 / lengths).astype(np.float32))

    def __call__(self, values: Floats) -> Floats:
        """[rows, width] to [rows, width + pieces], float32."""
        bent = ((values[:, self.columns] - self.starts) * self.slopes).clip(0, 1)
        return np.hstack([values.clip(-FARTHEST, FARTHEST), bent])

    def add_to(self, graph: Graph, values: str) -> str:
        """The same as nodes; the name of what they make."""
        low, high = graph.constant(-FARTHEST), graph.constant(FARTHEST)
        plain = graph.node("Clip", values, low, high)
        if not len(self.columns):
            return plain
        chosen = graph.node("Gather", values, graph.constant(self.columns, np.int64), axis=1)
        above = graph.node("Sub", chosen, graph.constant(self.starts))
        risen = graph.node("Mul", above, graph.constant(self.slopes))
        bent = graph.node("Clip", risen, graph.constant(0.0), graph.constant(1.0))
        return graph.node("Concat", plain, bent, axis=1)


def _knots(column: Floats, pieces: int) -> Floats:
    """Distinct quantiles, the outermost at the least and the largest value: [at most pieces + 1], rising."""
    levels = np.unique(column)
    if len(levels) > pieces:
        levels = np.unique(np.quantile(column, np.linspace(0, 1, pieces + 1)))
    apart = np.diff(levels.astype(np.float64), prepend=-np.inf)
    return np.asarray(levels.astype(np.float64)[apart > CLOSEST])
