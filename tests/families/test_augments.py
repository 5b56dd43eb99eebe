"""What holds of every augment: rows of the training rows' sort, as many as it says, by chance that a seed decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.augmenting import Made, Sample
from modelyard.core.featuring import RowAugment
from modelyard.core.types import Column, Kind
from modelyard.data import pictures, values
from modelyard.families import AUGMENTS
from modelyard.features.augmenting import pieces
from tests import drawing
from tests.families import parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = [name for name in AUGMENTS.names if RowAugment in AUGMENTS.part(name).__mro__]
every_augment = pytest.mark.parametrize("name", [name for name in AUGMENTS.names if name not in ROWS])
every_of_texts = pytest.mark.parametrize("name", ["drop", "swap", "synonym"])
every_of_rows = pytest.mark.parametrize("name", ROWS)
CERTAIN = frozenset({"flip"})  # in which there is no chance
TEXTS = ["paid late, says client; perhaps great time", "逾期还清天气好", "late", "", None, "🙂 !?", "Paid PAID late"]
HELD: dict[Kind, list[Any]] = {Kind.TEXT: TEXTS, Kind.IMAGE: [*drawing.every(), None]}
SAID: dict[str, dict[str, Any]] = {"window": {"columns": "n_*"}}  # what a part must be told
KNOWN = {
    **{f"n_{place}": Column(f"n_{place}", Kind.NUMBER) for place in range(6)},
    "count": Column("count", Kind.NUMBER, storage="integer"),
    "home": Column("home", Kind.CATEGORY),
    "member": Column("member", Kind.BOOLEAN),
    "since": Column("since", Kind.TIME),
    "picture": Column("picture", Kind.IMAGE),
}


def build(name: str, folder: Path, **said: Any) -> Any:
    return parts.build(AUGMENTS, name, {"weights": str(folder), **said})


def changed(augment: Any, texts: Sequence[Any], seed: int = 0) -> list[Any]:
    found = augment(np.array(texts, dtype=object), np.random.default_rng(seed))
    return list(found.tolist())


def held(name: str) -> list[Any]:
    (kind,) = AUGMENTS.part(name).kinds
    return HELD[kind]


def sample(augment: RowAugment, rows: int = 40, seed: int = 0) -> Sample:
    """Rows of each kind with gaps, of two classes, one of which has a fifth of them; as many columns as it reads."""
    random = np.random.default_rng(seed)
    gaps = random.random(rows) < 0.1
    told: dict[str, Any] = {f"n_{place}": random.normal(place, 2, rows) for place in range(6)}
    told["n_1"][gaps] = np.nan
    told["count"] = random.integers(0, 9, rows).astype(np.float64)
    told["home"] = random.choice(["rent", "own"], rows).astype(object)
    told["home"][gaps] = None
    told["member"] = np.where(gaps, np.nan, random.integers(0, 2, rows))
    told["since"] = np.datetime64("2024-01-01", "us") + random.integers(0, 10**12, rows).astype("timedelta64[us]")
    told["since"][gaps] = np.datetime64("NaT")
    told["picture"] = np.array([None if gone else drawing.square(int(60 + row)) for row, gone in enumerate(gaps)])
    read = [KNOWN[name] for name in KNOWN if KNOWN[name].kind in augment.kinds]
    asked = augment.changes(read)
    target = (np.arange(rows) % 5 == 0).astype(np.int64)
    return Sample({name: told[name] for name in asked}, {name: KNOWN[name] for name in asked}, target, ("no", "yes"))


def same(one: Made, other: Made) -> bool:
    return all(np.array_equal(_plain(one.columns[name]), _plain(other.columns[name])) for name in one.columns)


def _plain(found: Any) -> Any:
    return np.array([str(value) for value in found.tolist()])


@every_augment
def test_it_gives_copies_round_by_round(name: str, tiny_bert: Path) -> None:
    told = held(name)
    given_ = np.array(told, dtype=object)
    before = given_.copy()
    rounds = [{"directions": ["horizontal"] * copies} if name == "flip" else {"copies": copies} for copies in (1, 3)]
    for copies, said in zip((1, 3), rounds, strict=True):
        out = build(name, tiny_bert, **said)(given_, np.random.default_rng(0))
        assert out.dtype == object
        assert len(out) == copies * len(told)
        for place, value in enumerate(out):
            source = told[place % len(told)]
            assert (value is None) == (source is None)
            assert bool(value) == bool(source), "a text never becomes empty"
            assert type(value) is type(source)
    assert given_.tolist() == before.tolist(), "what it reads stays as it is"
    assert changed(build(name, tiny_bert), []) == []


@every_augment
def test_one_seed_one_answer(name: str, tiny_bert: Path) -> None:
    said = {} if name == "flip" else {"copies": 5}
    augment = build(name, tiny_bert, **said)
    assert changed(augment, held(name), 1) == changed(build(name, tiny_bert, **said), held(name), 1)
    assert (changed(augment, held(name), 1) != changed(augment, held(name), 2)) == (name not in CERTAIN)


@every_of_texts
def test_it_changes_texts_of_any_script(name: str, tiny_bert: Path) -> None:
    for text in TEXTS[:2]:
        assert set(changed(build(name, tiny_bert, copies=20), [text])) - {text}


@every_of_texts
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


@pytest.mark.parametrize("name", [name for name in AUGMENTS.names if Kind.IMAGE in AUGMENTS.part(name).kinds])
def test_changed_pictures_are_pictures_of_the_same_size(name: str, tiny_bert: Path) -> None:
    if name in ROWS:
        found = build(name, tiny_bert).made(sample(build(name, tiny_bert)), np.random.default_rng(1))
        pairs = [(drawing.square(), content) for content in found.columns["picture"]]
    else:
        pairs = list(zip(drawing.every(), changed(build(name, tiny_bert), drawing.every()), strict=True))
    for before, after in pairs:
        if after is not None:
            assert pictures.decoded(after).size == pictures.decoded(before).size
            assert after.startswith(b"\x89PNG"), "kept without loss"


@every_of_rows
def test_rows_that_are_made_are_of_the_rows_sort(name: str, tiny_bert: Path) -> None:
    augment = build(name, tiny_bert, **SAID.get(name, {}))
    rows = sample(augment)
    before = {one: found.copy() for one, found in rows.columns.items()}
    found = augment.made(rows, np.random.default_rng(3))
    assert len(found.like) > 0
    assert set(found.columns) == set(rows.columns)
    assert ((found.like >= 0) & (found.like < len(rows))).all()
    for one, made in found.columns.items():
        assert made.dtype == rows.columns[one].dtype
        assert made.shape == found.like.shape
        if KNOWN[one].kind in {Kind.CATEGORY, Kind.BOOLEAN}:
            assert set(_plain(made)) <= set(_plain(rows.columns[one])), "no level is invented"
    for told in (found.labels, found.weight):
        assert told is None or told.shape == found.like.shape
    assert found.weight is None or ((found.weight > 0) & (found.weight <= 1)).all()
    for one, kept in before.items():
        assert np.array_equal(_plain(kept), _plain(rows.columns[one])), "what it reads stays as it is"


@every_of_rows
def test_one_seed_makes_the_same_rows(name: str, tiny_bert: Path) -> None:
    augment = build(name, tiny_bert, **SAID.get(name, {}))
    rows = sample(augment)
    assert same(augment.made(rows, np.random.default_rng(1)), augment.made(rows, np.random.default_rng(1)))
    assert not same(augment.made(rows, np.random.default_rng(1)), augment.made(rows, np.random.default_rng(2)))


@every_of_rows
def test_rows_without_a_gap_are_made_without_one(name: str, tiny_bert: Path) -> None:
    augment = build(name, tiny_bert, **SAID.get(name, {}))
    whole = sample(augment)
    kept = ~np.any([values.missing(found) for found in whole.columns.values()], axis=0)
    rows = Sample({one: v[kept] for one, v in whole.columns.items()}, whole.known, whole.target[kept], whole.classes)
    found = augment.made(rows, np.random.default_rng(1))
    assert len(found.like) > 0
    assert not any(values.missing(made).any() for made in found.columns.values())
