"""What columns foretell: areas, ranks and means of other folds beside slow counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from modelyard.quality import codes, foretelling


@given(st.integers(0, 10**6), st.integers(10, 80))
def test_the_area_is_scikit_learns(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    truth, score = random.integers(0, 2, rows).astype(float), random.normal(0, 1, rows).round(1)
    truth[:2] = 0, 1
    assert foretelling.area(truth, score) == pytest.approx(roc_auc_score(truth, score))


@given(st.lists(st.integers(0, 9), min_size=2, max_size=40))
def test_ranks_are_scipys(numbers: list[int]) -> None:
    found = np.array(numbers, dtype=float)
    assert np.allclose(codes.ranks(found) * (len(found) - 1) + 1, stats.rankdata(found))


@given(st.integers(0, 10**6))
def test_a_row_is_told_by_the_other_folds(seed: int) -> None:
    random = np.random.default_rng(seed)
    column, fold = random.integers(-1, 4, 50), random.integers(0, 5, 50)
    wanted = random.normal(0, 1, (50, 2))
    told = foretelling.means(column, wanted, fold)
    for row in range(50):
        others = fold != fold[row]
        alike = others & (column == column[row])
        expected = (wanted[alike].sum(axis=0) + wanted[others].mean(axis=0)) / (alike.sum() + 1)
        assert np.allclose(told[row], expected)


def test_skill_is_between_nothing_and_all() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 3000)
    fold = random.integers(0, 5, 3000)
    wanted = np.eye(3)[labels]
    assert foretelling.alone(labels, wanted, fold) == pytest.approx(1.0)
    assert foretelling.alone(random.integers(0, 9, 3000), wanted, fold) < 0.06
    assert foretelling.alone(np.arange(3000), wanted, fold) < 0.1  # each code comes once, and promises nothing
    numbers = codes.ranks(random.normal(0, 1, 3000))[:, None]
    assert foretelling.alone(codes.binned(numbers[:, 0]), numbers, fold) > 0.99


def test_bins_keep_few_values_apart_and_tell_what_is_missing() -> None:
    found = codes.binned(np.array([3.0, np.nan, 1.0, 3.0, 2.0]))
    assert found.tolist() == [2, -1, 0, 2, 1]
    assert codes.binned(np.full(3, np.nan)).tolist() == [-1, -1, -1]
    assert len(np.unique(codes.binned(np.arange(1000.0)))) == codes.BINS
