"""Texts as pieces of words, by a tokenizer that is learnt from the training rows."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from modelyard.core import events
from modelyard.core.blocks import Form
from modelyard.core.featuring import Encoder, FittedEncoder
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import weights as pretrained
from modelyard.features.subwords import Algorithm, train_tokenizer
from modelyard.features.tokenizing import READ, FittedTokens, compact


@part
class Subwords(Encoder):
    """At most `vocabulary` pieces learnt from the texts at hand, in any language; the first `max_length` of each text.

    Where `weights` names a folder, its tokenizer.json is taken as it is.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    makes: ClassVar[Form] = "tokens"
    fitted: ClassVar[type[FittedEncoder]] = FittedTokens

    algorithm: Algorithm = "bpe"
    vocabulary: int = Field(default=8000, ge=64, le=500_000, description="the most pieces that are learnt")
    max_length: int = Field(default=256, ge=3, le=8192, description="pieces of a text that are read")
    weights: str | None = Field(default=None, description="a folder with a tokenizer.json, as `pretrain` writes it")

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedTokens:  # noqa: ARG002
        """Learn the pieces from the training rows.

        Raises:
            RecipeError: the folder is not there, or holds no tokenizer.json.
        """
        if self.weights is not None:
            return FittedTokens(compact(pretrained.tokenizer_json(self.weights)), self.max_length)
        events.step("learning subwords", 0, 1, column.name)
        texts = [value[: self.max_length * READ] for value in values.tolist() if value]
        learnt = train_tokenizer(texts, self.vocabulary, self.algorithm)
        events.step("learning subwords", 1, 1, column.name)
        return FittedTokens(compact(learnt), self.max_length)
