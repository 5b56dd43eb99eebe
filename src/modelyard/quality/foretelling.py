"""How well columns foretell the target on rows that they have not been fitted to, between 0 (nothing) and 1 (all).

For classes it is 2 AUC - 1, the mean over the classes, each against the others (Hand and Till 2001); for numbers R2 of
their ranks, so that a long tail does not decide it. Below 0 counts as 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.seeds import derive, generator
from modelyard.data.read import target_values
from modelyard.quality import codes as coded

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.types import Floats, Ints, Table, Task

FOLDS = 5
FEWEST = 10  # rows of a class that are judged apart
TREES = 60  # of the quick model of many columns


def aim(table: Table, task: Task) -> Floats:
    """What is foretold: [rows, classes] of 0 and 1, or the ranks of numbers [rows, 1]."""
    target = target_values(table, task)
    if task.classifies:
        flags: Floats = np.eye(len(table.schema.target.levels))[target]
        return flags
    return coded.ranks(target)[:, None]


def folds(rows: int, seed: int) -> Ints:
    """The fold of each row, [rows] int."""
    return generator(seed, "folds").permutation(rows) % FOLDS


def alone(codes: Ints, wanted: Floats, fold: Ints) -> float:
    """What a column of codes [rows] foretells: each row is told the mean of its code in the other folds.

    Means are drawn towards that of all rows by one row's worth, so that rare codes promise nothing.
    """
    return skill(wanted, means(codes, wanted, fold))


def means(codes: Ints, wanted: Floats, fold: Ints) -> Floats:
    """The mean of each row's code in the other folds, [rows, outputs]."""
    place = codes - codes.min(initial=0)
    width = int(place.max(initial=0)) + 1
    told = np.empty_like(wanted)
    sums = [_summed(place, wanted[:, one], width) for one in range(wanted.shape[1])]
    counts = np.bincount(place, minlength=width)
    for one in range(FOLDS):
        mine = fold == one
        others = counts - np.bincount(place[mine], minlength=width)
        for output in range(wanted.shape[1]):
            rest = sums[output] - _summed(place[mine], wanted[mine, output], width)
            usual = rest.sum() / max(others.sum(), 1)
            told[mine, output] = ((rest + usual) / (others + 1))[place[mine]]
    return told


def skill(wanted: Floats, told: Floats) -> float:
    """How well what is told [rows, outputs] orders or meets what is wanted."""
    if wanted.shape[1] == 1:
        spread = float(((wanted - wanted.mean()) ** 2).sum())
        return max(0.0, 1 - float(((wanted - told) ** 2).sum()) / spread) if spread else 0.0
    counts = wanted.sum(axis=0)
    judged = [one for one in range(wanted.shape[1]) if FEWEST <= counts[one] <= len(wanted) - FEWEST]
    areas = [area(wanted[:, one], told[:, one]) for one in judged]
    return max(0.0, 2 * float(np.mean(areas)) - 1) if areas else 0.0


def area(truth: Floats, score: Floats) -> float:
    """The area under the ROC curve, by ranks (Mann and Whitney 1947); 0.5 where there is one class alone."""
    positive = truth > 0.5
    count, rows = int(positive.sum()), len(truth)
    if count in {0, rows}:
        return 0.5
    total = float((coded.ranks(score) * (rows - 1) + 1)[positive].sum())
    return (total - count * (count + 1) / 2) / (count * (rows - count))


def together(matrix: Floats, wanted: Floats, fold: Ints, seed: int) -> Floats:
    """What boosted trees tell each row [rows, outputs], fitted to the other folds."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    said = {"max_iter": TREES, "max_leaf_nodes": 15, "learning_rate": 0.15, "random_state": derive(seed, "quick")}
    if wanted.shape[1] == 1:
        return crossed(matrix, wanted[:, 0], fold, lambda: HistGradientBoostingRegressor(early_stopping=False, **said))
    labels = wanted.argmax(axis=1)
    make = lambda: HistGradientBoostingClassifier(early_stopping=False, **said)  # noqa: E731
    return crossed(matrix, labels, fold, make, wanted.shape[1])


def crossed(matrix: Floats, target: Floats | Ints, fold: Ints, make: Callable[[], object], classes: int = 0) -> Floats:
    """Fitted to the other folds, asked of each: [rows, outputs]."""
    told = np.zeros((len(target), classes or 1))
    matrix = np.concatenate([matrix, np.zeros((len(matrix), 1))], axis=1)  # so that there is always one
    for one in np.unique(fold):
        mine = fold == one
        known = ~np.isnan(matrix[~mine]).all(axis=0)  # a column without a value has no bins
        model: object = make()
        model.fit(matrix[~mine][:, known], target[~mine])  # type: ignore[attr-defined]
        if classes:
            told[np.ix_(mine, model.classes_)] = model.predict_proba(matrix[mine][:, known])  # type: ignore[attr-defined]
        else:
            told[mine, 0] = model.predict(matrix[mine][:, known])  # type: ignore[attr-defined]
    return told


def _summed(place: Ints, wanted: Floats, width: int) -> Floats:
    summed: Floats = np.bincount(place, weights=wanted, minlength=width).astype(np.float64)
    return summed
