"""A multi-layer perceptron over numbers, embedded categories and bags of n-grams (Gorishniy 2021, section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from modelyard.core.protocols import Network
from modelyard.core.registry import part
from modelyard.core.types import BlockSpec, Json, Kind, Task, Training, places
from modelyard.models.layers.embed import Embed

if TYPE_CHECKING:
    from collections.abc import Mapping


class MlpModule(nn.Module):
    """Embed, then `Linear -> SiLU -> Dropout` for each hidden layer, then a linear answer."""

    def __init__(self, embed: Embed, hidden: tuple[int, ...], dropout: float, outputs: int) -> None:
        """Widths of the hidden layers may be none: then it is a linear model."""
        super().__init__()
        self.embed = embed
        layers: list[nn.Module] = []
        width = embed.width
        for units in hidden:
            layers += [nn.Linear(width, units), nn.SiLU(), nn.Dropout(dropout)]
            width = units
        self.layers = nn.Sequential(*layers, nn.Linear(width, outputs))

    def forward(self, **feeds: Tensor) -> Tensor:
        """[rows, outputs] logits or scaled values."""
        answers: Tensor = self.layers(self.embed(feeds))
        return answers


@part
class Mlp(Network):
    """A multi-layer perceptron with an embedding for each category."""

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    hidden: tuple[Annotated[int, Field(ge=1, le=65_536)], ...] = (128, 64)
    dropout: float = Field(default=0.2, ge=0, lt=1)

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as n-grams, in fewer buckets than a linear model's, as each has a vector."""
        return {Kind.TEXT: {"name": "ngrams", "bits": 16}}

    def training(self) -> Training:
        """Many short epochs, stopped early."""
        return Training(epochs=100, batch_size=256, learning_rate=2e-3, weight_decay=0.05, early_stopping=12)

    def build(self, blocks: Mapping[str, BlockSpec], outputs: int) -> MlpModule:
        """The module, untrained.

        Raises:
            RecipeError: a block is of tokens.
        """
        return MlpModule(Embed(places(blocks)), self.hidden, self.dropout, outputs)
