"""A trained torch module as a predictor, and its graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import Dim

from modelyard.core import events, order
from modelyard.core.blocks import BlockSpec, Inputs, places
from modelyard.core.protocols import Predictor
from modelyard.features import exporting
from modelyard.models.layers.graph import Graph
from modelyard.train import batches

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.types import Floats


@runtime_checkable
class Drawn(Protocol):
    """A module that writes its own graph: smaller than what the exporter makes, and at once."""

    outputs: int

    def draw(self, graph: Graph) -> str:
        """Nodes from the graph's inputs, which are there, to what it returns when it is not in training."""


class Answering(nn.Module):
    """A network with its last step inside: a softmax for classes, the target's own units for numbers."""

    def __init__(self, network: nn.Module, centre: float, scale: float, *, classifies: bool) -> None:
        """`centre` and `scale` are the training target's."""
        super().__init__()
        self.network, self.centre, self.scale, self.classifies = network, centre, scale, classifies

    def forward(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, outputs] probabilities or values."""
        raw: Tensor = self.network(**feeds)
        return torch.softmax(raw, dim=1) if self.classifies else raw * self.scale + self.centre


@dataclass(frozen=True)
class TorchPredictor(Predictor):
    """A fitted module."""

    module: Answering
    specs: Mapping[str, BlockSpec]

    def __call__(self, inputs: Inputs) -> Floats:
        """[rows, outputs] float32; an answer does not depend on the rows beside it."""
        self.module.eval()
        rows = len(next(iter(inputs.values())))
        with torch.inference_mode():
            return order.answer(
                dict(inputs),
                lambda batch: np.asarray(self.module(batches.tensors(batch)).numpy()),
                lambda done: events.step("predicting", done, rows),
            )

    def to_onnx(self, path: Path) -> None:
        """Write the graph with dynamic rows and lengths; it keeps no trace of the machine that made it."""
        self.module.eval()
        if isinstance(self.module.network, Drawn):
            self._draw(self.module.network, path)
        else:
            self._export(path)

    def _draw(self, network: Drawn, path: Path) -> None:
        graph = Graph("network")
        for place, spec in places(self.specs).items():
            graph.block(place, spec)
        raw = network.draw(graph)
        if self.module.classifies:
            answers = graph.node("Softmax", raw, axis=1)
        else:
            scaled = graph.node("Mul", raw, graph.constant(self.module.scale))
            answers = graph.node("Add", scaled, graph.constant(self.module.centre))
        graph.answer(answers, network.outputs)
        graph.save(path)

    def _export(self, path: Path) -> None:
        example = _example(self.specs)
        rows = Dim.DYNAMIC
        shapes = {
            name: ({0: rows, 1: Dim.DYNAMIC} if name.endswith(("_ids", "_mask", "_weights")) else {0: rows})
            for name in example
        }
        events.step("exporting", 0, 1)
        content = exporting.written(self.module, {"feeds": example}, {"feeds": shapes}, list(example), "answers")
        path.write_bytes(content)
        events.step("exporting", 1, 1)


def _example(specs: Mapping[str, BlockSpec]) -> dict[str, Tensor]:
    """Feeds of three rows, five items long."""
    rows, length = 3, 5
    example: dict[str, Tensor] = {}
    for place, spec in enumerate(specs.values()):
        name = f"x{place}"
        if spec.form == "numbers":
            example[f"{name}_values"] = torch.zeros(rows, spec.size)
        elif spec.form == "codes":
            example[f"{name}_codes"] = torch.zeros(rows, dtype=torch.int64)
        else:
            example[f"{name}_ids"] = torch.ones(rows, length, dtype=torch.int64)
            second, dtype = ("mask", torch.int64) if spec.form == "tokens" else ("weights", torch.float32)
            example[f"{name}_{second}"] = torch.ones(rows, length, dtype=dtype)
    return example
