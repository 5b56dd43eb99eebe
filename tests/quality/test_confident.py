"""Confident learning beside a slow and obvious count."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelyard.quality import confident


def drawn(seed: int, classes: int, rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.integers(0, classes, rows), random.dirichlet(np.ones(classes), rows)


@given(st.integers(0, 10**6), st.integers(2, 4))
def test_the_joint_is_what_is_counted_by_hand(seed: int, classes: int) -> None:
    labels, told = drawn(seed, classes)
    least = [np.mean([p[j] for p, y in zip(told, labels, strict=True) if y == j] or [1.0]) for j in range(classes)]
    counts = np.zeros((classes, classes))
    for p, y in zip(told, labels, strict=True):
        passed = [j for j in range(classes) if p[j] >= least[j]]
        if passed:
            counts[y, max(passed, key=lambda j: p[j])] += 1
    for label in range(classes):
        rows = int((labels == label).sum())
        expected = counts[label] / counts[label].sum() * rows if counts[label].sum() else np.eye(classes)[label] * rows
        assert np.allclose(confident.joint(labels, told)[label], expected)


@given(st.integers(0, 10**6), st.integers(2, 4))
def test_suspects_are_confidently_of_another_class_the_worst_first(seed: int, classes: int) -> None:
    labels, told = drawn(seed, classes)
    wrong = confident.suspects(labels, told)
    guess = confident.confident(labels, told)
    assert len(set(wrong.tolist())) == len(wrong)
    assert bool((guess[wrong] >= 0).all())
    assert bool((guess[wrong] != labels[wrong]).all())
    margins = told[wrong, guess[wrong]] - told[wrong, labels[wrong]]
    assert bool((np.diff(margins) <= 1e-12).all())


def test_models_that_are_right_suspect_nothing() -> None:
    labels = np.array([0, 1] * 30)
    assert len(confident.suspects(labels, np.eye(2)[labels] * 0.8 + 0.1)) == 0


def test_classes_that_overlap_are_not_clear() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 400)
    apart = np.where(labels[:, None] == np.arange(2), 0.95, 0.05)
    mixed = np.full((400, 2), 0.5) + random.normal(0, 0.1, 400)[:, None] * np.array([1, -1])
    nothing = np.zeros(0, dtype=np.int64)
    assert confident.clear(labels, apart, nothing)
    assert not confident.clear(labels, mixed, nothing)
