"""The contract of encoders, on every encoder and every kind that it reads: what training saw is what serving sees."""

from __future__ import annotations

import base64
import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.blocks import Bag, Block, Codes, Numbers, Tokens
from modelyard.core.featuring import Joining
from modelyard.core.types import Column, Kind, Values
from modelyard.data import values
from modelyard.features.fit import ENCODERS
from tests import drawing, making
from tests.families import parts

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.featuring import FittedEncoder

CASES = [(name, kind) for name in ENCODERS.names for kind in sorted(ENCODERS.part(name).kinds)]
every_case = pytest.mark.parametrize(("name", "kind"), CASES)

TEXTS = st.one_of(
    st.text(max_size=60), st.sampled_from(["rent", "own", "按时还清", "逾期", "🦊🧑‍🚀", "Ünïcode", "a b c", ""])
)
MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001 - wall clocks
RAW: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**60), 2**60)),
    Kind.BOOLEAN: st.sampled_from([True, False]),
    Kind.TIME: MOMENTS,
    Kind.CATEGORY: TEXTS,
    Kind.IDENTIFIER: TEXTS,
    Kind.TEXT: TEXTS,
    Kind.IMAGE: st.sampled_from(drawing.every()),
}
WORDS: list[object] = [
    *(
        "",
        " ",
        "\t\n",
        "0",
        "None",
        "nan",
        "\x00",
        "\ufeff",
        "\u200b",
        "\u202eright to left",
        "中文 与 English",
        "🦊" * 40,
    ),
    *("é", "e\u0301", "ﬁ", "Ⅷ", "ß", "İ", "x" * 100_000, "长" * 30_000, "word " * 9_000, "'" * 50, "[CLS] [PAD] <s>"),
]
EXTREMES: dict[Kind, list[object]] = {
    Kind.NUMBER: [0, -0.0, 5e-324, 1.7e308, -1.7e308, 2**63, -(10**300), 1e-300, math.pi],
    Kind.BOOLEAN: [True, False, "yes", "否", 0, 1, "T"],
    Kind.TIME: [
        *("0001-01-01", "9999-12-31T23:59:59.999999", "1970-01-01", "2024-02-29T12:00", "2026-03-31T12:30:00+08:00"),
        *(
            date(2024, 2, 29),
            datetime(2024, 2, 29, 23, 59, tzinfo=timezone(timedelta(hours=-11))),
            datetime.now(tz=UTC),
        ),
    ],
    Kind.CATEGORY: [*WORDS, 3, 2.5, True, 10**30],
    Kind.IDENTIFIER: [*WORDS, 3, 2.5, True, 10**30],
    Kind.TEXT: WORDS,
    Kind.IMAGE: [*drawing.every(), base64.b64encode(drawing.square()).decode()],
}


def read(raw: list[Any], kind: Kind) -> Values:
    return values.from_list(raw, Column("x", kind), refuse)


def refuse(row: int, problem: object) -> None:
    raise AssertionError(f"row {row}: {problem}")


@pytest.fixture(scope="module")
def given_settings(tiny_bert: Path) -> dict[str, Any]:
    return {"weights": str(tiny_bert)}


def fit(name: str, kind: Kind, raw: list[Any], given: dict[str, Any]) -> FittedEncoder:
    found = read(raw, kind)
    target = np.linspace(0, 1, len(found))
    fitted: FittedEncoder = parts.build(ENCODERS, name, given).fit(found, Column("x", kind), target)
    return fitted


def restored(fitted: FittedEncoder) -> FittedEncoder:
    """By way of what a bundle holds: JSON, and bytes beside it."""
    state = fitted.state()
    held = {key: value for key, value in state.items() if isinstance(value, bytes)}
    text = json.dumps({key: value for key, value in state.items() if key not in held}, allow_nan=False)
    return type(fitted).restore({**json.loads(text), **held})


def lists(kind: Kind, most: int = 12) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.one_of(st.none(), RAW[kind]), min_size=1, max_size=most)


def check_form(block: Block, rows: int) -> None:
    """The shapes and types that core.types promises."""
    assert len(block) == rows
    if isinstance(block, Numbers):
        assert block.values.dtype == np.float32
        assert block.values.shape == (rows, block.spec.size)
        assert np.isfinite(block.values).all()
    elif isinstance(block, Codes):
        assert block.codes.dtype == np.int64
        assert block.codes.shape == (rows,)
        assert ((block.codes >= 0) & (block.codes < block.levels)).all()
    else:
        assert isinstance(block, (Tokens, Bag))
        assert block.offsets.shape == (rows + 1,)
        assert block.offsets[0] == 0
        assert block.offsets[-1] == len(block.ids)
        assert (np.diff(block.offsets) >= 0).all()
        assert ((block.ids >= 0) & (block.ids < block.spec.size)).all()
        assert block.ids.dtype == (np.int32 if isinstance(block, Tokens) else np.int64)
    if isinstance(block, Bag):
        assert block.weights.dtype == np.float32
        assert block.weights.shape == block.ids.shape
        assert np.isfinite(block.weights).all()
    for array in block.arrays().values():
        assert array.dtype in {np.dtype(np.float32), np.dtype(np.int64)}
        assert array.shape[0] == rows


