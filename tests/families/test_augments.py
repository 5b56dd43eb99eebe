"""What holds of every augment: as many rows as it says, by chance that a seed decides, in any script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.families import AUGMENTS
from modelyard.features.augmenting import pieces
from tests.families import parts

if TYPE_CHECKING:
    from pathlib import Path

every_augment = pytest.mark.parametrize("name", AUGMENTS.names)
TEXTS = ["paid late, says client; perhaps great time", "逾期还清天气好", "late", "", None, "🙂 !?", "Paid PAID late"]


def build(name: str, folder: Path, **said: Any) -> Any:
    return parts.build(AUGMENTS, name, {"weights": str(folder), **said})


def changed(augment: Any, texts: list[str | None], seed: int = 0) -> list[str | None]:
    found = augment(np.array(texts, dtype=object), np.random.default_rng(seed))
    return list(found.tolist())


@every_augment
def test_it_gives_copies_round_by_round(name: str, tiny_bert: Path) -> None:
    given_ = np.array(TEXTS, dtype=object)
    before = given_.copy()
    for copies in (1, 3):
        augment = build(name, tiny_bert, copies=copies)
        out = augment(given_, np.random.default_rng(0))
        assert out.dtype == object
        assert len(out) == copies * len(TEXTS)
        for place, text in enumerate(out):
            source = TEXTS[place % len(TEXTS)]
            assert (text is None) == (source is None)
            assert bool(text) == bool(source), "a text never becomes empty"
    assert given_.tolist() == before.tolist(), "what it reads stays as it is"
    assert changed(augment, []) == []


@every_augment
def test_one_seed_one_answer(name: str, tiny_bert: Path) -> None:
    augment = build(name, tiny_bert, share=0.5, copies=5)
    assert changed(augment, TEXTS, 1) == changed(build(name, tiny_bert, share=0.5, copies=5), TEXTS, 1)
    assert changed(augment, TEXTS, 1) != changed(augment, TEXTS, 2)


@every_augment
def test_it_changes_texts_of_any_script(name: str, tiny_bert: Path) -> None:
    for text in TEXTS[:2]:
        assert set(changed(build(name, tiny_bert, copies=20), [text])) - {text}


@every_augment
@given(text=st.text(alphabet="ab 逾期,.🙂\n", max_size=80), share=st.floats(0.01, 0.9))
def test_it_touches_no_more_than_the_share(name: str, text: str, share: float, tiny_bert: Path) -> None:
    (out,) = changed(build(name, tiny_bert, share=share), [text])
    assert out is not None
    before, after = pieces(text).words, pieces(out).words
    touched = max(round(share * len(before)), 1)
    if name == "drop":
        assert len(before) - touched <= len(after) <= len(before)
    elif len(after) == len(before):  # letters that stood apart by a sign alone may stand together now
        differing = sum(one != other for one, other in zip(before, after, strict=True))
        assert differing <= touched * (2 if name == "swap" else 1)
