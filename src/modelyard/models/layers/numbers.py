"""Numbers to vectors, every column with an embedding of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from modelyard.models.layers.gentle import Gentle

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.types import Floats
    from modelyard.models.layers.graph import Graph

FARTHEST = 1e6  # what may be squared in float32, and subtracted from without losing what is near
BENT = 3.0  # where what lies far begins to count less
CLOSEST = 1e-6  # of two edges of bins
FREQUENCY = 0.1  # deviation of the frequencies at first (Holzmüller 2024, appendix A)


class Numbers(Protocol):
    """A module for all columns of numbers: [rows, columns] to [rows, sum of `widths`], a width a column."""

    widths: list[int]

    def __call__(self, values: Tensor) -> Tensor:
        """The vectors, side by side."""

    def draw(self, graph: Graph, values: str) -> str:
        """The same as nodes of a graph."""


class Straight(nn.Module):
    """[rows, columns] as they are."""

    def __init__(self, values: Floats) -> None:
        """For the columns of `values` [rows, columns]."""
        super().__init__()
        self.widths = [1] * values.shape[1]

    def forward(self, values: Tensor) -> Tensor:
        """As they are."""
        return values

    def draw(self, graph: Graph, values: str) -> str:  # noqa: ARG002 - as its siblings
        """As they are."""
        return values


class Bent(Straight):
    """[rows, columns], drawn in where they lie far: x / sqrt(1 + (x / 3)^2) (Holzmüller 2024, equation 1)."""

    def forward(self, values: Tensor) -> Tensor:
        """Between -3 and 3, near zero as they are."""
        near = values.clamp(-FARTHEST, FARTHEST)
        return near * torch.rsqrt(1 + (near / BENT) ** 2)

    def draw(self, graph: Graph, values: str) -> str:
        """The same."""
        near = graph.node("Clip", values, graph.constant(-FARTHEST), graph.constant(FARTHEST))
        part = graph.node("Div", near, graph.constant(BENT))
        below = graph.node("Sqrt", graph.node("Add", graph.node("Mul", part, part), graph.constant(1.0)))
        return graph.node("Div", near, below)


class Bins(nn.Module):
    """How far a value has come through each bin of its column, in [0, 1] (Gorishniy 2022, equation 1).

    Edges are the training rows' quantiles; beyond the outer ones nothing grows, so that a far value is a large value.
    """

    left: Tensor
    scale: Tensor

    def __init__(self, values: Floats, bins: int) -> None:
        """Bins of the columns of `values` [rows, columns], fewer where values are few."""
        super().__init__()
        edges = [_edges(column, bins) for column in values.T]
        self.width = max((len(found) - 1 for found in edges), default=0)
        left, scale = np.zeros((2, len(edges), 1, self.width), dtype=np.float32)
        for column, found in enumerate(edges):
            left[column, 0, : len(found) - 1] = found[:-1]
            scale[column, 0, : len(found) - 1] = 1 / np.diff(found)
        self.register_buffer("left", torch.from_numpy(left))
        self.register_buffer("scale", torch.from_numpy(scale))

    def forward(self, values: Tensor) -> Tensor:
        """[columns, rows, 1] to [columns, rows, bins]."""
        return ((values - self.left) * self.scale).clamp(0, 1)

    def draw(self, graph: Graph, values: str) -> str:
        """The same."""
        beyond = graph.node("Sub", values, _constant(graph, self.left))
        part = graph.node("Mul", beyond, _constant(graph, self.scale))
        return graph.node("Clip", part, graph.constant(0.0), graph.constant(1.0))


class Waves(Gentle):
    """Cosines of learnt frequency and phase (Gorishniy 2022, equation 2; with phases as Holzmüller 2024)."""

    def __init__(self, values: Floats, waves: int) -> None:
        """Waves for the columns of `values` [rows, columns]."""
        super().__init__()
        self.width = waves
        shape = (values.shape[1], 1, waves)
        self.frequency = nn.Parameter(torch.randn(shape) * 2 * math.pi * FREQUENCY)
        self.phase = nn.Parameter((torch.rand(shape) * 2 - 1) * math.pi)

    def forward(self, values: Tensor) -> Tensor:
        """[columns, rows, 1] to [columns, rows, waves]."""
        return torch.cos(values * self.frequency + self.phase)

    def draw(self, graph: Graph, values: str) -> str:
        """The same."""
        turned = graph.node("Mul", values, _constant(graph, self.frequency))
        return graph.node("Cos", graph.node("Add", turned, _constant(graph, self.phase)))


class Embedded(Gentle):
    """A column's value, bent, beside its bins or its waves, through a linear map of the column's own.

    The bins' half of the map begins at zero, so that a column is a line until there is more to say (Gorishniy 2025,
    appendix: the second version of piecewise-linear embeddings).
    """

    def __init__(self, values: Floats, basis: Bins | Waves, width: int) -> None:
        """`width` numbers for each column of `values` [rows, columns]."""
        super().__init__()
        columns = values.shape[1]
        self.widths = [width] * columns
        self.basis, self.bent = basis, Bent(values)
        bound = width**-0.5
        self.line = nn.Parameter(torch.empty(columns, 1, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(columns, 1, width).uniform_(-bound, bound))
        self.table = nn.Parameter(torch.zeros(columns, basis.width, width))
        if isinstance(basis, Waves):
            nn.init.normal_(self.table, std=basis.width**-0.5)

    def forward(self, values: Tensor) -> Tensor:
        """[rows, columns] to [rows, columns * width]."""
        columns = values.clamp(-FARTHEST, FARTHEST).T.unsqueeze(2)
        bent = self.bent(columns)
        basis = self.basis(columns if isinstance(self.basis, Bins) else bent)
        vectors = torch.baddbmm(bent * self.line + self.bias, basis, self.table)
        return vectors.transpose(0, 1).flatten(1)

    def draw(self, graph: Graph, values: str) -> str:
        """The same."""
        near = graph.node("Clip", values, graph.constant(-FARTHEST), graph.constant(FARTHEST))
        turned = graph.node("Transpose", near, perm=[1, 0])
        columns = graph.node("Unsqueeze", turned, graph.constant([2], np.int64))
        bent = self.bent.draw(graph, columns)
        basis = self.basis.draw(graph, columns if isinstance(self.basis, Bins) else bent)
        line = graph.node("Mul", bent, _constant(graph, self.line))
        bias = graph.node("Add", line, _constant(graph, self.bias))
        vectors = graph.node("Add", bias, graph.node("MatMul", basis, _constant(graph, self.table)))
        rows = graph.node("Transpose", vectors, perm=[1, 0, 2])
        return graph.node("Reshape", rows, graph.constant([-1, sum(self.widths)], np.int64))


class Mixed(nn.Module):
    """Columns of many values embedded, those of one or two as they are: a number says all that a flag has to say."""

    def __init__(self, values: Floats, embedded: Callable[[Floats], Numbers]) -> None:
        """`embedded` makes the module for those columns of `values` [rows, columns] that deserve it."""
        super().__init__()
        few = np.array([len(np.unique(column)) < 3 for column in values.T])
        found = [(np.flatnonzero(~few), embedded), (np.flatnonzero(few), Bent)]
        self.columns = [torch.from_numpy(columns) for columns, _ in found if len(columns)]
        parts: list[Any] = [kind(values[:, columns]) for columns, kind in found if len(columns)]
        self.parts = nn.ModuleList(parts)
        self.widths: list[int] = [width for part in parts for width in part.widths]

    def forward(self, values: Tensor) -> Tensor:
        """[rows, columns] to [rows, width], those of many values first."""
        parts = zip(self.parts, self.columns, strict=True)
        return torch.cat([part(values.index_select(1, columns)) for part, columns in parts], dim=1)

    def draw(self, graph: Graph, values: str) -> str:
        """The same."""
        drawn = []
        for part, columns in zip(self.parts, self.columns, strict=True):
            chosen = graph.node("Gather", values, graph.constant(columns.numpy(), np.int64), axis=1)
            drawn.append(part.draw(graph, chosen))  # type: ignore[operator]
        return graph.node("Concat", *drawn, axis=1)


def _edges(column: Floats, bins: int) -> Floats:
    """Quantiles of a column, [bins + 1] or fewer."""
    found = np.unique(np.quantile(column.clip(-FARTHEST, FARTHEST), np.linspace(0, 1, bins + 1)).astype(np.float32))
    return found[np.append(np.diff(found) > CLOSEST, True)] if len(found) > 1 else found


def _constant(graph: Graph, tensor: Tensor) -> str:
    return graph.constant(tensor.detach().numpy())
