"""Filters over neighbouring tokens, the strongest answer of each: a convolutional network of texts (Kim 2014)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from modelyard.core.blocks import Examples, Form
from modelyard.core.protocols import TABLE, Network, Settings
from modelyard.core.registry import part
from modelyard.core.types import Kind, Task
from modelyard.models.layers import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.training import Training
    from modelyard.models.layers.graph import Graph


class Filters(nn.Module):
    """[rows, length, fed] to [rows, filters * spans]: max over places t of relu(w . x[t : t + span] + b) (Kim 2014).

    A text is taken to stand among zeros, so that every token is the middle of some place, in the shortest text too.
    """

    def __init__(self, fed: int, spans: tuple[int, ...], filters: int) -> None:
        """`filters` of each span, in tokens."""
        super().__init__()
        self.width = filters * len(spans)
        self.convolutions: Any = nn.ModuleList(nn.Conv1d(fed, filters, span) for span in spans)

    def forward(self, tokens: Tensor, kept: Tensor) -> Tensor:
        """What lies beyond a text is zero, which no maximum of these is below."""
        along = tokens.transpose(1, 2)
        found = []
        for convolution in self.convolutions:
            answers = convolution(nn.functional.pad(along, _around(convolution)))
            found.append((torch.relu(answers) * kept.transpose(1, 2)).amax(dim=2))
        return torch.cat(found, dim=1)

    def draw(self, graph: Graph, tokens: str, kept: str) -> str:
        """The same as nodes of a graph."""
        along, present = (graph.node("Transpose", name, perm=[0, 2, 1]) for name in (tokens, kept))
        axis = graph.constant([2], "int64")
        found = []
        for convolution in self.convolutions:
            weight, bias = (graph.constant(p.detach().numpy()) for p in (convolution.weight, convolution.bias))
            answers = graph.node("Conv", along, weight, bias, pads=list(_around(convolution)))
            kept_answers = graph.node("Mul", graph.node("Relu", answers), present)
            found.append(graph.node("ReduceMax", kept_answers, axis, keepdims=0))
        return graph.node("Concat", *found, axis=1)


def _around(convolution: nn.Conv1d) -> tuple[int, int]:
    """How many zeros stand before and behind a text."""
    span = convolution.kernel_size[0]
    return (span - 1) // 2, span // 2


@part
class TextCnn(Network):
    """Filters that each look for a phrase of `spans` tokens, wherever in the text it stands."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    reads: ClassVar[frozenset[Form]] = TABLE | {"tokens"}
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    spans: tuple[Annotated[int, Field(ge=1, le=64)], ...] = Field(default=(2, 3, 4), min_length=1, max_length=16)
    filters: int = Field(default=100, ge=1, le=10_000, description="of each span")
    width: int | None = Field(default=None, ge=1, le=4096, description="of a token's vector; 64, or the embeddings'")
    max_length: int = Field(default=256, ge=3, le=8192, description="tokens of a text that are read")
    embeddings: str | None = Field(default=None, description="a folder of embeddings, as `pretrain` writes it")

    def encoders(self) -> Mapping[Kind, Settings]:
        """Texts as subwords."""
        return {Kind.TEXT: texts.encoder(self.max_length, self.embeddings)}

    def training(self) -> Training:
        """Some epochs, stopped early."""
        return texts.usual(learning_rate=2e-3, dropout=0.5)

    def build(self, train: Examples, training: Training) -> texts.Texts:
        """The module, untrained.

        Raises:
            RecipeError: no column is read as tokens, or the embeddings do not fit.
        """
        reader = partial(Filters, spans=self.spans, filters=self.filters)
        return texts.build(train, reader, training, self.width, self.embeddings)
