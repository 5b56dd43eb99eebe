"""Few labels: an encoder learns which texts are alike from pairs of them, then a line tells the classes apart.

SetFit (Tunstall 2022). Sixteen labelled texts make 120 pairs, which is why so few are enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from modelyard.core.blocks import Examples, Form, places
from modelyard.core.protocols import Learns, Network
from modelyard.core.registry import part
from modelyard.core.training import Regularisation, Training
from modelyard.core.types import Json, Kind, Task
from modelyard.features import weights as pretrained
from modelyard.features.sentences import check_length
from modelyard.models.layers.encoder import load
from modelyard.models.layers.unit import UnitTexts, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.blocks import BlockSpec


class Beside(nn.Module):
    """Table columns as a line reads them: numbers as they are, codes as a 1 in the place of their level."""

    def __init__(self, specs: Mapping[str, BlockSpec]) -> None:
        """`specs` by the names that `core.blocks.places` gives."""
        super().__init__()
        self.numbers = [name for name, spec in specs.items() if spec.form == "numbers"]
        self.levels = {name: spec.size for name, spec in specs.items() if spec.form == "codes"}
        self.width = sum(spec.size for spec in specs.values())

    def forward(self, feeds: dict[str, Tensor]) -> list[Tensor]:
        """Each [rows, its width] float32."""
        values = [feeds[f"{name}_values"] for name in self.numbers]
        return values + [_one_hot(feeds[f"{name}_codes"], levels) for name, levels in self.levels.items()]


class SetfitModule(nn.Module):
    """Texts of unit length, table columns beside them, and a linear head that the loop of pairs fits last."""

    def __init__(self, texts: UnitTexts, beside: Beside, outputs: int) -> None:
        """`outputs` are the classes."""
        super().__init__()
        self.texts, self.beside = texts, beside
        self.head = nn.Linear(texts.width * len(texts.texts) + beside.width, outputs)

    def vectors(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, width * texts] float32 of unit length: the products of two rows are the means of their cosines."""
        vectors: Tensor = self.texts(feeds).flatten(1) / len(self.texts.texts) ** 0.5
        return vectors

    def read(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, width of the head] float32: what the head is fitted on."""
        return torch.cat([self.vectors(feeds), *self.beside(feeds)], dim=1)

    def forward(self, **feeds: Tensor) -> Tensor:
        """[rows, outputs] logits."""
        answers: Tensor = self.head(self.read(feeds))
        return answers


@part
class Setfit(Network):
    """A pretrained encoder for a handful of labelled texts a class, with logistic regression on what it makes of them.

    Each step brings a balanced batch of texts and compares all of its pairs, so an epoch is a pass over the texts; of
    many texts a part is seen, while the line at the end is fitted on all.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    learns: ClassVar[Learns] = "pairs"
    reads: ClassVar[frozenset[Form]] = frozenset({"tokens", "numbers", "codes"})
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    weights: str = Field(default=pretrained.DEFAULT, description="a name in the table, a local folder, or a hub name")
    max_length: int = Field(default=256, ge=2, le=8192, description="tokens of a text that are read")

    @model_validator(mode="after")
    def _reads_so_far(self) -> Self:
        check_length(self.weights, self.max_length, pretrained.longest(self.weights))
        return self

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as the tokens of these weights."""
        return {Kind.TEXT: {"name": "tokens", "weights": self.weights, "max_length": self.max_length}}

    def training(self) -> Training:
        """Some thirty looks at each of a few texts, at a small rate; no early stop, as there is little to judge by."""
        return Training(
            epochs=30, batch_size=16, learning_rate=5e-5, regularisation=Regularisation(), schedule="linear"
        )

    def build(self, train: Examples, training: Training) -> SetfitModule:  # noqa: ARG002
        """The module with its pretrained encoder and a head that knows nothing yet.

        Raises:
            RecipeError: no text column is read as tokens, or the weights are not to be had.
        """
        texts = texts_of(train.inputs, "setfit")
        named = places({name: block.spec for name, block in train.inputs.items()})
        beside = Beside({name: spec for name, spec in named.items() if name not in texts})
        return SetfitModule(UnitTexts(load(self.weights, self.max_length), texts), beside, train.outputs)


def _one_hot(codes: Tensor, levels: int) -> Tensor:
    """[rows] int64 to [rows, levels] float32."""
    return (codes.unsqueeze(1) == torch.arange(levels)).float()