@every_case
@given(data=st.data())
def test_blocks_have_their_form(name: str, kind: Kind, given_settings: dict[str, Any], data: st.DataObject) -> None:
    fitted = fit(name, kind, data.draw(lists(kind)), given_settings)
    assert isinstance(fitted, ENCODERS.part(name).fitted)
    later = data.draw(lists(kind))
    block = fitted(read(later, kind))
    check_form(block, len(later))
    assert block.spec == fitted(read([None], kind)).spec, "the form of a block depends on its rows"
    assert block.spec.form == ENCODERS.part(name).makes


@every_case
@given(data=st.data())
def test_it_is_pure(name: str, kind: Kind, given_settings: dict[str, Any], data: st.DataObject) -> None:
    fitted = fit(name, kind, data.draw(lists(kind)), given_settings)
    found = read(data.draw(lists(kind)), kind)
    before = found.copy()
    first, second = fitted(found), fitted(found)
    assert making.same(first, second)
    assert np.array_equal(found, before, equal_nan=found.dtype.kind == "f") or found.dtype.kind == "M"
    if found.dtype.kind == "M":
        assert np.array_equal(found.view(np.int64), before.view(np.int64))


@every_case
@given(data=st.data())
def test_a_row_does_not_depend_on_the_others(
    name: str, kind: Kind, given_settings: dict[str, Any], data: st.DataObject
) -> None:
    fitted = fit(name, kind, data.draw(lists(kind)), given_settings)
    found = read(data.draw(lists(kind)), kind)
    whole = fitted(found)
    for row in range(len(found)):
        assert making.same(whole.take(np.array([row])), fitted(found[row : row + 1]))
    order = np.array(data.draw(st.permutations(range(len(found)))))
    assert making.same(whole.take(order), fitted(found[order]))


@every_case
@given(data=st.data())
def test_it_comes_back_from_json_and_bytes(
    name: str, kind: Kind, given_settings: dict[str, Any], data: st.DataObject
) -> None:
    fitted = fit(name, kind, data.draw(lists(kind)), given_settings)
    again = restored(fitted)
    found = read(data.draw(lists(kind)), kind)
    assert making.same(fitted(found), again(found))
    assert restored(again).state() == fitted.state()


@every_case
@given(data=st.data())
def test_a_frame_and_python_values_give_the_same(
    name: str, kind: Kind, given_settings: dict[str, Any], data: st.DataObject
) -> None:
    fitted = fit(name, kind, data.draw(lists(kind)), given_settings)
    later = [float(v) if isinstance(v, int) and kind is Kind.NUMBER else v for v in data.draw(lists(kind))]
    series = pl.Series("x", later, dtype=None if any(v is not None for v in later) else pl.String)
    assert making.same(fitted(read(later, kind)), fitted(values.from_series(series, Column("x", kind))))


@every_case
@given(data=st.data())
def test_columns_encoded_together_are_as_each_alone(
    name: str, kind: Kind, given_settings: dict[str, Any], data: st.DataObject
) -> None:
    fitted = [fit(name, kind, data.draw(lists(kind)), given_settings) for _ in range(3)]
    if not isinstance(fitted[0], Joining):
        return
    rows = data.draw(st.integers(0, 5))
    columns = [read(data.draw(st.lists(RAW[kind], min_size=rows, max_size=rows)), kind) for _ in fitted]
    together = type(fitted[0]).joined(fitted)(columns)
    assert all(making.same(block, one(found)) for block, one, found in zip(together, fitted, columns, strict=True))


@every_case
def test_extremes_are_encoded(name: str, kind: Kind, given_settings: dict[str, Any]) -> None:
    extremes = [*EXTREMES[kind], None]
    for learnt in (extremes, EXTREMES[kind][:1], [None], [None, *EXTREMES[kind][:2]] * 3):
        fitted = fit(name, kind, learnt, given_settings)
        check_form(fitted(read(extremes, kind)), len(extremes))
        again = restored(fitted)
        assert making.same(again(read(extremes, kind)), fitted(read(extremes, kind)))


@every_case
def test_no_rows_are_an_empty_block(name: str, kind: Kind, given_settings: dict[str, Any]) -> None:
    fitted = fit(name, kind, [*EXTREMES[kind][:3], None], given_settings)
    check_form(fitted(read([], kind)), 0)


@every_case
def test_a_closed_column_takes_all_the_levels_that_it_names(
    name: str, kind: Kind, given_settings: dict[str, Any]
) -> None:
    if kind is not Kind.CATEGORY:
        return
    column = Column("x", kind, levels=("甲", "b", "never seen"), closed=True)
    found = values.from_list(["b", "甲", None], column, refuse)
    fitted = parts.build(ENCODERS, name, given_settings).fit(found, column, np.array([0.0, 1.0, 0.5]))
    check_form(fitted(values.from_list(["never seen", "b"], column, refuse)), 2)
