"""What networks of texts share: tokens to vectors, a reader for each text column, table columns beside, one head."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from modelyard.core.blocks import places
from modelyard.core.errors import RecipeError
from modelyard.core.training import Regularisation, Training
from modelyard.models.layers.embed import Embed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.core.blocks import Examples
    from modelyard.core.protocols import Settings
    from modelyard.models.layers.graph import Graph

WIDTH = 64  # of a token's vector, where nothing else is said


@runtime_checkable
class Reader(Protocol):
    """A module that makes one vector of a text's tokens; what the mask leaves out never reaches it."""

    width: int

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """[rows, length, fed] float32 and [rows, length, 1] float32 of zeros and ones to [rows, width]."""

    def draw(self, graph: Graph, tokens: str, mask: str) -> str:
        """The same as nodes of a graph."""


class Words(nn.Module):
    """[rows, length] token ids and mask to [rows, length, width]: a vector a token, zeros where there is none.

    While training, some tokens of a text are left out whole (word dropout, Iyyer 2015).
    """

    def __init__(self, vectors: Tensor, dropout: float) -> None:
        """The `vectors` [vocabulary, width] float32 that learning starts from."""
        super().__init__()
        self.table, self.dropout = nn.Embedding(*vectors.shape), dropout
        self.table.weight = nn.Parameter(vectors)

    def forward(self, ids: Tensor, kept: Tensor) -> Tensor:
        """Look up; `kept` [rows, length, 1] float32."""
        if self.training:
            kept = kept * (torch.rand(kept.shape) >= self.dropout)
        vectors: Tensor = self.table(ids) * kept
        return vectors

    def draw(self, graph: Graph, ids: str, kept: str) -> str:
        """The same."""
        return graph.node("Mul", graph.node("Gather", graph.constant(self.table.weight.detach().numpy()), ids), kept)


class Texts(nn.Module):
    """Each text by its own words and reader, table columns by `Embed`, then one linear head."""

    def __init__(
        self, columns: Mapping[str, tuple[Words, nn.Module]], rest: Embed | None, dropout: float, outputs: int
    ) -> None:
        """`columns` are words and reader by the first half of their feeds' names, `rest` embeds all other columns."""
        super().__init__()
        self.words = nn.ModuleDict({name: words for name, (words, _) in columns.items()})
        self.readers = nn.ModuleDict({name: reader for name, (_, reader) in columns.items()})
        self.rest, self.outputs, self.dropout = rest, outputs, nn.Dropout(dropout)
        widths: list[Any] = [reader.width for reader in self.readers.values()]
        self.head = nn.Linear(sum(widths) + sum(rest.widths if rest else []), outputs)

    def forward(self, **feeds: Tensor) -> Tensor:
        """[rows, outputs] logits or scaled values."""
        parts = [] if self.rest is None else [self.rest(feeds)]
        for name, reader in self.readers.items():
            kept = feeds[f"{name}_mask"].unsqueeze(-1).float()
            parts.append(reader(self.words[name](feeds[f"{name}_ids"], kept), kept))
        answers: Tensor = self.head(self.dropout(torch.cat(parts, dim=1)))
        return answers

    def draw(self, graph: Graph) -> str:
        """The same, from the graph's inputs."""
        parts = [] if self.rest is None else [self.rest.draw(graph)]
        last = graph.constant([-1], "int64")
        for name, reader in self.readers.items():
            kept = graph.node("Cast", graph.node("Unsqueeze", f"{name}_mask", last), to=FLOAT)
            words: Any = self.words[name]
            drawn: Any = reader
            parts.append(drawn.draw(graph, words.draw(graph, f"{name}_ids", kept), kept))
        return draw_linear(graph, graph.node("Concat", *parts, axis=1), self.head)


FLOAT = 1  # as ONNX numbers its types


def build(
    train: Examples, reader: Callable[[int], nn.Module], training: Training, width: int | None, embeddings: str | None
) -> Texts:
    """A network of texts, whose `reader` is made for the width of the tokens' vectors.

    Raises:
        RecipeError: no column is read as tokens, or the folder `embeddings` does not fit them.
    """
    blocks = dict(zip(places({n: b.spec for n, b in train.inputs.items()}), train.inputs.values(), strict=True))
    dropout, columns = training.regularisation.dropout, {}
    for name, block in blocks.items():
        if block.spec.form == "tokens":
            vectors = _vectors(block.spec.size, width, embeddings)
            columns[name] = (Words(vectors, dropout / 2), reader(vectors.shape[1]))
    if not columns:
        hint = "say columns: {NAME: {kind: text}}, or choose another model"
        raise RecipeError("this model reads texts, and no column is a text", "model", hint)
    others = {name: block for name, block in blocks.items() if name not in columns}
    return Texts(columns, Embed(others) if others else None, dropout, train.outputs)


def usual(learning_rate: float, dropout: float) -> Training:
    """How a small network of texts learns: some epochs, stopped early."""
    regularisation = Regularisation(l2=0.05, dropout=dropout)
    return Training(
        epochs=8, batch_size=32, learning_rate=learning_rate, regularisation=regularisation, early_stopping=3
    )


def encoder(max_length: int, embeddings: str | None) -> Settings:
    """The encoder of texts: subwords, of the folder `embeddings` where one is named, else learnt."""
    learnt: dict[str, Any] = {"name": "subwords", "max_length": max_length}
    return learnt if embeddings is None else {**learnt, "weights": embeddings}


def draw_linear(graph: Graph, rows: str, layer: nn.Linear) -> str:
    """[..., fed] to [..., units] as nodes of a graph."""
    mixed = graph.node("MatMul", rows, graph.constant(layer.weight.detach().T.numpy()))
    return graph.node("Add", mixed, graph.constant(layer.bias.detach().numpy()))


def mean(tokens: Tensor, kept: Tensor) -> Tensor:
    """[rows, length, width] and [rows, length, 1] to [rows, width]: the mean of the kept, zeros where there is none."""
    return (tokens * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1.0)


def draw_mean(graph: Graph, tokens: str, kept: str) -> str:
    """The same as nodes of a graph."""
    axis = graph.constant([1], "int64")
    total = graph.node("ReduceSum", graph.node("Mul", tokens, kept), axis, keepdims=0)
    number = graph.node("Max", graph.node("ReduceSum", kept, axis, keepdims=0), graph.constant(1.0))
    return graph.node("Div", total, number)


def _vectors(vocabulary: int, width: int | None, embeddings: str | None) -> Tensor:
    """[vocabulary, width] float32 to start from: those of the folder, or small and by chance."""
    if embeddings is None:
        width = width or WIDTH
        return torch.randn(vocabulary, width) / math.sqrt(width)
    file = Path(embeddings).expanduser() / "embeddings.safetensors"
    hint = "a folder that `modelyard pretrain --objective skipgram` wrote"
    try:
        found: Tensor = load_file(file)["embeddings"].float()
    except (OSError, SafetensorError, KeyError) as error:
        raise RecipeError("there is no embeddings.safetensors to read", f"embeddings '{embeddings}'", hint) from error
    if len(found) != vocabulary:
        problem = f"holds vectors of {len(found)} tokens, and the texts are read in {vocabulary}"
        raise RecipeError(problem, f"embeddings '{embeddings}'", f"give columns the encoder subwords of {embeddings}")
    if width not in {None, found.shape[1]}:
        raise RecipeError(f"is {width}, and the embeddings are {found.shape[1]} wide", "model.width", "leave it out")
    return found
