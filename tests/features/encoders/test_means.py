"""Means of the target by level: figures, folds, and nothing learnt from noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import TargetEncoder

from modelyard.core.blocks import Numbers
from modelyard.core.errors import DataError
from modelyard.core.featuring import Crossed
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.features import folding
from modelyard.features.encoders.frequency import Frequency
from modelyard.features.encoders.target_mean import TargetMean, credibility

COLUMN = Column("city", Kind.CATEGORY)


def levels(rows: int, many: int, seed: int) -> Values:
    return np.array([f"l{place}" for place in np.random.default_rng(seed).integers(0, many, rows)], dtype=object)


def unscaled(encoder: TargetMean, found: Values, target: Floats, later: Values) -> Floats:
    fitted = encoder.fit(found, COLUMN, target)
    block = fitted(later)
    assert isinstance(block, Numbers)
    return np.asarray(block.values * fitted.scale + fitted.whole)


@pytest.mark.parametrize("smooth", [0.0, 1.0, 20.0])
@pytest.mark.parametrize("kind", ["binary", "continuous", "multiclass"])
def test_with_so_many_rows_of_smoothing_it_is_scikit_learns(smooth: float, kind: str) -> None:
    random = np.random.default_rng(3)
    found = levels(300, 9, 1)
    target: Any = random.normal(5, 2, 300)
    if kind != "continuous":
        target = random.integers(0, 3 if kind == "multiclass" else 2, 300)
    theirs = TargetEncoder(smooth=smooth, target_type=kind).fit(found[:, None], target).transform(found[:, None])
    mine = unscaled(TargetMean(smooth=smooth), found, target, found)
    assert mine.shape[1] == (2 if kind == "multiclass" else 1)
    assert mine == pytest.approx(theirs[:, -mine.shape[1] :], abs=1e-5)


def test_missing_is_a_level_and_an_unseen_one_is_at_the_mean_of_all() -> None:
    found = np.array(["a", "a", None, None, "b", "b"], dtype=object)
    target = np.array([1, 1, 0, 0, 1, 0])
    later = np.array(["a", None, "b", "z"], dtype=object)
    assert unscaled(TargetMean(smooth=0.0), found, target, later)[:, 0] == pytest.approx([1, 0, 0.5, 0.5], abs=1e-6)
    never = unscaled(TargetMean(smooth=0.0), found[[0, 1, 4, 5]], target[[0, 1, 4, 5]], later)
    assert never[1, 0] == pytest.approx(0.75)


@given(
    places=st.lists(st.integers(0, 4), min_size=2, max_size=30),
    figures=st.lists(st.integers(-9, 9), min_size=30, max_size=30),
)
def test_credibility_is_what_its_equation_says(places: list[int], figures: list[int]) -> None:
    y = np.array(figures[: len(places)], dtype=np.float64)
    groups = [y[np.array(places) == level] for level in sorted(set(places))]
    rows, count = len(y), len(groups)
    found = credibility(np.array(places), y, np.bincount(places, minlength=5).astype(np.float64))
    if count < 2 or rows <= count:
        assert math.isinf(found)
        return
    within = sum(float(((g - g.mean()) ** 2).sum()) for g in groups) / (rows - count)
    apart = sum(len(g) * (g.mean() - y.mean()) ** 2 for g in groups)
    between = (apart - (count - 1) * within) / (rows - sum(len(g) ** 2 for g in groups) / rows)
    if between > 1e-9:
        assert found == pytest.approx(within / between, rel=1e-6)
    elif between < -1e-9:
        assert math.isinf(found)


def test_training_rows_are_told_by_the_rows_of_other_folds() -> None:
    found, random = levels(97, 8, 2), np.random.default_rng(4)
    target: Any = random.integers(0, 2, 97)
    encoder = TargetMean(smooth=3.0, folds=4)
    assert isinstance(encoder, Crossed)
    fitted = encoder.fit(found, COLUMN, target)
    block = encoder.crossed(found, COLUMN, target, 7)
    fold = folding.dealt(target, 4, 7, "city")
    assert isinstance(block, Numbers)
    for row in range(97):
        others = fold != fold[row]
        same = others & (found == found[row])
        mean = target[others].mean()
        told = (target[same].sum() + 3.0 * mean) / (same.sum() + 3.0) if same.any() else mean
        assert block.values[row, 0] == pytest.approx((told - fitted.whole[0]) / fitted.scale[0], abs=1e-5)


def test_noise_in_a_column_of_many_levels_gives_no_lift_out_of_fold_and_does_within() -> None:
    """Two columns: one tells a little, one of 400 levels tells nothing; plain means make a model trust the second."""
    random = np.random.default_rng(11)
    signal = random.normal(size=4000)
    target: Any = (random.random(4000) < 1 / (1 + np.exp(-signal))).astype(np.int64)
    many = levels(4000, 400, 12)
    train, test = np.arange(4000) < 2000, np.arange(4000) >= 2000
    encoder = TargetMean(smooth=0.0)  # no smoothing: what the folds do by themselves
    fitted = encoder.fit(many[train], COLUMN, target[train])
    within, later = (block.arrays()["values"] for block in (fitted(many[train]), fitted(many[test])))
    crossed = encoder.crossed(many[train], COLUMN, target[train], 7).arrays()["values"]

    def learnt(block: Floats) -> tuple[float, float]:
        model = LogisticRegression().fit(np.column_stack([signal[train], block]), target[train])
        answers = model.predict_proba(np.column_stack([signal[test], later]))[:, 1]
        return float(roc_auc_score(target[test], answers)), float(model.coef_[0, 1])

    alone = roc_auc_score(target[test], signal[test])
    (plain, trusted), (folded, heeded) = learnt(within), learnt(crossed)
    assert trusted > 0.4
    assert plain < alone - 0.02
    assert abs(heeded) < 0.15
    assert folded == pytest.approx(alone, abs=0.01)


def test_smoothing_finds_by_itself_that_levels_tell_nothing_and_that_they_tell_much() -> None:
    random, found = np.random.default_rng(5), levels(3000, 50, 6)
    noise = random.normal(size=3000)
    told = np.array([hash_of(level) for level in found]) + 0.1 * noise
    assert np.abs(unscaled(TargetMean(), found, noise, found) - noise.mean()).max() < 0.1
    assert unscaled(TargetMean(), found, told, found)[:, 0] == pytest.approx(told, abs=0.6)


def hash_of(level: str) -> float:
    return float(int(level[1:]) % 7)


def test_no_target_is_told() -> None:
    with pytest.raises(DataError, match="need one") as caught:
        TargetMean().fit(levels(5, 2, 1), COLUMN, None)
    assert "category" in caught.value.hint


def test_frequencies_are_shares_of_the_training_rows() -> None:
    found = np.array(["a", "a", "b", None], dtype=object)
    fitted = Frequency().fit(found, COLUMN, None)
    assert fitted.shares == {"a": 0.5, "b": 0.25}
    assert fitted.missing == 0.25
    block = fitted(np.array(["a", "z", None], dtype=object)).arrays()["values"][:, 0]
    assert block * fitted.scale + fitted.centre == pytest.approx([0.5, 0.0, 0.25], abs=1e-6)
