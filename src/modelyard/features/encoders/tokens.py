"""Texts as a pretrained network's tokens, by the tokenizer that its weights came with."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from modelyard.core.blocks import Form
from modelyard.core.featuring import Encoder, FittedEncoder
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import weights as pretrained
from modelyard.features.tokenizing import FittedTokens, compact


@part
class Tokens(Encoder):
    """The tokens that the pretrained `weights` read, the first `max_length` of each text."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    makes: ClassVar[Form] = "tokens"
    fitted: ClassVar[type[FittedEncoder]] = FittedTokens

    weights: str = Field(default=pretrained.DEFAULT, description="a name in the table, a local folder, or a hub name")
    max_length: int = Field(default=128, ge=2, le=8192)
    prefix: str | None = Field(
        default=None,
        max_length=200,
        description="stands before every text; left out: what the table says of the weights",
    )

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedTokens:  # noqa: ARG002
        """Take the tokenizer of the weights as it is.

        Raises:
            RecipeError: the weights are not to be had, or bring no tokenizer.json.
        """
        prefix = pretrained.prefix(self.weights) if self.prefix is None else self.prefix
        return FittedTokens(compact(pretrained.tokenizer_json(self.weights)), self.max_length, prefix)
