"""A pretrained transformers encoder with a linear head, frozen or fine-tuned, beside any table columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from modelyard.core.errors import RecipeError
from modelyard.core.protocols import TABLE, Network
from modelyard.core.registry import part
from modelyard.core.training import Regularisation, Training
from modelyard.core.types import Examples, Form, Json, Kind, Task, places
from modelyard.features import weights as pretrained
from modelyard.models.layers.embed import Embed
from modelyard.models.layers.encoder import TextEncoder, check_length, load

if TYPE_CHECKING:
    from collections.abc import Mapping


class PretrainedModule(nn.Module):
    """One encoder for every text column, then a linear head.

    `features` is what a frozen encoder makes of rows, so that training can compute it once.
    """

    def __init__(
        self, encoder: TextEncoder, texts: list[str], rest: Embed | None, dropout: float, outputs: int
    ) -> None:
        """`texts` are the feeds' names of the text columns, `rest` embeds all other columns."""
        super().__init__()
        self.encoder, self.texts, self.rest = encoder, texts, rest
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(encoder.width * len(texts) + sum(rest.widths if rest else []), outputs)

    def features(self, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, width * texts] float32: each text's mean token."""
        return torch.cat([self.encoder(feeds[f"{x}_ids"], feeds[f"{x}_mask"]) for x in self.texts], dim=1)

    def answer(self, features: Tensor, feeds: dict[str, Tensor]) -> Tensor:
        """[rows, outputs] from features and the other columns."""
        parts = [features] if self.rest is None else [features, self.rest(feeds)]
        answers: Tensor = self.head(self.dropout(torch.cat(parts, dim=1)))
        return answers

    def forward(self, **feeds: Tensor) -> Tensor:
        """[rows, outputs] logits or scaled values."""
        return self.answer(self.features(feeds), feeds)


@part
class Pretrained(Network):
    """A transformers encoder by a name in the table, a local folder or a hub name.

    `tuning` is `head` (the encoder stays as it is) or `full` (every weight learns).
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    reads: ClassVar[frozenset[Form]] = TABLE | {"tokens"}
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    weights: str = pretrained.DEFAULT
    tuning: Literal["head", "full"] = "full"
    max_length: int = Field(default=128, ge=2, le=8192, description="tokens of a text that are read")

    @model_validator(mode="after")
    def _reads_so_far(self) -> Self:
        check_length(self.weights, self.max_length, pretrained.longest(self.weights))
        return self

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as the tokens of these weights."""
        return {Kind.TEXT: {"name": "tokens", "weights": self.weights, "max_length": self.max_length}}

    def training(self) -> Training:
        """Few epochs at a small rate for every weight; many at a larger one for a head alone."""
        regularisation = Regularisation(dropout=0.1)
        if self.tuning == "head":
            return Training(
                epochs=60, batch_size=32, learning_rate=5e-3, regularisation=regularisation, early_stopping=6
            )
        return Training(epochs=3, batch_size=32, learning_rate=5e-5, regularisation=regularisation, early_stopping=2)

    def build(self, train: Examples, training: Training) -> PretrainedModule:
        """The module with its pretrained encoder and a new head.

        Raises:
            RecipeError: no text column is read as tokens, or the weights are not to be had.
        """
        named = places({name: block.spec for name, block in train.inputs.items()})
        texts = [name for name, spec in named.items() if spec.form == "tokens"]
        if not texts:
            hint = "say columns: {NAME: {kind: text}}, or choose another model"
            raise RecipeError("'pretrained' reads texts, and no column is a text", "model", hint)
        encoder = load(self.weights, self.max_length)
        blocks = dict(zip(named, train.inputs.values(), strict=True))
        others = {name: block for name, block in blocks.items() if block.spec.form != "tokens"}
        rest = Embed(others) if others else None
        if self.tuning == "head":
            encoder.requires_grad_(requires_grad=False)
        return PretrainedModule(encoder, texts, rest, training.regularisation.dropout, train.outputs)
