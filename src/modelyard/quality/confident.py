"""Confident learning (Northcutt, Jiang and Chuang 2021): which labels are wrong, by out-of-sample probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from modelyard.core.types import Floats, Ints

CLEAR = 0.7  # share of each class's rows that are taken for it, where classes can be told apart
UNSURE = 0.25  # share of rows that no class is probable for


def thresholds(labels: Ints, told: Floats) -> Floats:
    """How sure models are of a class, on average, for the rows that bear it: t(j), equation 2; [classes]."""
    return np.array([told[labels == one, one].mean() if (labels == one).any() else 1.0 for one in range(told.shape[1])])


def joint(labels: Ints, told: Floats) -> Floats:
    """How many rows bear label i and are confidently of class j: equations 1 and 3, [labels, classes].

    A row counts where its probability of j reaches t(j), for the most probable of such j; then each row of the matrix
    is scaled to the number of its label, so that all rows are counted.
    """
    classes = told.shape[1]
    counts = np.zeros((classes, classes))
    guess = confident(labels, told)
    known = guess >= 0
    np.add.at(counts, (labels[known], guess[known]), 1)
    sizes = np.bincount(labels, minlength=classes)
    sums = counts.sum(axis=1, keepdims=True)
    scaled: Floats = np.where(sums > 0, counts / np.maximum(sums, 1) * sizes[:, None], np.diag(sizes))
    return scaled


def confident(labels: Ints, told: Floats) -> Ints:
    """The class that each row is confidently of, -1 where none: [rows]."""
    passed = told >= thresholds(labels, told)
    best = np.where(passed, told, -1.0).argmax(axis=1)
    return np.where(passed.any(axis=1), best, -1)


def suspects(labels: Ints, told: Floats) -> Ints:
    """The rows whose label is likely wrong, the worst first: [suspects].

    Of each pair of label and class as many as the joint estimates, those by the widest margin (prune by noise rate),
    which are confidently of the other class as well.
    """
    counts, guess = joint(labels, told), confident(labels, told)
    rows = np.arange(len(labels))
    margin = told[rows, np.maximum(guess, 0)] - told[rows, labels]
    found: list[int] = []
    for label, other in zip(*np.nonzero(counts), strict=True):
        if label != other:
            some = np.flatnonzero((labels == label) & (guess == other))
            found += some[np.argsort(-margin[some], kind="stable")][: round(counts[label, other])].tolist()
    picked = np.array(found, dtype=np.int64)
    return picked[np.argsort(-margin[picked], kind="stable")]


def clear(labels: Ints, told: Floats, wrong: Ints) -> bool:
    """Whether classes can be told apart well enough for a suspect to be more than a row between two of them."""
    right = np.ones(len(labels), dtype=bool)
    right[wrong] = False
    guess = told.argmax(axis=1)
    each = [float((guess[labels == one] == one).mean()) for one in np.unique(labels)]
    return min(each) >= CLEAR and float((told.max(axis=1)[right] < 0.75).mean()) <= UNSURE
