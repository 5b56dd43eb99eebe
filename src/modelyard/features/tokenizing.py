"""Texts as token ids, by a tokenizer that a bundle keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np
from tokenizers import Tokenizer

from modelyard.core.blocks import Block, Tokens
from modelyard.core.featuring import FittedEncoder, State

if TYPE_CHECKING:
    from modelyard.core.types import Values

READ = 20  # characters read for each token kept: what lies beyond cannot reach the first `max_length` tokens


@dataclass(frozen=True)
class FittedTokens(FittedEncoder):
    """A tokenizer cut to a length; `prefix` stands before every text, as some weights want it."""

    tokenizer_json: str
    max_length: int
    prefix: str = ""
    tokenizer: Tokenizer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the tokenizer once; padding is the block's business."""
        tokenizer = Tokenizer.from_str(self.tokenizer_json)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.max_length)
        object.__setattr__(self, "tokenizer", tokenizer)

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Tokens; a missing text is an empty one."""
        texts = [self.prefix + (value or "")[: self.max_length * READ] for value in values.tolist()]
        several = len(texts) > 1  # one text needs no pool of threads
        encoded = self.tokenizer.encode_batch_fast(texts) if several else [self.tokenizer.encode(t) for t in texts]
        ids = [np.array(item.ids, dtype=np.int32) for item in encoded]
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int64)
        flat = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32)
        return Tokens(flat, offsets, self.tokenizer.get_vocab_size(), self.padding)

    @property
    def limit(self) -> str:
        """How much of a text is read."""
        return f"{self.max_length:,} tokens (max_length)"

    def cut(self, values: Values) -> int:
        """How many texts have more tokens than are read, those that mark its beginning and end included."""
        texts = [self.prefix + (value or "") for value in values.tolist()]
        longest = self.max_length * READ + len(self.prefix)
        beyond = sum(len(text) > longest for text in texts)
        room = self.max_length - self.tokenizer.num_special_tokens_to_add(is_pair=False)
        doubtful = [text for text in texts if len(text) <= longest and len(text.encode()) > room]
        return beyond + sum(bool(item.overflowing) for item in self.tokenizer.encode_batch(doubtful))

    @property
    def padding(self) -> int:
        """The id that fills rows up."""
        for token in ("[PAD]", "<pad>"):
            number = self.tokenizer.token_to_id(token)
            if number is not None:
                return int(number)
        return 0

    def state(self) -> State:
        """The length and the prefix as JSON, the tokenizer as the file that the tokenizers library writes."""
        content = self.tokenizer_json.encode()
        return {"max_length": self.max_length, "prefix": self.prefix, "tokenizer.json": content}

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the state."""
        content = state["tokenizer.json"]
        if not isinstance(content, bytes):
            raise TypeError("no state of tokens")
        return cls(content.decode(), int(str(state["max_length"])), str(state.get("prefix", "")))


def compact(tokenizer_json: str) -> str:
    """The same tokenizer, written without spaces."""
    return json.dumps(json.loads(tokenizer_json), ensure_ascii=False, separators=(",", ":"))
