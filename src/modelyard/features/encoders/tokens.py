"""Texts as a pretrained network's tokens, by the tokenizer that its weights came with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from pydantic import Field
from tokenizers import Tokenizer

from modelyard.core.protocols import Encoder, FittedEncoder, State
from modelyard.core.registry import part
from modelyard.core.types import Block, Column, Floats, Form, Kind, Values
from modelyard.core.types import Tokens as TokensBlock
from modelyard.features import weights as pretrained

READ = 20  # characters read for each token kept: what lies beyond cannot reach the first `max_length` tokens


@dataclass(frozen=True)
class FittedTokens(FittedEncoder):
    """A tokenizer cut to a length."""

    tokenizer_json: str
    max_length: int
    tokenizer: Tokenizer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the tokenizer once; padding is the block's business."""
        tokenizer = Tokenizer.from_str(self.tokenizer_json)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.max_length)
        object.__setattr__(self, "tokenizer", tokenizer)

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Tokens; a missing text is an empty one."""
        texts = [(value or "")[: self.max_length * READ] for value in values.tolist()]
        several = len(texts) > 1  # one text needs no pool of threads
        encoded = self.tokenizer.encode_batch_fast(texts) if several else [self.tokenizer.encode(t) for t in texts]
        ids = [np.array(item.ids, dtype=np.int32) for item in encoded]
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int64)
        flat = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32)
        return TokensBlock(flat, offsets, self.tokenizer.get_vocab_size(), self.padding)

    @property
    def padding(self) -> int:
        """The id that fills rows up."""
        for token in ("[PAD]", "<pad>"):
            number = self.tokenizer.token_to_id(token)
            if number is not None:
                return int(number)
        return 0

    def state(self) -> State:
        """The length as JSON, the tokenizer as the file that the tokenizers library writes."""
        return {"max_length": self.max_length, "tokenizer.json": self.tokenizer_json.encode()}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the state."""
        content = state["tokenizer.json"]
        if not isinstance(content, bytes):
            raise TypeError("no state of tokens")
        return cls(content.decode(), int(str(state["max_length"])))


@part
class Tokens(Encoder):
    """The tokens that the pretrained `weights` read, the first `max_length` of each text."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    makes: ClassVar[Form] = "tokens"
    fitted: ClassVar[type[FittedEncoder]] = FittedTokens

    weights: str = Field(default=pretrained.DEFAULT, description="a name in the table, a local folder, or a hub name")
    max_length: int = Field(default=128, ge=2, le=8192)

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedTokens:  # noqa: ARG002
        """Take the tokenizer of the weights as it is.

        Raises:
            RecipeError: the weights are not to be had, or bring no tokenizer.json.
        """
        content = pretrained.tokenizer_json(self.weights)
        return FittedTokens(json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":")), self.max_length)
