"""A pretrained transformers encoder with a linear head, frozen, adapted or fine-tuned, beside any table columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from modelyard.core.blocks import Examples, Form, places
from modelyard.core.errors import RecipeError
from modelyard.core.protocols import TABLE, Network
from modelyard.core.registry import part
from modelyard.core.training import Regularisation, Training
from modelyard.core.types import Json, Kind, Task
from modelyard.features import weights as pretrained
from modelyard.features.sentences import check_length
from modelyard.models.layers.embed import Embed
from modelyard.models.layers.encoder import Pooling, TextEncoder, load

if TYPE_CHECKING:
    from collections.abc import Mapping

# How many times faster than the pretrained weights those learn that are new: the head, and what embeds other columns.
HASTE = {"head": 1.0, "lora": 4.0, "full": 20.0}
LARGE_VOCABULARY = 100_000  # tokens: those of weights for many languages


class PretrainedModule(nn.Module):
    """One encoder for every text column, then a linear head.

    `features` is what a frozen encoder makes of rows, so that training can compute it once.
    """

    def __init__(
        self, encoder: TextEncoder, texts: list[str], rest: Embed | None, training: Training, outputs: int, haste: float
    ) -> None:
        """`texts` are the feeds' names of the text columns, `rest` embeds all other columns."""
        super().__init__()
        self.encoder, self.texts, self.rest, self.haste = encoder, texts, rest, haste
        self.dropout = nn.Dropout(training.regularisation.dropout)
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

    def rates(self, layer_decay: float) -> dict[str, float]:
        """The share of the learning rate at which each parameter learns; what is new here learns faster."""
        depths = self.encoder.depths()
        known = {f"encoder.{name}": layer_decay ** depths.get(name, 0) for name, _ in self.encoder.named_parameters()}
        return {name: known.get(name, self.haste) for name, _ in self.named_parameters()}

    def settle(self) -> None:
        """Without adapters, which become part of the encoder, and without what training alone wants."""
        if any("lora_" in name for name, _ in self.named_parameters()):
            from modelyard.models.layers import lora  # peft, for adapters alone

            lora.merge(self.encoder.network)
        if getattr(self.encoder.network, "is_activation_checkpointing", False):
            self.encoder.network.activation_checkpointing_disable()  # type: ignore[operator]


@part
class Pretrained(Network):
    """A transformers encoder by a name in the table, a local folder or a hub name.

    `tuning` is `head` (the encoder stays as it is), `lora` (adapters of `lora_rank` beside its matrices learn, Hu 2022)
    or `full` (every weight learns). A text is its tokens' mean, or its first token with `pooling: cls`. Embeddings of
    a vocabulary of more than 100,000 tokens stay as they are unless `train_embeddings: true`: they are most of such
    weights, and each is seen too seldom to learn.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset(Task)
    reads: ClassVar[frozenset[Form]] = TABLE | {"tokens"}
    needs: ClassVar[frozenset[Form]] = frozenset({"tokens"})

    weights: str = pretrained.DEFAULT
    tuning: Literal["head", "lora", "full"] = "full"
    max_length: int = Field(default=128, ge=2, le=8192, description="tokens of a text that are read")
    pooling: Pooling = "mean"
    prefix: str | None = Field(default=None, description="before every text; if not said, what these weights want")
    lora_rank: int = Field(default=8, ge=1, le=1024)
    lora_alpha: float = Field(default=16, gt=0)
    train_embeddings: bool | None = Field(default=None, description="if not said, of up to 100,000 tokens")
    gradient_checkpointing: bool = Field(default=False, description="less memory for long texts, a third more time")

    @model_validator(mode="after")
    def _reads_so_far(self) -> Self:
        check_length(self.weights, self.max_length, pretrained.longest(self.weights))
        return self

    def encoders(self) -> Mapping[Kind, Mapping[str, Json]]:
        """Texts as the tokens of these weights."""
        said: dict[str, Json] = {"weights": self.weights, "max_length": self.max_length, "prefix": self.prefix}
        return {Kind.TEXT: {"name": "tokens", **said}}

    def training(self) -> Training:
        """Few epochs at a small rate for every weight; a larger one for adapters, and many epochs for a head alone."""
        usual = Training(
            epochs=3,
            batch_size=32,
            learning_rate=1e-4,
            regularisation=Regularisation(dropout=0.1),
            schedule="linear",
            early_stopping=2,
        )
        if self.tuning == "head":
            return replace(usual, epochs=60, learning_rate=5e-3, early_stopping=6)
        if self.tuning == "lora":
            return replace(usual, learning_rate=5e-4)
        return replace(usual, layer_decay=0.9)

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
        encoder = load(self.weights, self.max_length, self.pooling)
        blocks = dict(zip(named, train.inputs.values(), strict=True))
        others = {name: block for name, block in blocks.items() if block.spec.form != "tokens"}
        rest = Embed(others) if others else None
        self._tune(encoder)
        return PretrainedModule(encoder, texts, rest, training, train.outputs, HASTE[self.tuning])

    def _tune(self, encoder: TextEncoder) -> None:
        """Say which of the encoder's weights learn, and how."""
        network: Any = encoder.network
        embeddings = network.get_input_embeddings()
        if self.tuning == "head":
            network.requires_grad_(requires_grad=False)
            return
        if self.tuning == "lora":
            from modelyard.models.layers import lora  # peft, for adapters alone

            lora.adapt(network, self.lora_rank, self.lora_alpha)
        else:
            small = embeddings.num_embeddings <= LARGE_VOCABULARY
            embeddings.requires_grad_(small if self.train_embeddings is None else self.train_embeddings)
        if self.gradient_checkpointing:
            if not network.supports_gradient_checkpointing:
                problem = f"'{self.weights}' cannot be trained with gradient checkpointing"
                raise RecipeError(problem, "model.gradient_checkpointing", "leave it out")
            network.activation_checkpointing_enable()
