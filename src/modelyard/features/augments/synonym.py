"""Words are replaced by ones that pretrained weights have near them.

Near is the cosine of the weights' input embeddings (as with Wang and Yang 2015). What stands in like places is near,
so `good` may become `bad`: whether it helps is decided on the validation rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import msgspec
import numpy as np
from pydantic import Field

from modelyard.core.errors import RecipeError
from modelyard.core.featuring import Augment
from modelyard.core.registry import missing_extra, part
from modelyard.core.types import Floats, Kind, Values
from modelyard.features import augmenting, weights
from modelyard.features.encoders.ngrams import WORD

TABLES = ("word_embeddings.weight", "embed_tokens.weight", "shared.weight", "wte.weight")  # how weights name theirs
STARTS = ("\u2581", "\u0120")  # what marks a token that begins a word, where tokens inside words bear no mark
DENSE = "\u2e80"  # where the scripts without spaces begin
PIECE = 256  # words whose neighbours are sought at once


@part
class Synonym(Augment):
    """A `share` of the words become one of the `nearest` words of the `weights`, in so many `copies` of a row."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.TEXT})

    share: float = Field(default=0.1, gt=0, le=1)
    copies: int = Field(default=1, ge=1, le=20)
    nearest: int = Field(default=5, ge=1, le=50)
    weights: str = weights.DEFAULT

    def __call__(self, texts: Values, random: np.random.Generator) -> Values:
        """[rows] of text or None to [rows * copies].

        Raises:
            RecipeError: the weights bring no embeddings that can be read.
            MissingExtraError: what reads them, or the package that carries them, is not installed.
        """
        words = _words(self.weights)
        asked = {word.lower() for text in texts if text for word in augmenting.pieces(text).words}
        near = words.near(sorted(asked & words.places.keys()), self.nearest)

        def change(text: str) -> str:
            found = augmenting.pieces(text)
            changed = list(found.words)
            known = [place for place, word in enumerate(found.words) if word.lower() in near]
            count = min(len(known), len(augmenting.some(len(changed), self.share, random)))
            for place in random.permutation(known)[:count]:
                other = str(random.choice(near[changed[place].lower()]))
                changed[place] = other.capitalize() if changed[place][:1].isupper() else other
            return str(augmenting.Pieces(tuple(changed), found.gaps))

        return augmenting.each(texts, self.copies, change)


@dataclass(frozen=True)
class _Words:
    """The whole words of a vocabulary by their places, and their embeddings [words, width] float32 of length one."""

    places: dict[str, int]
    vectors: Floats

    def near(self, words: list[str], count: int) -> dict[str, list[str]]:
        """The nearest other words of each."""
        names = np.array(list(self.places), dtype=object)
        found: dict[str, list[str]] = {}
        for start in range(0, len(words), PIECE):
            some = words[start : start + PIECE]
            mine = np.array([self.places[word] for word in some])
            cosines = self.vectors[mine] @ self.vectors.T
            cosines[np.arange(len(some)), mine] = -np.inf
            best = np.argsort(-cosines, axis=1, kind="stable")[:, : min(count, len(names) - 1)]
            found |= {word: names[row].tolist() for word, row in zip(some, best, strict=True) if len(row)}
        return found


@lru_cache(maxsize=2)
def _words(name: str) -> _Words:
    tokens = msgspec.json.decode(weights.tokenizer_json(name))["model"]["vocab"]
    ids = dict(tokens) if isinstance(tokens, dict) else {token: place for place, (token, _) in enumerate(tokens)}
    marked = any(token.startswith(STARTS) for token in ids)
    rows: dict[str, int] = {}
    for token, row in ids.items():
        word = token.lstrip("".join(STARTS))
        begins = word != token if marked else not token.startswith("##")
        if WORD.fullmatch(word) and word == word.lower() and (begins or word >= DENSE):
            rows.setdefault(word, row)
    vectors = _table(name)[list(rows.values())].astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return _Words({word: place for place, word in enumerate(rows)}, vectors)


def _table(name: str) -> Floats:
    """The input embeddings of some weights: [tokens, width]."""
    try:
        from safetensors import SafetensorError, safe_open
    except ModuleNotFoundError as error:
        raise missing_extra(error, "augment 'synonym'") from error
    hint = "choose weights with a model.safetensors of float32 or float16, such as " + weights.DEFAULT
    try:
        with safe_open(weights.folder(name) / "model.safetensors", framework="numpy") as file:
            for key in file.keys():  # noqa: SIM118 - no mapping
                if key.endswith(TABLES):
                    table: Floats = file.get_tensor(key)
                    return table
    except (OSError, SafetensorError, TypeError) as error:
        raise RecipeError("the embeddings cannot be read", f"weights '{name}'", hint) from error
    raise RecipeError("the weights hold no input embeddings", f"weights '{name}'", hint)
