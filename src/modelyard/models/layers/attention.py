"""Multi-head self-attention (Vaswani 2017), written out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from modelyard.models.layers.texts import draw_linear

if TYPE_CHECKING:
    from modelyard.models.layers.graph import Graph

FAR = 1e9  # what a score loses where there is no token: its share is then exactly zero
SLOWEST = 10_000.0  # positions: the longest wave is about 2 pi times as many tokens long


class SelfAttention(nn.Module):
    """[rows, length, width] to the same: every token asks every token of its text, in several heads.

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V, a head's output from its own d = width / heads units of Q, K and V;
    the heads' outputs, side by side, go through one more matrix (Vaswani 2017, equation 1 and section 3.2.2).
    """

    def __init__(self, width: int, heads: int) -> None:
        """`heads` divide the `width`."""
        super().__init__()
        self.width, self.heads = width, heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.output = nn.Linear(width, width)

    def forward(self, tokens: Tensor, kept: Tensor) -> Tensor:
        """`kept` [rows, length, 1] float32 says which tokens may be asked."""
        query, key, value = (self._heads(part(tokens)) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(2, 3) / math.sqrt(self.width / self.heads)  # [rows, heads, length, length]
        barred = (kept - 1.0).transpose(1, 2).unsqueeze(1) * FAR  # [rows, 1, 1, length]
        mixed = torch.softmax(scores + barred, dim=-1) @ value
        answers: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return answers

    def draw(self, graph: Graph, tokens: str, kept: str) -> str:
        """The same as nodes of a graph."""
        shape = graph.constant([0, 0, self.heads, self.width // self.heads], "int64")
        query, key, value = (
            graph.node("Reshape", draw_linear(graph, tokens, part), shape)
            for part in (self.query, self.key, self.value)
        )
        query, value = (graph.node("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
        key = graph.node("Transpose", key, perm=[0, 2, 3, 1])
        scale = graph.constant(1.0 / math.sqrt(self.width / self.heads))
        scores = graph.node("Mul", graph.node("MatMul", query, key), scale)
        present = graph.node("Transpose", graph.node("Sub", kept, graph.constant(1.0)), perm=[0, 2, 1])
        barred = graph.node("Unsqueeze", present, graph.constant([1], "int64"))
        barred = graph.node("Mul", barred, graph.constant(FAR))
        shares = graph.node("Softmax", graph.node("Add", scores, barred), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", shares, value), perm=[0, 2, 1, 3])
        flat = graph.node("Reshape", mixed, graph.constant([0, 0, self.width], "int64"))
        return draw_linear(graph, flat, self.output)

    def _heads(self, tokens: Tensor) -> Tensor:
        """[rows, length, width] to [rows, heads, length, width / heads]."""
        return tokens.reshape(*tokens.shape[:2], self.heads, self.width // self.heads).transpose(1, 2)


class Block(nn.Module):
    """Attention, then two dense layers, each after a norm and beside a way around it: x + f(norm(x)) (Xiong 2020)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        """The dense layers are four times as wide in between."""
        super().__init__()
        self.attention, self.dropout = SelfAttention(width, heads), nn.Dropout(dropout)
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.wide, self.narrow, self.bend = nn.Linear(width, 4 * width), nn.Linear(4 * width, width), nn.GELU()

    def forward(self, tokens: Tensor, kept: Tensor) -> Tensor:
        """[rows, length, width] to the same."""
        tokens = tokens + self.dropout(self.attention(self.before(tokens), kept))
        bent: Tensor = self.bend(self.wide(self.between(tokens)))
        added: Tensor = tokens + self.dropout(self.narrow(bent))
        return added

    def draw(self, graph: Graph, tokens: str, kept: str) -> str:
        """The same as nodes of a graph."""
        tokens = graph.node("Add", tokens, self.attention.draw(graph, draw_norm(graph, tokens, self.before), kept))
        bent = graph.node("Gelu", draw_linear(graph, draw_norm(graph, tokens, self.between), self.wide))
        return graph.node("Add", tokens, draw_linear(graph, bent, self.narrow))


def draw_norm(graph: Graph, tokens: str, norm: nn.LayerNorm) -> str:
    """A layer norm as a node of a graph."""
    scale, shift = (graph.constant(part.detach().numpy()) for part in (norm.weight, norm.bias))
    return graph.node("LayerNormalization", tokens, scale, shift, axis=-1, epsilon=norm.eps)


def paces(width: int) -> Tensor:
    """[width / 2] float32: how fast each wave of the positions turns, in radians a token."""
    return SLOWEST ** (-torch.arange(0, width, 2).float() / width)


def positions(length: int, pace: Tensor) -> Tensor:
    """[length, width] float32: a token's place as waves of many lengths, sines then cosines (Vaswani 2017, 3.5)."""
    angles = torch.arange(length).float().unsqueeze(1) * pace
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def draw_positions(graph: Graph, tokens: str, pace: Tensor) -> str:
    """The same, as many as there are tokens in [rows, length, width]."""
    length = graph.node("Gather", graph.node("Shape", tokens), graph.constant(1, "int64"))
    places = graph.node("Range", graph.constant(0, "int64"), length, graph.constant(1, "int64"))
    column = graph.node("Unsqueeze", graph.node("Cast", places, to=1), graph.constant([1], "int64"))
    angles = graph.node("Mul", column, graph.constant(pace.numpy()))
    return graph.node("Concat", graph.node("Sin", angles), graph.node("Cos", angles), axis=1)
