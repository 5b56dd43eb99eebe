"""No labels: a text is of the class whose description it is most like."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from modelyard.core import order
from modelyard.core.blocks import Examples, Form, Inputs, feeds
from modelyard.core.errors import Problems, RecipeError, nearest
from modelyard.core.protocols import Learns, Network
from modelyard.core.registry import part
from modelyard.core.training import Training
from modelyard.core.types import Column, Floats, Json, Kind, Task
from modelyard.features import weights as pretrained
from modelyard.features.fit import ENCODERS
from modelyard.features.sentences import check_length
from modelyard.models.layers.encoder import load
from modelyard.models.layers.unit import UnitTexts, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Descriptions: TypeAlias = "dict[str, str | tuple[str, ...]]"
WHERE = "model.descriptions"


class ZeroShotModule(nn.Module):
    """[rows, classes] logits: cosines of a text's vector with each class's, over the temperature (Radford 2021).

    Of several texts, the mean of their cosines counts.
    """

    classes: Tensor

    def __init__(self, texts: UnitTexts, classes: Tensor, temperature: float) -> None:
        """`classes` [classes, width], each of length 1."""
        super().__init__()
        self.texts, self.temperature = texts, temperature
        self.register_buffer("classes", classes)

    def forward(self, **feeds: Tensor) -> Tensor:
        """Nothing here was learnt from a label."""
        logits: Tensor = self.texts(feeds).mean(dim=1) @ self.classes.T / self.temperature
        return logits


@part
class ZeroShot(Network):
    """A text's class is the one whose description is most similar; no label is learnt from.

    A description is a sentence or several, of which the mean counts; a class without one is described by its name in
    the `template`.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    learns: ClassVar[Learns] = "nothing"
    reads: ClassVar[frozenset[Form]] = frozenset({"tokens"})
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    weights: str = Field(default=pretrained.DEFAULT, description="a name in the table, a local folder, or a hub name")
    max_length: int = Field(default=256, ge=2, le=8192, description="tokens of a text that are read")
    descriptions: Descriptions = Field(
        default_factory=dict, description="a class's name to a sentence that describes its texts, or several"
    )
    template: str = Field(default="This text is about {label}.", description="describes a class by its name")
    temperature: float = Field(default=0.05, gt=0, le=10, description="the smaller, the surer are the answers")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        check_length(self.weights, self.max_length, pretrained.longest(self.weights))
        if "{label}" not in self.template:
            raise ValueError("'template' holds no {label}")
        for name, said in self.descriptions.items():
            if not _sentences(said) or not all(sentence.strip() for sentence in _sentences(said)):
                raise ValueError(f"the description of '{name}' is empty")
        return self

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as the tokens of these weights."""
        return {Kind.TEXT: {"name": "tokens", "weights": self.weights, "max_length": self.max_length}}

    def training(self) -> Training:
        """None at all."""
        return Training(epochs=0, learning_rate=0.0)

    def build(self, train: Examples, training: Training) -> ZeroShotModule:  # noqa: ARG002
        """The module with its pretrained encoder, and the descriptions as vectors.

        Raises:
            RecipeError: no text column is read as tokens, the weights are not to be had, a description is of what is no
                class, or a class has neither a description nor a name that says anything.
        """
        texts = UnitTexts(load(self.weights, self.max_length), texts_of(train.inputs, "zero_shot"))
        sentences = self._described(train.classes)
        vectors = self._vectors(texts, [one for some in sentences for one in some])
        ends = np.cumsum([len(some) for some in sentences])[:-1]
        means = torch.from_numpy(np.stack([some.mean(axis=0) for some in np.split(vectors, ends)]))
        return ZeroShotModule(texts, nn.functional.normalize(means, dim=1), self.temperature)

    def _described(self, classes: Sequence[str]) -> list[tuple[str, ...]]:
        """The sentences of each class."""
        found = Problems(RecipeError)
        said = {}
        for name, sentences in self.descriptions.items():
            if name not in classes:
                found.add(f"'{name}' is no class of the target", WHERE, nearest(name, classes))
            said[name] = _sentences(sentences)
        for name in classes:
            if name not in said and not any(sign.isalpha() for sign in name):
                hint = f'say descriptions: {{"{name}": "a sentence about its texts"}}'
                found.add(f"the name of the class '{name}' says nothing of its texts", WHERE, hint)
        found.raise_any()
        return [said.get(name) or (self.template.replace("{label}", name),) for name in classes]

    def _vectors(self, texts: UnitTexts, sentences: Sequence[str]) -> Floats:
        """[sentences, width] float32 of unit length, read as the texts are."""
        settings = dict(self.encoders()[Kind.TEXT])
        encoder = ENCODERS.build(str(settings.pop("name")), settings)
        values = np.array(sentences, dtype=object)
        block = encoder.fit(values, Column("descriptions", Kind.TEXT), None)(values)
        reads = UnitTexts(texts.encoder, ["x0"]).eval()

        def ask(batch: Inputs) -> Floats:
            fed = {name: torch.from_numpy(array) for name, array in feeds(batch).items()}
            return np.asarray(reads(fed)[:, 0].numpy())

        with torch.inference_mode():
            return order.answer({"x0": block}, ask, lambda done: None)  # noqa: ARG005


def _sentences(said: str | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said
