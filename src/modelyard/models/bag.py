"""Texts as the weighed mean of their n-grams' vectors: fastText's classifier (Joulin 2017), hard to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field
from torch import Tensor, nn

from modelyard.core.blocks import Examples, Form, places
from modelyard.core.protocols import TABLE, Network, Settings
from modelyard.core.registry import part
from modelyard.core.training import Regularisation, Training
from modelyard.core.types import Kind, Task
from modelyard.models.layers.embed import Embed
from modelyard.models.layers.texts import draw_linear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.models.layers.graph import Graph


class BagModule(nn.Module):
    """Each column's vector, side by side, then one linear head: f(B A x), x the weighed n-grams (Joulin 2017)."""

    def __init__(self, embed: Embed, dropout: float, outputs: int) -> None:
        """`embed` holds the matrix A, the head the matrix B."""
        super().__init__()
        self.embed, self.dropout, self.outputs = embed, nn.Dropout(dropout), outputs
        self.head = nn.Linear(sum(embed.widths), outputs)

    def forward(self, **feeds: Tensor) -> Tensor:
        """[rows, outputs] logits or scaled values."""
        answers: Tensor = self.head(self.dropout(self.embed(feeds)))
        return answers

    def draw(self, graph: Graph) -> str:
        """The same, from the graph's inputs."""
        return draw_linear(graph, self.embed.draw(graph), self.head)


@part
class Bag(Network):
    """A vector for every n-gram of words and characters, their weighed mean a text: quick, and hard to beat."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    reads: ClassVar[frozenset[Form]] = TABLE
    needs: ClassVar[frozenset[Form]] = frozenset({"bag"})

    bits: int = Field(default=18, ge=8, le=22, description="2 ** bits n-grams are told from each other")

    def encoders(self) -> Mapping[Kind, Settings]:
        """Texts as n-grams."""
        return {Kind.TEXT: {"name": "ngrams", "bits": self.bits}}

    def training(self) -> Training:
        """Small steps: a rare n-gram's vector grows with each, and would soon know its one text by heart."""
        regularisation = Regularisation(l2=0.05, dropout=0.5)
        return Training(epochs=12, batch_size=64, learning_rate=1e-3, regularisation=regularisation, early_stopping=3)

    def build(self, train: Examples, training: Training) -> BagModule:
        """The module, untrained.

        Raises:
            RecipeError: a block is of tokens.
        """
        blocks = dict(zip(places({n: b.spec for n, b in train.inputs.items()}), train.inputs.values(), strict=True))
        return BagModule(Embed(blocks), training.regularisation.dropout, train.outputs)
