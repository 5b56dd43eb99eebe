"""Texts as pieces of tokens: nothing of a long text is left unread, and a few pieces are held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core import events, seeds
from modelyard.core.blocks import Tokens
from modelyard.core.errors import DataError
from modelyard.core.types import Ints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

LEAST = 20  # texts from which one can be held out and something be learnt
HELD = 0.05  # share of the texts that tell how well was learnt
MOST = 2000  # of these
AT_ONCE = 10_000  # texts that are tokenized between two words of progress


@dataclass(frozen=True)
class Pieces:
    """Pieces of texts, [pieces] rows of tokens; `train` and `held` are the numbers of those to learn from and not."""

    tokens: Tokens
    train: Ints
    held: Ints
    texts: int


def pieces(texts: Sequence[str], tokenizer: Tokenizer, longest: int, seed: int, *, framed: bool) -> Pieces:
    """Each text once, cut where it is longer than `longest` tokens.

    Where pieces are `framed`, the tokens that the tokenizer puts around an empty text stand around each.

    Raises:
        DataError: there are too few texts.
    """
    first, last = _frame(tokenizer) if framed else ([], [])
    room = longest - len(first) - len(last)
    ids: list[list[int]] = []
    of_text: list[int] = []
    distinct = list(dict.fromkeys(texts))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    for start in range(0, len(distinct), AT_ONCE):
        events.step("tokenizing", start, len(distinct))
        some = distinct[start : start + AT_ONCE]
        for number, found in enumerate(tokenizer.encode_batch_fast(some, add_special_tokens=False), start):
            for begin in range(0, len(found.ids), room):
                ids.append([*first, *found.ids[begin : begin + room], *last])
                of_text.append(number)
    events.step("tokenizing", len(distinct), len(distinct))
    numbers = np.array(of_text, dtype=np.int64)
    known = np.unique(numbers)
    if len(known) < LEAST:
        raise DataError(f"holds {len(known)} different texts", "pretrain", f"give at least {LEAST}, better thousands")
    kept = min(max(round(HELD * len(known)), 1), MOST)
    held = np.isin(numbers, seeds.generator(seed, "held out").choice(known, kept, replace=False))
    flat = np.fromiter((number for row in ids for number in row), dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int64)
    padding = next((n for t in ("[PAD]", "<pad>") if (n := tokenizer.token_to_id(t)) is not None), 0)
    tokens = Tokens(flat, offsets, tokenizer.get_vocab_size(), padding)
    return Pieces(tokens, np.flatnonzero(~held), np.flatnonzero(held), len(known))


def _frame(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """What the tokenizer puts before and after a text, such as [CLS] and [SEP]."""
    around = list(tokenizer.encode("").ids)
    half = (len(around) + 1) // 2
    return around[:half], around[half:]
