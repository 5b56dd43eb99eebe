"""A multi-layer perceptron over numbers, embedded categories and bags of n-grams (Gorishniy 2021, section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from modelyard.core.protocols import Network
from modelyard.core.registry import part
from modelyard.core.training import Regularisation, Training
from modelyard.core.types import Examples, Json, Kind, Task, places
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

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as n-grams, in fewer buckets than a linear model's, as each has a vector."""
        return {Kind.TEXT: {"name": "ngrams", "bits": 16}}

    def training(self) -> Training:
        """Many short epochs, stopped early."""
        regularisation = Regularisation(l2=0.05, dropout=0.2)
        return Training(
            epochs=100, batch_size=256, learning_rate=2e-3, regularisation=regularisation, early_stopping=12
        )

    def build(self, train: Examples, training: Training) -> MlpModule:
        """The module, untrained.

        Raises:
            RecipeError: a block is of tokens.
        """
        specs = {name: block.spec for name, block in train.inputs.items()}
        return MlpModule(Embed(places(specs)), self.hidden, training.regularisation.dropout, train.outputs)
