"""Rows that are made: two mixed, one between two of a small class, a series with noise or another window of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from modelyard.core.augmenting import Sample
from modelyard.core.errors import MissingExtraError, RecipeError
from modelyard.core.types import Column, Floats, Kind
from modelyard.data import pictures
from modelyard.features import series
from modelyard.features.augments import smote
from modelyard.features.augments.jitter import Jitter
from modelyard.features.augments.mixup import Mixup
from modelyard.features.augments.smote import Smote
from modelyard.features.augments.window import Window
from tests import drawing

COLUMNS = [Column("age", Kind.NUMBER, storage="integer"), Column("x", Kind.NUMBER), Column("home", Kind.CATEGORY)]


def rows(target: list[int], **columns: Any) -> Sample:
    known = {column.name: column for column in COLUMNS}
    told = {name: known.get(name, Column(name, Kind.NUMBER)) for name in columns}
    names = tuple(f"class {code}" for code in range(max(target) + 1))
    return Sample({name: np.array(held) for name, held in columns.items()}, told, np.array(target), names)


def ages(counts: list[int], seed: int = 0) -> Sample:
    """Classes of so many rows, far apart."""
    random = np.random.default_rng(seed)
    target = np.repeat(np.arange(len(counts)), counts)
    home = np.where(random.random(len(target)) < 0.5, "rent", "own").astype(object)
    age = (target * 100 + random.integers(0, 20, len(target))).astype(float)
    return rows(target.tolist(), age=age, x=target * 10 + random.random(len(target)), home=home)


@given(share=st.floats(0.01, 0.99), answers=drawn.arrays(float, 3, elements=st.floats(0.05, 0.9)))
def test_two_weighed_rows_are_one_of_mixed_labels(share: float, answers: Floats) -> None:
    answers = answers / answers.sum()
    one, other = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
    mixed = -((share * one + (1 - share) * other) * np.log(answers)).sum()
    weighed = share * -np.log(answers[0]) + (1 - share) * -np.log(answers[2])
    assert weighed == pytest.approx(mixed)


def test_mixup_mixes_numbers_and_tells_both_labels() -> None:
    random = np.random.default_rng(1)
    told = rows([0, 1] * 20, age=np.arange(40.0), x=random.normal(0, 1, 40))
    found = Mixup(alpha=1.0, copies=2).made(told, np.random.default_rng(2))
    assert found.labels is not None
    assert found.weight is not None
    assert len(found.like) == 2 * 2 * 40
    assert found.weight.sum() == pytest.approx(80), "as much weight as so many copies of the rows"
    first, second = np.split(found.labels, 2)
    share, rest = np.split(found.weight, 2)
    np.testing.assert_allclose(share + rest, 1)
    for name, held in told.columns.items():
        mixed, again = np.split(found.columns[name], 2)
        np.testing.assert_array_equal(mixed, again)
        np.testing.assert_allclose(mixed, share * held[first] + rest * held[second])
    assert np.array_equal(np.split(found.like, 2)[0], np.where(share >= 0.5, first, second))


def test_mixup_lays_pictures_over_each_other() -> None:
    held = [drawing.square(0, (4, 4)), drawing.square(250, (8, 6)), drawing.square((250, 0, 0)), None]
    told = Sample({"p": np.array(held, dtype=object)}, {"p": Column("p", Kind.IMAGE)}, np.array([0, 1, 0, 1]))
    found = Mixup(alpha=1.0, copies=10).made(told, np.random.default_rng(0))
    assert found.labels is not None
    assert found.weight is not None
    half = len(found.like) // 2
    for place in range(half):
        one, other, share = found.labels[place], found.labels[half + place], found.weight[place]
        content = found.columns["p"][place]
        if {one, other} == {3}:
            assert content is None
        elif 3 in {one, other}:
            assert content == held[one if other == 3 else other]
        elif (one, other) == (1, 0):
            seen = np.asarray(pictures.decoded(content))
            assert seen.shape == (6, 8)
            assert seen[0, 0] == pytest.approx(250 * share, abs=1.5)


def test_smote_brings_each_class_to_the_share() -> None:
    told = ages([60, 20, 7])
    found = Smote(share=0.5, neighbours=3).made(told, np.random.default_rng(0))
    made = Counter(told.target[found.like].tolist())
    assert made == {1: 10, 2: 23}
    assert found.notes == ()
    for code in (1, 2):
        mine = told.target[found.like] == code
        real = told.columns["age"][told.target == code]
        new = found.columns["age"][mine]
        assert real.min() <= new.min() <= new.max() <= real.max(), "between rows of its class"
        assert np.array_equal(new, np.round(new)), "whole numbers stay whole"
    assert set(found.columns["home"].tolist()) <= {"rent", "own"}


def test_smote_tells_of_classes_too_small_for_its_neighbours() -> None:
    found = Smote().made(ages([60, 20, 5, 1]), np.random.default_rng(0))
    assert len(found.like) == 40
    assert found.notes == (
        "5 rows are too few for 5 neighbours: none is made of the class 'class 2'",
        "1 row is too few for 5 neighbours: none is made of the class 'class 3'",
    )
    assert Smote().made(ages([20, 5]), np.random.default_rng(0)).notes[-1] == "no row was made"
    none = Smote().made(ages([20, 20]), np.random.default_rng(0))
    assert none.notes == ("no class has fewer rows than are asked for",)
    assert len(none.like) == 0


@pytest.mark.parametrize("kept", [["age", "x"], ["home"], ["x", "home"]])
def test_smote_reads_numbers_levels_or_both(kept: list[str]) -> None:
    whole = ages([40, 10])
    told = rows(whole.target.tolist(), **{name: whole.columns[name] for name in kept})
    found = Smote(neighbours=3).made(told, np.random.default_rng(0))
    assert len(found.like) == 30
    assert list(found.columns) == kept
    assert (told.target[found.like] == 1).all()


def test_smote_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecipeError, match="not of note, face"):
        Smote().changes([*COLUMNS, Column("note", Kind.TEXT), Column("face", Kind.IMAGE)])
    monkeypatch.setattr(smote, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match="needs the package 'imblearn'"):
        Smote().changes(COLUMNS)


def test_noise_is_a_share_of_each_columns_deviation() -> None:
    random = np.random.default_rng(0)
    told = rows([0, 1] * 500, a=random.normal(5, 2, 1000), b=random.normal(0, 40, 1000), c=np.full(1000, 3.0))
    found = Jitter(share=0.25, copies=3).made(told, np.random.default_rng(1))
    for name, deviation in {"a": 0.5, "b": 10.0, "c": 0.0}.items():
        noise = found.columns[name] - told.columns[name][found.like]
        assert noise.std() == pytest.approx(deviation, rel=0.05)
        assert noise.mean() == pytest.approx(0, abs=deviation / 5)


def line(rows_: int, length: int) -> Sample:
    """Each row's series is its moments themselves, which tell where in it something is read."""
    held = {f"t_{place}": np.full(rows_, float(place)) for place in range(length)}
    return rows([0] * rows_, **held)


