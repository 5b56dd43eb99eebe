"""A multi-layer perceptron over embedded numbers, categories and bags of n-grams, many members in one (TabM)."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from modelyard.core.protocols import Network, Settings
from modelyard.core.registry import part
from modelyard.core.training import Goal, Loss, Regularisation, Training
from modelyard.core.tuning import Options, Space
from modelyard.core.types import Kind, Task
from modelyard.models.layers.embed import Embed
from modelyard.models.layers.members import Heads, Layer, draw_pooled, pooled
from modelyard.models.layers.numbers import Bent, Bins, Embedded, Mixed, Straight, Waves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelyard.core.blocks import Examples
    from modelyard.core.types import Floats
    from modelyard.models.layers.graph import Graph
    from modelyard.models.layers.numbers import Numbers

WIDTH = 8  # of a number's embedding
BINS = 32
WAVES = 16


class MlpModule(nn.Module):
    """Embed, then `Layer -> ReLU -> Dropout` for each hidden layer, then an answer of each member."""

    def __init__(self, embed: Embed, hidden: tuple[int, ...], members: int, dropout: float, outputs: int) -> None:
        """Widths of the hidden layers may be none: then it is a linear model."""
        super().__init__()
        self.embed, self.dropout, self.outputs = embed, dropout, outputs
        widths = [sum(embed.widths), *hidden]
        layers = [Layer(members, fed, units) for fed, units in pairwise(widths)]
        if layers and members > 1:
            layers[0].scale.vary(embed.widths)
        self.layers = nn.ModuleList(layers)
        self.heads = Heads(members, widths[-1], outputs)

    def forward(self, **feeds: Tensor) -> Tensor:
        """[rows, outputs] log probabilities or scaled values; while training [rows, members, outputs]."""
        rows = self.embed(feeds).unsqueeze(0)
        for layer in self.layers:
            rows = functional.dropout(functional.relu(layer(rows)), self.dropout, self.training)
        answers = self.heads(rows)
        return answers.transpose(0, 1) if self.training else pooled(answers)

    def draw(self, graph: Graph) -> str:
        """What it answers when it is not in training, from the graph's inputs."""
        rows = graph.node("Unsqueeze", self.embed.draw(graph), graph.constant([0], "int64"))
        for layer in self.layers:
            rows = graph.node("Relu", layer.draw(graph, rows))  # type: ignore[operator]
        return draw_pooled(graph, self.heads.draw(graph, rows), self.outputs)


@part
class Mlp(Network):
    """A multi-layer perceptron with an embedding for each number and each category.

    `members` networks learn side by side, share their matrices, and answer by their mean. Without hidden layers it is
    a linear model: one member, and numbers as they are.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    hidden: tuple[Annotated[int, Field(ge=1, le=65_536)], ...] = (96, 96)
    members: int = Field(default=4, ge=1, le=256, description="networks that share their matrices, and answer together")
    numbers: Literal["piecewise", "periodic", "plain"] = "piecewise"
    loss: Loss = "squared"
    quantile: float = Field(default=0.5, gt=0, lt=1, description="what the loss quantile foretells")

    def encoders(self) -> Mapping[Kind, Settings]:
        """Texts as n-grams, in fewer buckets than a linear model's, as each has a vector; numbers however far out."""
        wanted: dict[Kind, Settings] = {Kind.TEXT: {"name": "ngrams", "bits": 16}}
        if self.hidden:
            wanted[Kind.NUMBER] = {"name": "number", "scale": "robust", "clip": None}
        return wanted

    def training(self) -> Training:
        """Some dozen epochs, stopped early; without hidden layers many gentle steps, to the bottom of the bowl."""
        if not self.hidden:
            steady = Regularisation(l2=0.0)
            return Training(epochs=500, learning_rate=0.03, regularisation=steady, warmup=0.0, early_stopping=50)
        regularisation = Regularisation(l2=0.03, dropout=0.1)
        return Training(epochs=40, learning_rate=2e-3, regularisation=regularisation, warmup=0.05, early_stopping=8)

    def goal(self) -> Goal:
        """As the settings say."""
        return Goal(self.loss, self.quantile)

    def variants(self) -> Sequence[Settings]:
        """As it is, with waves for numbers, and more of it."""
        return ({}, {"numbers": "periodic"}, {"hidden": [128, 128], "members": 8})

    def space(self) -> Space:
        """How wide, how deep, and how numbers go in."""
        hidden = Options(([96], [64, 64], [96, 96], [128, 128], [192, 192], [96, 96, 96]))
        return {
            "hidden": hidden,
            "numbers": Options(("piecewise", "periodic", "plain")),
            "members": Options((2, 4, 8, 16)),
        }

    def cheaper(self, times: float) -> Settings:
        """Fewer members."""
        members = int(self.members / times)
        return {"members": members} if 1 <= members < self.members else {}

    def build(self, train: Examples, training: Training) -> MlpModule:
        """The module, untrained.

        Raises:
            RecipeError: a block is of tokens.
        """
        blocks = {f"x{place}": block for place, block in enumerate(train.inputs.values())}
        members = self.members if self.hidden else 1
        embed = Embed(blocks, self._numbers())
        return MlpModule(embed, self.hidden, members, training.regularisation.dropout, train.outputs)

    def _numbers(self) -> Callable[[Floats], Numbers]:
        if not self.hidden:
            return Straight
        if self.numbers == "plain":
            return Bent
        return partial(Mixed, embedded=_in_bins if self.numbers == "piecewise" else _in_waves)


def _in_bins(values: Floats) -> Embedded:
    return Embedded(values, Bins(values, BINS), WIDTH)


def _in_waves(values: Floats) -> Embedded:
    return Embedded(values, Waves(values, WAVES), WIDTH)
