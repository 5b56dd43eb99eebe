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
    """The sum of the members' answers by their weights, and of `constant` [outputs]; together they sum to one."""

    members: tuple[tuple[float, Predictor], ...]
    constant: tuple[float, ...]

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32."""
        base = np.tile(np.array(self.constant, dtype=np.float32), (len(next(iter(inputs.values()))), 1))
        return mixed([(1.0, base), *((weight, member(inputs)) for weight, member in self.members)])

    def to_onnx(self, path: Path) -> None:
        """Write one graph that holds them all."""
        graph = Graph("mixture")
        terms = [graph.constant([self.constant])]
        for place, (weight, member) in enumerate(self.members):
            answers = graph.absorb(graph_of(member), f"m{place}")
            terms.append(graph.node("Mul", answers, graph.constant([weight])))
        graph.answer(graph.node("Sum", *terms), len(self.constant))
        graph.save(path)
