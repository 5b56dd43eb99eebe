"""Several classifiers and a constant as one: their weighted mean, leaving as one graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.protocols import Predictor
from modelyard.models.layers.graph import Graph
from modelyard.train.ensemble import graph_of, mixed

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Inputs
    from modelyard.core.types import Floats


@dataclass(frozen=True)
class Mixture(Predictor):
    """The sum of the members' answers by their weights, and of `constant` [2]; together they sum to one.

    Where positive rows counted `tilt` times as much as negative ones, that is taken back (Elkan 2001, theorem 2): what
    was a half becomes 1 / (1 + tilt), the threshold at which either mistake costs the same.
    """

    members: tuple[tuple[float, Predictor], ...]
    constant: tuple[float, float]
    tilt: float = 1.0

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        base = np.tile(np.array(self.constant, dtype=np.float32), (len(next(iter(inputs.values()))), 1))
        whole = mixed([(1.0, base), *((weight, member(inputs)) for weight, member in self.members)])
        tilted = whole * np.array([self.tilt, 1.0], dtype=np.float32)
        return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))

    def to_onnx(self, path: Path) -> None:
        """Write one graph that holds them all."""
        graph = Graph("mixture")
        terms = [graph.constant([self.constant])]
        for place, (weight, member) in enumerate(self.members):
            answers = graph.absorb(graph_of(member), f"m{place}")
            terms.append(graph.node("Mul", answers, graph.constant([weight])))
        tilted = graph.node("Mul", graph.node("Sum", *terms), graph.constant([[self.tilt, 1.0]]))
        whole = graph.node("ReduceSum", tilted, graph.constant([1], np.int64), keepdims=1)
        graph.answer(graph.node("Div", tilted, whole), len(self.constant))
        graph.save(path)
