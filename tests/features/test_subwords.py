"""A tokenizer that is learnt: the same pieces for the same texts, whatever signs come later."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import get_args

import pytest
from tokenizers import Tokenizer

from modelyard.features.subwords import SPECIAL, Algorithm, train_tokenizer

TEXTS = [
    *("The food was great, the service was not.", "Great food! great people", "the greatest of the great foods"),
    *("这家酒店很好,服务也很好", "酒店很差,服务很慢", "很好的酒店 great hotel", "", "🦊🦊 great"),
] * 3
every = pytest.mark.parametrize("algorithm", get_args(Algorithm))


@every
def test_what_is_often_seen_stays_whole_in_any_script(algorithm: Algorithm) -> None:
    tokenizer = Tokenizer.from_str(train_tokenizer(TEXTS, 300, algorithm))
    tokens = tokenizer.encode("The GREAT 酒店").tokens
    assert tokens[:3] == ["[CLS]", "▁the", "▁great"]
    assert len(tokenizer.encode("这家酒店很好").ids) - 2 < len("这家酒店很好")
    assert tokens[-1] == "[SEP]"
    assert tokenizer.encode("\uff47reat").ids == tokenizer.encode("great").ids


@every
def test_special_tokens_come_first(algorithm: Algorithm) -> None:
    tokenizer = Tokenizer.from_str(train_tokenizer(TEXTS, 300, algorithm))
    assert [tokenizer.token_to_id(token) for token in SPECIAL] == [0, 1, 2, 3, 4]


@every
@pytest.mark.parametrize("vocabulary", [64, 90, 8000])
def test_there_are_no_more_pieces_than_wanted(algorithm: Algorithm, vocabulary: int) -> None:
    size = Tokenizer.from_str(train_tokenizer(TEXTS, vocabulary, algorithm)).get_vocab_size()
    assert 20 < size <= vocabulary


@every
@pytest.mark.parametrize(
    "texts", [[], [""], ["rent"], ["🦊"], [" \t"], ["长" * 5_000], ["aaaa", "长 x", "[CLS] [PAD]"]]
)
def test_any_text_is_cut_after_any_texts(algorithm: Algorithm, texts: list[str]) -> None:
    tokenizer = Tokenizer.from_str(train_tokenizer(texts, 64, algorithm))
    for text in ("", "rent", "🧑‍🚀 é \x00 \u200b", "没见过的字", "x" * 10_000):
        ids = tokenizer.encode(text).ids
        assert (ids[0], ids[-1]) == (2, 3)
        assert max(ids) < tokenizer.get_vocab_size()
    assert tokenizer.encode("").ids == [2, 3]
    assert 1 in tokenizer.encode("没").ids, "an unseen sign is unknown"


@every
def test_another_process_with_more_threads_learns_the_same(algorithm: Algorithm) -> None:
    code = (
        "import sys; from tests.features.test_subwords import TEXTS, train_tokenizer;"
        f"sys.stdout.buffer.write(train_tokenizer(TEXTS, 300, {algorithm!r}).encode())"
    )
    many = os.environ | {"RAYON_NUM_THREADS": "3", "TOKENIZERS_PARALLELISM": "true", "PYTHONHASHSEED": "5"}
    again = subprocess.run([sys.executable, "-c", code], env=many, capture_output=True, check=True)
    assert again.stdout.decode() == train_tokenizer(TEXTS, 300, algorithm)
