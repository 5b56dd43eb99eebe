"""The contract of perturbations: as many rows of the same sort, which a bundle takes, by chance that a seed decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.types import Column, Kind, Values
from modelyard.data import values
from modelyard.families import PERTURBATIONS
from tests.families import parts

if TYPE_CHECKING:
    from modelyard.core.protocols import Perturbation
    from modelyard.run import Run

every_perturbation = pytest.mark.parametrize("name", PERTURBATIONS.names)
LEVELS = ("own", "rent", "父母家")
TEXTS = ["Paid late, says the client; perhaps great time", "逾期，还清天气好！", "late", "", None, "🙂 !?", "a"] * 8
HOLDS: dict[Kind, list[Any]] = {
    Kind.NUMBER: [1.0, 2.5, np.nan, -3.0, 0.0, 40.0, 7.0] * 8,
    Kind.CATEGORY: ["own", "rent", None, "父母家", "own", "rent", "own"] * 8,
    Kind.BOOLEAN: [1.0, 0.0, np.nan, 1.0, 0.0, 0.0, 1.0] * 8,
    Kind.TIME: ["2026-01-01", "2025-01-01", "NaT", "2020-02-29", "2026-01-01", "2025-01-01", "2020-01-01"] * 8,
    Kind.TEXT: TEXTS,
}
COLUMNS = [
    Column("it", kind, nullable=nullable, levels=LEVELS if kind is Kind.CATEGORY else (), closed=closed)
    for kind in HOLDS
    for nullable in (True, False)
    for closed in ((False, True) if kind is Kind.CATEGORY else (False,))
]


def held(column: Column) -> Values:
    found = np.array(HOLDS[column.kind], dtype=values.DTYPES.get(column.kind, object))
    return found if column.nullable else found[~values.missing(found)]


def changed(part: Perturbation, column: Column, seed: int = 0) -> Values:
    before = held(column)
    kept = before.copy()
    out = part(before, column, before, np.random.default_rng(seed))
    assert same(before, kept), "what it reads stays as it is"
    return out


def same(left: Values, right: Values) -> bool:
    return bool(((left == right) | (values.missing(left) & values.missing(right))).all())


@every_perturbation
def test_it_applies_to_some_columns_and_changes_them(name: str) -> None:
    part = parts.build(PERTURBATIONS, name)
    applying = [column for column in COLUMNS if part.applies(column)]
    assert applying
    for column in applying:
        assert not same(changed(part, column), held(column))


@every_perturbation
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_what_it_makes_is_what_a_client_could_send(name: str, column: Column) -> None:
    part = parts.build(PERTURBATIONS, name)
    if not part.applies(column):
        return
    before, out = held(column), changed(part, column)
    assert out.shape == before.shape
    assert out.dtype == before.dtype
    wrong: list[object] = []
    plain = [None if gone else value for value, gone in zip(out.tolist(), values.missing(out), strict=True)]
    values.from_list(plain, column, lambda _row, problem: wrong.append(problem))
    assert not wrong


@every_perturbation
def test_one_seed_one_answer(name: str) -> None:
    part = parts.build(PERTURBATIONS, name)
    for column in filter(part.applies, COLUMNS):
        assert same(changed(part, column, 1), changed(parts.build(PERTURBATIONS, name), column, 1))


@every_perturbation
@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_larger_share_changes_more(name: str, share: float) -> None:
    cls = PERTURBATIONS.part(name)
    if "share" not in cls.__pydantic_fields__:  # type: ignore[attr-defined]
        return
    little, much = (parts.build(PERTURBATIONS, name, {"share": each}) for each in (share / 10, share))
    for column in filter(little.applies, COLUMNS):
        if column.kind is Kind.TEXT:
            continue  # each text is touched, whatever the share
        rows = [int((changed(part, column) != held(column)).sum()) for part in (little, much)]
        assert rows[0] <= rows[1]


@every_perturbation
def test_a_bundle_answers_what_it_makes(name: str, binary: Run) -> None:
    part, test = parts.build(PERTURBATIONS, name), binary.test
    columns = {c.name: values.from_series(test.frame[c.name], c) for c in test.schema.features}
    for column in filter(part.applies, test.schema.features):
        out = part(columns[column.name], column, columns[column.name], np.random.default_rng(0))
        raw = [None if gone else value for value, gone in zip(out.tolist(), values.missing(out), strict=True)]
        rows = [{**row, column.name: value} for row, value in zip(test.frame.to_dicts(), raw, strict=True)]
        assert np.isfinite(binary.bundle.outputs(rows)).all()


def test_typos_touch_words_and_never_empty_a_text() -> None:
    part = parts.build(PERTURBATIONS, "typos", {"share": 1.0})
    for seed in range(20):
        for before, after in zip(TEXTS, changed(part, Column("it", Kind.TEXT), seed).tolist(), strict=True):
            assert (after is None) is (before is None)
            assert bool(after and after.strip()) is bool(before and before.strip())


def test_noise_leaves_every_word_where_it_was() -> None:
    from modelyard.features.augmenting import pieces

    part = parts.build(PERTURBATIONS, "noise", {"share": 1.0})
    seen = set()
    for seed in range(20):
        for before, after in zip(TEXTS, changed(part, Column("it", Kind.TEXT), seed).tolist(), strict=True):
            if before is not None:
                assert pieces(after).words == pieces(before).words
                seen.add(after)
    assert any("，" in text and "Paid" in text for text in seen), "punctuation becomes full-width"


def test_numbers_leave_the_range_of_training_as_far_as_is_said() -> None:
    part = parts.build(PERTURBATIONS, "out_of_range", {"share": 1.0, "beyond": 0.5})
    seen = np.array([20.0, 80.0, np.nan])
    out = part(np.full(400, 50.0), Column("it", Kind.NUMBER), seen, np.random.default_rng(0))
    assert ((out <= 20) | (out >= 80)).all()
    assert ((out >= -10) & (out <= 110)).all()
    assert (out < 20).any()
    assert (out > 80).any()


@pytest.mark.parametrize(
    ("name", "column", "applies"),
    [
        ("casing", Column("it", Kind.CATEGORY, closed=True), False),
        ("casing", Column("it", Kind.CATEGORY, storage="integer"), False),
        ("unseen_levels", Column("it", Kind.CATEGORY, closed=True), False),
        ("shifted_categories", Column("it", Kind.CATEGORY, closed=True), True),
        ("missing_column", Column("it", Kind.NUMBER, nullable=False), False),
        ("missing_column", Column("it", Kind.TEXT, nullable=False), True),
    ],
)
def test_it_leaves_alone_what_no_client_may_send(name: str, column: Column, applies: bool) -> None:  # noqa: FBT001
    assert parts.build(PERTURBATIONS, name).applies(column) is applies
