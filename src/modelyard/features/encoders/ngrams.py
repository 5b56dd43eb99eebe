"""Texts as weighted sets of hashed character and word n-grams: the baseline that is hard to beat.

Works for any script: character n-grams need no word segmenter, and every Chinese, Japanese or Korean character counts
as a word. Hashing: Weinberger 2009; the weight of an n-gram is (1 + ln tf) * idf, each text scaled to unit length.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import AfterValidator, Field

from modelyard.core.blocks import Bag, Block, Form
from modelyard.core.featuring import Encoder, FittedEncoder, State
from modelyard.core.normal import normal
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Ints, Kind, Values

WORD = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]|\w+(?:'\w+)?")
MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads the bits of neighbouring values
LONGEST_RUN = 10  # characters
FINAL = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's finalizer constant


def grams(units: Ints, low: int, high: int, kind: int) -> Ints:
    """The hashes of all runs of `low` to `high` units: [runs] uint64; `kind` keeps words and characters apart."""
    out: list[Ints] = []
    if len(units) == 0 or high == 0:
        return np.zeros(0, dtype=np.uint64)
    running: Ints = np.full(len(units), kind * int(FINAL) % 2**64, dtype=np.uint64)
    for width in range(1, high + 1):
        if width > len(units):
            break
        running = (running[: len(units) - width + 1] ^ units[width - 1 :]) * MIX
        running = running ^ (running >> np.uint64(29))
        if width >= low:
            out.append(running * FINAL + np.uint64(width))
    return np.concatenate(out) if out else np.zeros(0, dtype=np.uint64)


@dataclass(frozen=True)
class FittedNgrams(FittedEncoder):
    """Hash, count, weigh, scale."""

    words: int
    characters: tuple[int, int]
    bits: int
    longest: int
    idf: Floats  # [buckets] float32

    def __call__(self, values: Values) -> Block:
        """[rows] of text or None to Bag; a missing text is an empty one."""
        size = 1 << self.bits
        ids, weights, lengths = [], [], []
        for value in values.tolist():
            buckets, counts = self.count(value or "")
            weight = (1.0 + np.log(counts)) * self.idf[buckets]
            norm = float(np.sqrt((weight * weight).sum()))
            ids.append(buckets)
            weights.append((weight / norm if norm > 0 else weight).astype(np.float32))
            lengths.append(len(buckets))
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Bag(np.concatenate(ids or [_NONE]), offsets, np.concatenate(weights or [_NONE.astype(np.float32)]), size)

    def count(self, text: str) -> tuple[Ints, Ints]:
        """The buckets of a text's n-grams [distinct] int64 and how often each occurs [distinct]."""
        plain = normal(text[: self.longest]).lower()
        tokens = WORD.findall(plain)
        words = np.array([zlib.crc32(token.encode()) for token in tokens], dtype=np.uint64)
        spaced = f" {' '.join(tokens)} " if tokens else ""
        characters = np.frombuffer(spaced.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
        hashes = np.concatenate([grams(words, 1, self.words, 1), grams(characters, *self.characters, 2)])
        buckets, counts = np.unique(hashes >> np.uint64(64 - self.bits), return_counts=True)
        return buckets.astype(np.int64), counts

    @property
    def limit(self) -> str:
        """How much of a text is read."""
        return f"{self.longest:,} characters (longest)"

    def cut(self, values: Values) -> int:
        """How many texts have more characters than are read."""
        return sum(len(value or "") > self.longest for value in values.tolist())

    def state(self) -> State:
        """Settings as JSON, document frequencies as a NumPy file."""
        file = io.BytesIO()
        np.save(file, self.idf, allow_pickle=False)
        low, high = self.characters
        return {
            "words": self.words,
            "characters": [low, high],
            "bits": self.bits,
            "longest": self.longest,
            "idf.npy": file.getvalue(),
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        """From the state."""
        content, characters = state["idf.npy"], state["characters"]
        if not isinstance(content, bytes) or not isinstance(characters, list):
            raise TypeError("no state of ngrams")
        idf = np.load(io.BytesIO(content), allow_pickle=False)
        low, high = (int(str(edge)) for edge in characters)
        words, bits, longest = (int(str(state[key])) for key in ("words", "bits", "longest"))
        return cls(words, (low, high), bits, longest, idf)


def _runs(edges: tuple[int, int]) -> tuple[int, int]:
    low, high = edges
    if edges != (0, 0) and not 1 <= low <= high <= LONGEST_RUN:
        raise ValueError(f"runs are 1 to {LONGEST_RUN} characters, the shortest first, or [0, 0] for none")
    return edges


@part
class Ngrams(Encoder):
    """Word 1- to `words`-grams and character n-grams in `2**bits` buckets, weighed by how rare they are."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    makes: ClassVar[Form] = "bag"
    default_for: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})
    fitted: ClassVar[type[FittedEncoder]] = FittedNgrams

    words: int = Field(default=2, ge=0, le=5)
    characters: Annotated[tuple[int, int], AfterValidator(_runs)] = (2, 5)
    bits: int = Field(default=18, ge=8, le=24)
    longest: int = Field(default=20_000, ge=1, description="characters of a text that are read")

    def fit(self, values: Values, column: Column, target: Floats | None) -> FittedNgrams:  # noqa: ARG002
        """Learn how many texts each bucket occurs in: idf = ln((1 + n) / (1 + df)) + 1."""
        size = 1 << self.bits
        blank = FittedNgrams(self.words, self.characters, self.bits, self.longest, np.ones(size, dtype=np.float32))
        frequency = np.zeros(size, dtype=np.int64)
        for value in values.tolist():
            frequency[blank.count(value or "")[0]] += 1
        idf = (np.log((1 + len(values)) / (1 + frequency)) + 1).astype(np.float32)
        return FittedNgrams(self.words, self.characters, self.bits, self.longest, idf)


_NONE = np.zeros(0, dtype=np.int64)
