"""Text columns as vectors of unit length, by one encoder: what similarity is measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from modelyard.core.blocks import places
from modelyard.core.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.blocks import Inputs
    from modelyard.models.layers.encoder import TextEncoder


class UnitTexts(nn.Module):
    """What `core.blocks.feeds` names to [rows, texts, width] float32: each text's vector, its length 1."""

    def __init__(self, encoder: TextEncoder, texts: Sequence[str]) -> None:
        """`texts` are the first halves of the feeds' names."""
        super().__init__()
        self.encoder, self.texts = encoder, list(texts)

    @property
    def width(self) -> int:
        """Of one text's vector."""
        return self.encoder.width

    def forward(self, feeds: dict[str, Tensor]) -> Tensor:
        """One encoder reads every column."""
        vectors = [self.encoder(feeds[f"{name}_ids"], feeds[f"{name}_mask"]) for name in self.texts]
        return nn.functional.normalize(torch.stack(vectors, dim=1), dim=2)


def texts_of(inputs: Inputs, model: str) -> list[str]:
    """The text columns, by the first halves of their feeds' names; `model` is who asks.

    Raises:
        RecipeError: there are none.
    """
    named = places({name: block.spec for name, block in inputs.items()})
    texts = [name for name, spec in named.items() if spec.form == "tokens"]
    if not texts:
        hint = "say columns: {NAME: {kind: text}}, or choose another model"
        raise RecipeError(f"'{model}' reads texts, and no column is a text", "model", hint)
    return texts
