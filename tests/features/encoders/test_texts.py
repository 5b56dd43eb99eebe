"""Texts as n-grams and as tokens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from transformers import AutoTokenizer

from modelyard.core.blocks import Bag
from modelyard.core.blocks import Tokens as TokensBlock
from modelyard.core.errors import RecipeError
from modelyard.core.types import Column, Kind
from modelyard.features import weights
from modelyard.features.encoders.ngrams import Ngrams, grams
from modelyard.features.encoders.tokens import Tokens
from modelyard.features.fit import ENCODERS

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.featuring import FittedEncoder

COLUMN = Column("x", Kind.TEXT)


def texts(*found: str | None) -> Any:
    return np.array(found, dtype=object)


def bag(fitted: FittedEncoder, *found: str | None) -> Bag:
    block = fitted(texts(*found))
    assert isinstance(block, Bag)
    return block


def buckets(fitted: FittedEncoder, text: str) -> set[int]:
    return set(bag(fitted, text).ids.tolist())


# Hashes as they were in format 1 of bundles. Should one change, bundles that exist would answer otherwise.
PINNED = [
    ("late again", [391, 1892, 2561, 4747, 7321, 8944, 9367, 11495], 41),
    ("逾期了", [2597, 2929, 10997, 13970, 14427, 17278, 20119, 21173], 23),
    ("a", [2561, 23283, 43237, 64903], 4),
]


@pytest.mark.parametrize(("text", "first", "count"), PINNED)
def test_a_hash_never_changes(text: str, first: list[int], count: int) -> None:
    found = bag(Ngrams(bits=16).fit(texts("a"), COLUMN, None), text)
    assert found.ids[:8].tolist() == first
    assert len(found.ids) == count
    assert found.size == 2**16


def test_grams_are_all_runs_of_units() -> None:
    units = np.array([1, 2, 3], dtype=np.uint64)
    assert grams(units, 1, 2, 1).tolist() == [
        4_874_757_236_651_327_995,
        4_720_771_203_480_547_238,
        17_993_757_688_415_559_889,
        12_364_500_314_430_501_184,
        1_384_094_676_111_381_133,
    ]
    for low, high, runs in ((1, 1, 3), (2, 2, 2), (3, 3, 1), (1, 3, 6), (4, 9, 0), (1, 0, 0)):
        assert len(set(grams(units, low, high, 1).tolist())) == runs
    assert not set(grams(units, 1, 3, 1).tolist()) & set(grams(units, 1, 3, 2).tolist()), "words are no characters"
    assert len(grams(units[:0], 1, 3, 1)) == 0


def test_words_and_characters_are_counted() -> None:
    words = Ngrams(words=2, characters=(0, 0), bits=20)
    assert len(words.fit(texts("a"), COLUMN, None)(texts("one two one")).ids) == 2 + 2  # type: ignore[union-attr]
    characters = Ngrams(words=0, characters=(2, 2), bits=20)
    assert len(characters.fit(texts("a"), COLUMN, None)(texts("ab")).ids) == 3  # type: ignore[union-attr]  # ' a', 'ab', 'b '


SAME = [("Café", "CAFÉ"), ("ﬁne", "fine"), ("don't", "DON'T"), ("a  b", "a b"), ("Ⅷ", "viii"), ("a, b!", "a b")]
OTHER = [("ab", "ba"), ("a b", "b a"), ("逾期", "期逾"), ("1", "2"), ("cafe", "café")]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_capitals_width_and_punctuation_do_not_count(left: str, right: str) -> None:
    fitted = Ngrams(bits=20).fit(texts("a"), COLUMN, None)
    assert buckets(fitted, left) == buckets(fitted, right)


@pytest.mark.parametrize(("left", "right"), OTHER)
def test_order_and_characters_count(left: str, right: str) -> None:
    fitted = Ngrams(bits=20).fit(texts("a"), COLUMN, None)
    assert buckets(fitted, left) != buckets(fitted, right)


def test_every_chinese_character_is_a_word() -> None:
    fitted = Ngrams(words=1, characters=(0, 0), bits=20).fit(texts("a"), COLUMN, None)
    assert len(buckets(fitted, "逾期未还")) == 4
    assert buckets(fitted, "逾期未还") == buckets(fitted, "还 未,期 逾")
    assert len(buckets(fitted, "ひらがな 한국")) == 6


def test_a_text_is_weighed_by_rarity_and_has_unit_length() -> None:
    fitted = Ngrams(words=1, characters=(0, 0), bits=20).fit(texts("common rare", "common", "common"), COLUMN, None)
    both = bag(fitted, "common rare")
    assert float((both.weights**2).sum()) == pytest.approx(1)
    rare, common = math.log(4 / 2) + 1, math.log(4 / 4) + 1
    assert sorted(both.weights.tolist()) == pytest.approx(
        [common / math.hypot(rare, common), rare / math.hypot(rare, common)]
    )
    again = bag(fitted, "common common rare")
    assert max(again.weights.tolist()) < max(both.weights.tolist()), "what is said twice weighs more"


@pytest.mark.parametrize("empty", [None, "", "   ", "!?", "\u200b"])
def test_a_text_without_words_is_an_empty_row(empty: str | None) -> None:
    fitted = Ngrams(bits=16).fit(texts("a", empty), COLUMN, None)
    assert bag(fitted, empty, "a", empty).lengths().tolist()[::2] == [0, 0]


def test_what_lies_behind_the_longest_is_not_read() -> None:
    fitted = Ngrams(longest=4, bits=16).fit(texts("a"), COLUMN, None)
    assert buckets(fitted, "abcd efgh") == buckets(fitted, "abcd")


@pytest.mark.parametrize("settings", [{"bits": 7}, {"bits": 25}, {"words": 6}, {"longest": 0}])
def test_settings_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(RecipeError):
        ENCODERS.build("ngrams", settings)


@pytest.mark.parametrize("edges", [(0, 3), (3, 2), (-1, 2), (1, 0), (1, 11)])
def test_character_runs_out_of_range_are_refused(edges: tuple[int, int]) -> None:
    with pytest.raises(RecipeError):
        ENCODERS.build("ngrams", {"characters": edges})


READ = [
    "The client paid on time.",
    "逾期 again, 默认!",
    "Ünïcode and e\u0301mojis 🦊",
    "",
    "word " * 300,
    "UPPER lower MiXeD",
    "tabs\tand\nlines",
    "[CLS] is no token of mine [SEP]",
]


@pytest.mark.parametrize("name", ["tiny", weights.DEFAULT])
def test_tokens_are_those_of_the_weights_own_tokenizer(name: str, tiny_bert: Path) -> None:
    folder = tiny_bert if name == "tiny" else weights.folder(name)
    fitted = Tokens(weights=str(tiny_bert) if name == "tiny" else name, max_length=32).fit(texts("a"), COLUMN, None)
    theirs = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    block = fitted(texts(*READ))
    assert isinstance(block, TokensBlock)
    for row, text in enumerate(READ):
        wanted = theirs(text, truncation=True, max_length=32)["input_ids"]
        assert block.ids[block.offsets[row] : block.offsets[row + 1]].tolist() == wanted
        alone = fitted(texts(text))
        assert isinstance(alone, TokensBlock)
        assert alone.ids.tolist() == wanted
    assert block.vocabulary == len(theirs)
    assert block.padding == theirs.pad_token_id


def test_a_missing_text_is_an_empty_one(tiny_bert: Path) -> None:
    fitted = Tokens(weights=str(tiny_bert), max_length=8).fit(texts("a"), COLUMN, None)
    block = fitted(texts(None, "", "a"))
    assert block.arrays()["ids"].tolist()[:2] == [[2, 3, 0], [2, 3, 0]]  # [CLS] [SEP] and what fills up


def test_the_tokenizer_travels_with_the_bundle(tiny_bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "tokenizer.json").write_text((tiny_bert / "tokenizer.json").read_text(encoding="utf-8"), encoding="utf-8")
    fitted = Tokens(weights=str(folder), max_length=8).fit(texts("a"), COLUMN, None)
    (folder / "tokenizer.json").unlink()
    again = type(fitted).restore(fitted.state())
    assert (
        again(texts("late", "paid")).arrays()["ids"].tolist() == fitted(texts("late", "paid")).arrays()["ids"].tolist()
    )


def test_weights_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"the weights bring no tokenizer\.json"):
        weights.tokenizer_json(str(tmp_path))
    with pytest.raises(RecipeError) as caught:
        weights.folder("all-MiniLM-L6-v2!")  # no name that the hub could know
    assert "did you mean 'all-MiniLM-L6-v2'?" in caught.value.hint


def test_a_fingerprint_is_of_the_weights(tiny_bert: Path, tmp_path: Path) -> None:
    first = weights.fingerprint(str(tiny_bert))
    copies = [tmp_path / "same", tmp_path / "other"]
    for copy in copies:
        copy.mkdir()
        for file in tiny_bert.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
    (copies[1] / "config.json").write_bytes(b"{}")
    (copies[0] / "notes.md").write_text("no part of the weights")
    assert weights.fingerprint(str(copies[0])) == first
    assert weights.fingerprint(str(copies[1])) != first


LONGER = [
    ("ngrams", 10, "characters", ["a" * 10, "a" * 11, "好" * 10, "好" * 11, "", None], 2),
    ("tokens", 10, "max_length", ["a " * 8, "a " * 9, "好" * 8, "好" * 9, "坏" * 400, "late" * 2, "", None], 3),
]


@pytest.mark.parametrize(("name", "most", "setting", "found", "cut"), LONGER)
def test_texts_longer_than_what_is_read_are_counted(
    name: str, most: int, setting: str, found: list[str | None], cut: int, tiny_bert: Path
) -> None:
    said = {"longest": most} if name == "ngrams" else {"max_length": most, "weights": str(tiny_bert)}
    fitted: Any = ENCODERS.build(name, said).fit(texts("a"), COLUMN, None)
    assert fitted.cut(texts(*found)) == cut
    assert setting in fitted.limit
    assert fitted.cut(texts()) == 0


def test_what_a_block_holds_is_whole_just_where_nothing_was_cut(tiny_bert: Path) -> None:
    fitted: Any = Tokens(weights=str(tiny_bert), max_length=12).fit(texts("a"), COLUMN, None)
    whole: Any = Tokens(weights=str(tiny_bert), max_length=128).fit(texts("a"), COLUMN, None)
    for text in ("paid late " * 4, "paid late " * 5, "逾期 again " * 3, "x" * 10, "x" * 11, "x" * 200, " " * 100):
        longer = int(whole(texts(text)).lengths()[0]) > 12
        assert fitted.cut(texts(text)) == longer, text
