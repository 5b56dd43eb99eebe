"""A small Transformer encoder that learns from nothing but the texts at hand (Vaswani 2017)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator
from torch import Tensor, nn

from modelyard.core.blocks import Examples, Form
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import TABLE, Network, Settings
from modelyard.core.registry import part
from modelyard.core.types import Kind, Task
from modelyard.models.layers import attention, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.training import Training
    from modelyard.models.layers.graph import Graph


class Attentive(nn.Module):
    """[rows, length, fed] to [rows, units]: tokens and their places through blocks of attention, then their mean."""

    pace: Tensor

    def __init__(self, fed: int, units: int, layers: int, heads: int, dropout: float) -> None:
        """`layers` blocks, `units` wide."""
        super().__init__()
        self.width, self.dropout = units, nn.Dropout(dropout)
        self.enter, self.norm = nn.Linear(fed, units), nn.LayerNorm(units)
        self.blocks = nn.ModuleList(attention.Block(units, heads, dropout) for _ in range(layers))
        self.register_buffer("pace", attention.paces(units))

    def forward(self, tokens: Tensor, kept: Tensor) -> Tensor:
        """The mean of the last block's tokens."""
        hidden = self.dropout(self.enter(tokens) + attention.positions(tokens.shape[1], self.pace))
        for block in self.blocks:
            hidden = block(hidden, kept)
        return texts.mean(self.norm(hidden), kept)

    def draw(self, graph: Graph, tokens: str, kept: str) -> str:
        """The same as nodes of a graph."""
        places = attention.draw_positions(graph, tokens, self.pace)
        hidden = graph.node("Add", texts.draw_linear(graph, tokens, self.enter), places)
        for block in self.blocks:
            hidden = block.draw(graph, hidden, kept)  # type: ignore[operator]
        return texts.draw_mean(graph, attention.draw_norm(graph, hidden, self.norm), kept)


@part
class Transformer(Network):
    """`layers` blocks of self-attention with `heads` each, the norm first, and the mean of the tokens at the end."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    reads: ClassVar[frozenset[Form]] = TABLE | {"tokens"}
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    units: int = Field(default=64, ge=2, le=4096, description="of each block")
    layers: int = Field(default=2, ge=1, le=48)
    heads: int = Field(default=4, ge=1, le=64)
    width: int | None = Field(default=None, ge=1, le=4096, description="of a token's vector; 64, or the embeddings'")
    max_length: int = Field(default=256, ge=3, le=8192, description="tokens of a text that are read")
    embeddings: str | None = Field(default=None, description="a folder of embeddings, as `pretrain` writes it")

    @model_validator(mode="after")
    def _heads_divide_units(self) -> Self:
        if self.units % self.heads or self.units % 2:
            hint = f"say units: {self.heads * 16}, or another even number that {self.heads} divides"
            raise RecipeError(f"{self.heads} heads do not share {self.units} units evenly", "model.units", hint)
        return self

    def encoders(self) -> Mapping[Kind, Settings]:
        """Texts as subwords."""
        return {Kind.TEXT: texts.encoder(self.max_length, self.embeddings)}

    def training(self) -> Training:
        """Some epochs, stopped early."""
        return texts.usual(learning_rate=1e-3, dropout=0.3)

    def build(self, train: Examples, training: Training) -> texts.Texts:
        """The module, untrained.

        Raises:
            RecipeError: no column is read as tokens, or the embeddings do not fit.
        """
        made = partial(
            Attentive,
            units=self.units,
            layers=self.layers,
            heads=self.heads,
            dropout=training.regularisation.dropout / 2,
        )
        return texts.build(train, made, training, self.width, self.embeddings)