def seen(window: Window, told: Sample, seed: int = 0) -> Floats:
    return np.column_stack(list(window.made(told, np.random.default_rng(seed)).columns.values()))


def test_a_slice_is_drawn_out_to_the_whole_length() -> None:
    found = seen(Window(columns=("t_*",), share=0.5), line(200, 21))
    steps = np.diff(found, axis=1)
    np.testing.assert_allclose(steps, 0.5)
    assert found.min() >= 0
    assert found.max() <= 20
    assert found[:, 0].min() < 1, "windows begin anywhere"
    assert found[:, 0].max() > 9


def test_a_warp_passes_one_window_at_another_pace() -> None:
    found = seen(Window(columns=("t_*",), how="warp", share=0.2), line(200, 101))
    np.testing.assert_allclose(found[:, 0], 0)
    np.testing.assert_allclose(found[:, -1], 100)
    steps = np.diff(found, axis=1)
    for row in steps:
        fast = row.max() > 1.5  # the window became half as long
        usual, pace = (0.9, 1.8) if fast else (1.2, 0.6)
        near = np.isclose(row, usual) | np.isclose(row, pace)
        assert near.sum() >= 98, "all but the steps over the window's two ends"


@given(
    told=drawn.arrays(float, (2, 7), elements=st.floats(-100, 100)),
    places=drawn.arrays(float, (2, 5), elements=st.floats(0, 6)),
)
def test_a_series_is_read_between_its_moments(told: Floats, places: Floats) -> None:
    found = series.read_at(told, places)
    slow = [np.interp(at, np.arange(7), one) for at, one in zip(places, told, strict=True)]
    np.testing.assert_allclose(found, slow, atol=1e-9)


def test_a_gap_stays_a_gap() -> None:
    told = rows([0] * 3, t_0=[0.0, 1, 2], t_1=[np.nan] * 3, t_2=[2.0, 3, 4], t_3=[1.0] * 3, t_4=[1.0] * 3)
    for window in (Window(columns=("t_*",)), Window(columns=("t_*",), how="warp")):
        missing = np.isnan(seen(window, told))
        assert missing.any(axis=1).all()
        assert not missing[:, 3:].any()
    assert np.isnan(Jitter().made(told, np.random.default_rng(0)).columns["t_1"]).all()


def test_patterns_name_columns_in_their_order() -> None:
    columns = [Column(f"t_{place}", Kind.NUMBER) for place in (10, 2, 1)] + [Column("city", Kind.CATEGORY)]
    assert series.matching(["t_*"], columns, {Kind.NUMBER}, "window") == ("t_10", "t_2", "t_1")
    assert series.matching(["t_1", "t_*"], columns, {Kind.NUMBER}, "window") == ("t_1", "t_10", "t_2")
    with pytest.raises(RecipeError) as told:
        series.matching(["city", "t_1", "u_*"], columns, {Kind.NUMBER}, "window")
    assert [problem.problem for problem in told.value.problems] == [
        "'city' names no column of the kind number",
        "'u_*' names no column of the kind number",
    ]
