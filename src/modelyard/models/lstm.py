"""Texts read token by token, forwards and backwards: a bidirectional LSTM."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from modelyard.core.blocks import Examples, Form
from modelyard.core.protocols import TABLE, Network, Settings
from modelyard.core.registry import part
from modelyard.core.types import Kind, Task
from modelyard.models.layers import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.training import Training
    from modelyard.models.layers.graph import Graph

GATES = (0, 3, 1, 2)  # torch's gates i, f, g, o in ONNX's order i, o, f, c


class BothWays(nn.Module):
    """[rows, length, fed] to [rows, 2 * units]: what two LSTMs, one from each end, remember most.

    Each unit's highest state over the text decides (Conneau 2017), where
    c[t] = f * c[t-1] + i * g and h[t] = o * tanh(c[t]), with gates i, f, o = sigmoid(W x[t] + U h[t-1] + b) and the
    news g = tanh(W x[t] + U h[t-1] + b), each by its own matrices (Hochreiter 1997; Gers 2000). Texts are packed: the
    way back begins at a text's own last token.
    """

    def __init__(self, fed: int, units: int) -> None:
        """`units` of each direction."""
        super().__init__()
        self.width, self.units = 2 * units, units
        self.lstm = nn.LSTM(fed, units, batch_first=True, bidirectional=True)

    def forward(self, tokens: Tensor, kept: Tensor) -> Tensor:
        """The highest of the states after each token."""
        lengths = kept.sum(dim=(1, 2)).long().clamp(min=1)  # an empty text is one zero, which is left out below
        packed = pack_padded_sequence(tokens, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1])
        return (states * kept + (kept - 1.0)).amax(dim=1)  # no state is below -1

    def draw(self, graph: Graph, tokens: str, kept: str) -> str:
        """The same as nodes of a graph."""
        axes, last = graph.constant([1, 2], "int64"), graph.constant([0, 0, self.width], "int64")
        number = graph.node("Max", graph.node("ReduceSum", kept, axes, keepdims=0), graph.constant(1.0))
        lengths = graph.node("Cast", number, to=INT32)
        names = [f"{name}_l0{way}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh") for way in WAYS]
        found = [self._gates(name) for name in names]
        inputs, states = (graph.constant(np.stack(found[start : start + 2])) for start in (0, 2))
        biases = graph.constant(np.stack([np.concatenate(found[4 + way :: 2]) for way in (0, 1)]))
        first = graph.node("Transpose", tokens, perm=[1, 0, 2])  # ONNX wants [length, rows, fed]
        run = graph.node(
            "LSTM", first, inputs, states, biases, lengths, hidden_size=self.units, direction="bidirectional"
        )  # [length, 2, rows, units]
        side_by_side = graph.node("Reshape", graph.node("Transpose", run, perm=[2, 0, 1, 3]), last)
        below = graph.node("Sub", kept, graph.constant(1.0))
        heights = graph.node("Add", graph.node("Mul", side_by_side, kept), below)
        return graph.node("ReduceMax", heights, graph.constant([1], "int64"), keepdims=0)

    def _gates(self, name: str) -> np.ndarray:
        """A parameter with its gates in ONNX's order."""
        gates: Tensor = getattr(self.lstm, name).detach().unflatten(0, (4, self.units))
        return gates[list(GATES)].flatten(0, 1).numpy()


WAYS = ("", "_reverse")
INT32 = 6  # as ONNX numbers its types


@part
class Lstm(Network):
    """A long short-term memory from each end of the text, whose highest states decide."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    reads: ClassVar[frozenset[Form]] = TABLE | {"tokens"}
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    units: int = Field(default=64, ge=1, le=4096, description="of each direction")
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
        return texts.build(train, partial(BothWays, units=self.units), training, self.width, self.embeddings)
