"""What a model's answers look like across thresholds: ROC, precision by recall, lift, calibration, residuals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import intervals
from modelyard.core.evidence import Curve, CurveName
from modelyard.evaluate.sums import over

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.core.types import Floats, Ints
    from modelyard.evaluate.pairs import Rows

POINTS = 101  # of a curve, at most
BINS = 10  # of calibration and of residuals, each with as many rows as any other
MOST = 10  # classes that get curves of their own, those with the most rows
DIGITS = 6  # behind the point, of shares


def of(rows: Rows, answers: Floats, classes: Sequence[str]) -> tuple[Curve, ...]:
    """The curves of answers [rows, outputs]; of several classes each is told from the rest.

    A class that every row is of, or none, has no curve.
    """
    if not classes:
        return (residuals(rows, answers[:, 0].astype(np.float64)),)
    found: list[Curve] = []
    for one in _shown(rows, len(classes)):
        positive, told = rows.truth == one, answers[:, one].astype(np.float64)
        if 0 < (rows.weight @ positive) < rows.weight.sum():
            found += _of_class(positive, told, rows.weight, classes[one])
    binary = len(classes) == 2
    told = (answers[:, 1] if binary else answers.max(axis=1)).astype(np.float64)
    hit = rows.truth == 1 if binary else answers.argmax(axis=1) == rows.truth
    return (*found, calibration(hit, told, rows.weight, classes[1] if binary else None))


def _shown(rows: Rows, classes: int) -> list[int]:
    if classes == 2:
        return [1]
    counts = np.bincount(rows.truth, minlength=classes)
    return sorted(np.argsort(-counts, kind="stable")[:MOST].tolist())


def _of_class(positive: npt.NDArray[Any], told: Floats, weight: Floats, name: str) -> Iterator[Curve]:
    """ROC, precision by recall, and lift: rows are answered one threshold after the other, the likeliest first."""
    order = np.argsort(-told, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(told[order]) < 0), len(told) - 1)  # the last row of each run of equals
    mass, hit = weight[order], positive[order]
    found, taken = _sums(mass * hit, ends), _sums(mass, ends)
    squares, squared_hits = _sums(mass**2, ends), _sums(mass**2 * hit, ends)
    every, rest = found[-1], taken[-1] - found[-1]
    among = np.full(len(found), every**2 / squared_hits[-1])  # positive rows, unequal weights counting as fewer
    recall, false, share = found / every, (taken - found) / rest, taken / taken[-1]
    yield _shares("roc", false, recall, among, _even(false + recall), name)
    precision = over(found[1:], taken[1:], 1.0)
    answered = over(taken[1:] ** 2, squares[1:])
    at = _reached(recall[1:])
    ends_at = (np.append(0.0, recall[1:][at]), np.append(1.0, precision[at]), np.append(0.0, answered[at]))
    yield _shares("precision_recall", *ends_at, np.arange(len(at) + 1), name)
    yield _shares("lift", share, recall, among, _even(share), name)


def _sums(values: Floats, ends: Ints) -> Floats:
    """Running sums after each run of equal answers, and 0 before the first: [runs + 1]."""
    return np.append(0.0, np.cumsum(values)[ends])


def _even(along: Floats) -> Ints:
    """Places of points that lie about evenly `along` a rising way, the ends among them."""
    if len(along) <= POINTS:
        return np.arange(len(along))
    return np.unique(np.searchsorted(along, np.linspace(along[0], along[-1], POINTS)))


def _reached(recall: Floats) -> Ints:
    """Places where each of a hundred steps of recall is reached first, with the precision that it has there."""
    steps = recall if len(recall) < POINTS else np.linspace(0, 1, POINTS - 1)
    places = np.searchsorted(recall, np.minimum(steps, recall[-1]))
    return np.arange(len(recall)) if len(recall) < POINTS else np.unique(places)


def _shares(name: CurveName, x: Floats, y: Floats, trials: Floats, at: Ints, of_class: str | None) -> Curve:
    """Some points of a curve of shares, each between Wilson's bounds."""
    ends = [intervals.wilson(float(y[place]), float(trials[place])) for place in at]
    low, high = (_told([end[side] for end in ends]) for side in (0, 1))
    return Curve(name, _told(x[at]), _told(y[at]), low, high, of=of_class)


def _told(values: Sequence[float] | Floats) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)


def calibration(hit: npt.NDArray[Any], told: Floats, weight: Floats, of_class: str | None) -> Curve:
    """In ten bins of equally many rows, the mean probability and the share that came true, with Wilson's interval."""
    bins, at = _bins(told, weight)
    mass, squares = np.bincount(bins, weight), np.bincount(bins, weight**2)
    mean, share = (over(np.bincount(bins, weight * each), mass)[at] for each in (told, hit))
    ends = [intervals.wilson(float(s), float(m**2 / q)) for s, m, q in zip(share, mass[at], squares[at], strict=True)]
    low, high = (_told([end[side] for end in ends]) for side in (0, 1))
    counts = tuple(np.bincount(bins[weight > 0])[at].tolist())
    return Curve("calibration", _told(mean), _told(share), low, high, counts, of_class)


def residuals(rows: Rows, answers: Floats) -> Curve:
    """In ten bins of answers [rows], their mean and the mean of truth less answer, with Student's interval."""
    bins, at = _bins(answers, rows.weight)
    apart = rows.truth - answers
    mass, squares = np.bincount(bins, rows.weight), np.bincount(bins, rows.weight**2)
    mean, centre = (over(np.bincount(bins, rows.weight * each), mass) for each in (answers, apart))
    spread = over(np.bincount(bins, rows.weight * (apart - centre[bins]) ** 2), mass)
    reach = [_reach(float(spread[one]), float(mass[one] ** 2 / squares[one])) for one in at]
    low, high = (tuple((centre[at] + sign * np.array(reach)).tolist()) for sign in (-1, 1))
    counts = tuple(np.bincount(bins[rows.weight > 0])[at].tolist())
    return Curve("residuals", tuple(mean[at].tolist()), tuple(centre[at].tolist()), low, high, counts)


def _reach(variance: float, rows: float) -> float:
    """How far a mean of so many rows may lie off; nobody knows of one."""
    if rows <= 1.5:
        return math.nan
    return intervals.student(1 - (1 - intervals.COVERAGE) / 2, rows - 1) * math.sqrt(variance / (rows - 1))


def _bins(told: Floats, weight: Floats) -> tuple[Ints, Ints]:
    """The bin of each row, of equal weights, equal answers in one; and which of them hold any weight."""
    levels, place = np.unique(told, return_inverse=True)
    mass = np.bincount(place, weights=weight, minlength=len(levels))
    middle = np.cumsum(mass) - mass / 2
    bins = np.minimum(BINS * middle / mass.sum(), BINS - 1).astype(np.int64)[place]
    return bins, np.flatnonzero(np.bincount(bins, weight) > 0)
