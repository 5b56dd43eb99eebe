"""Many networks in one, which share their matrices and differ in scales: TabM (Gorishniy 2025, section 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from modelyard.models.layers.gentle import Gentle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.models.layers.graph import Graph


class Scale(Gentle):
    """What members multiply with: [members, 1, width]."""

    def __init__(self, members: int, width: int) -> None:
        """Ones at first."""
        super().__init__()
        self.factor = nn.Parameter(torch.ones(members, 1, width))

    def vary(self, widths: Sequence[int]) -> None:
        """Let each member see each feature its own way, all numbers of one feature alike."""
        members = self.factor.shape[0]
        drawn = [torch.randn(members, 1, 1).expand(members, 1, width) for width in widths]
        with torch.no_grad():
            self.factor.copy_(torch.cat(drawn, dim=2))


class Shift(Gentle):
    """What members add: [members, 1, width]."""

    def __init__(self, members: int, width: int, bound: float) -> None:
        """Within `bound` at first."""
        super().__init__()
        self.term = nn.Parameter(torch.empty(members, 1, width).uniform_(-bound, bound))


class Layer(nn.Module):
    """[members or 1, rows, fed] to [members, rows, units]: `s * (W (r * x)) + b`, r, s and b a member's own.

    Batch ensembling (Wen 2020, equation 5).
    """

    def __init__(self, members: int, fed: int, units: int) -> None:
        """A matrix for all members."""
        super().__init__()
        self.scale, self.shared = Scale(members, fed), nn.Linear(fed, units, bias=False)
        self.after, self.shift = Scale(members, units), Shift(members, units, fed**-0.5)

    def forward(self, rows: Tensor) -> Tensor:
        """As the equation."""
        return torch.addcmul(self.shift.term, self.shared(rows * self.scale.factor), self.after.factor)

    def draw(self, graph: Graph, rows: str) -> str:
        """The same."""
        scaled = graph.node("Mul", rows, _constant(graph, self.scale.factor))
        mixed = graph.node("MatMul", scaled, _constant(graph, self.shared.weight.T))
        after = graph.node("Mul", mixed, _constant(graph, self.after.factor))
        return graph.node("Add", after, _constant(graph, self.shift.term))


class Heads(nn.Module):
    """[members, rows, fed] to [members, rows, outputs], a matrix a member."""

    def __init__(self, members: int, fed: int, outputs: int) -> None:
        """As `nn.Linear` begins."""
        super().__init__()
        bound = fed**-0.5
        self.weight = nn.Parameter(torch.empty(members, fed, outputs).uniform_(-bound, bound))
        self.shift = Shift(members, outputs, bound)

    def forward(self, rows: Tensor) -> Tensor:
        """A linear answer."""
        return torch.baddbmm(self.shift.term, rows, self.weight)

    def draw(self, graph: Graph, rows: str) -> str:
        """The same."""
        return graph.node(
            "Add", graph.node("MatMul", rows, _constant(graph, self.weight)), _constant(graph, self.shift.term)
        )


LEAST = 1e-30  # of a mean probability, as its logarithm is taken


def pooled(answers: Tensor) -> Tensor:
    """[members, rows, outputs] to [rows, outputs]: the logarithm of the mean probability, or the mean number."""
    if answers.shape[2] == 1:
        return answers.mean(dim=0)
    return torch.softmax(answers, dim=2).mean(dim=0).clamp(min=LEAST).log()


def draw_pooled(graph: Graph, answers: str, outputs: int) -> str:
    """The same as nodes of a graph."""
    axis = graph.constant([0], np.int64)
    if outputs == 1:
        return graph.node("ReduceMean", answers, axis, keepdims=0)
    mean = graph.node("ReduceMean", graph.node("Softmax", answers, axis=2), axis, keepdims=0)
    return graph.node("Log", graph.node("Max", mean, graph.constant(LEAST)))


def _constant(graph: Graph, tensor: Tensor) -> str:
    return graph.constant(tensor.detach().numpy())
