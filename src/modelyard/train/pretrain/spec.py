"""How texts without labels are learnt from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from modelyard.core.errors import Problems, UsageError
from modelyard.core.registry import part, tell
from modelyard.models.auto import Seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = 64  # units that an attention head is wide, where the width allows


@part
class PretrainSpec:
    """Settings of a pretraining; they and the texts decide its weights.

    `mlm` fills in masked tokens, `skipgram` foretells a token's neighbours. With `weights` a masked language model goes
    on from those, whose vocabulary, layers and width it keeps; otherwise it begins at random ones. Without a
    `batch_size` or a `learning_rate` the objective's usual ones are taken. `window` and `negatives` are skip-gram's:
    how many tokens to each side are foretold, and how many others each is told from.
    """

    objective: Literal["mlm", "skipgram"] = "mlm"
    weights: str | None = None
    epochs: int = Field(default=10, ge=1, le=10_000)
    vocabulary: int = Field(default=8000, ge=64, le=500_000, description="tokens of the tokenizer that is trained")
    layers: int = Field(default=4, ge=1, le=48)
    width: int = Field(default=256, ge=8, le=4096)
    max_length: int = Field(default=128, ge=8, le=8192, description="tokens of a piece; longer texts give several")
    batch_size: int | None = Field(default=None, ge=1, description="pieces of text a step")
    learning_rate: float | None = Field(default=None, gt=0)
    masked: float = Field(default=0.15, gt=0, lt=1, description="share of tokens that are to be filled in")
    window: int = Field(default=5, ge=1, le=50)
    negatives: int = Field(default=5, ge=1, le=100)
    time_limit: Seconds | None = Field(default=None, description="seconds, or such as 90s, 10m, 1.5h")
    seed: int = Field(default=7, ge=0)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.weights is not None and self.objective == "skipgram":
            raise ValueError("skip-gram begins at random; only the objective mlm goes on from weights")
        if self.width % self.heads:
            raise ValueError(f"the width {self.width} does not divide by {self.heads} heads; say a multiple of {HEAD}")
        return self

    @property
    def heads(self) -> int:
        """Attention heads of a network that begins at random."""
        return max(1, self.width // HEAD)


def spec_of(settings: Mapping[str, Any]) -> PretrainSpec:
    """Settings, checked.

    Raises:
        UsageError: some do not fit; all that is wrong at once.
    """
    try:
        return TypeAdapter(PretrainSpec).validate_python(dict(settings))
    except ValidationError as error:
        found = Problems(UsageError)
        tell(error, [field.name for field in dataclasses.fields(PretrainSpec)], "pretrain", found)
        found.raise_any()
        raise
