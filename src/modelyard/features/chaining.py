"""Guesses at missing values fitted to the training rows, each column from all others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.data import values
from modelyard.features.filling import Chained, Fill, Guess, Look, gaps_of, numbers, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEVELS = 20  # of a category that others look at
CLASSES = 30  # of a category that are guessed
MOST = 200_000  # rows that are looked at
ROWS = 20_000  # of them, that a guess at a category is fitted to
PENALTY = 1.0  # on squared weights, so that columns that say the same share what they say
ROUNDS = 3
STEPS, CLOSE = 200, 1e-3  # of a logistic regression, until it moves no more than so
DAY = 86_400e6  # microseconds
FITTED = frozenset({Kind.NUMBER, Kind.TIME, Kind.BOOLEAN, Kind.CATEGORY})


def fit(columns: Mapping[str, Values], known: Mapping[str, Column], usual: Mapping[str, Fill], seed: int) -> Chained:
    """Fit by chained equations: values [rows] by column, what is `known` of them, the `usual` value of those to fill.

    Each column is fitted to the rows where it is there, numbers by ridge regression and classes by logistic regression,
    on the others as they are filled so far; then its gaps are filled anew. This is MICE (van Buuren and Groothuis-
    Oudshoorn 2011) with the expected value in place of a draw, as a model wants one value and the same one each time.
    """
    read = {name: columns[name] for name, column in known.items() if column.kind in FITTED}
    rows = len(next(iter(read.values()), ()))
    random = np.random.default_rng(seed)
    some = np.sort(random.choice(rows, MOST, replace=False)) if rows > MOST else np.arange(rows)
    read = {name: column[some] for name, column in read.items()}
    looks = {name: _look(column, known[name].kind) for name, column in read.items()}
    guesses = {name: Guess(known[name].kind, fill) for name, fill in usual.items()}
    chained = Chained({name: look for name, look in looks.items() if look.width}, guesses, ROUNDS)
    gaps = gaps_of(read, list(usual))
    targets = {name: read[name][~gap] for name, gap in gaps.items()}
    for name, fill in usual.items():
        put(read[name], gaps[name], fill)
    for _ in range(ROUNDS):
        for name in usual:
            own = _places(chained.looks, name)
            guesses[name] = _fitted(chained.looked(read), targets[name], ~gaps[name], own, guesses[name], seed)
            if gaps[name].any() and guesses[name].bias:
                seen = chained.looked({column: read[column][gaps[name]] for column in chained.looks})
                read[name][gaps[name]] = guesses[name](seen)
    return replace(chained, guesses=guesses)


def _fitted(looks: list[Floats], target: Values, there: Values, own: range, guess: Guess, seed: int) -> Guess:
    """A guess at a column's values from the rows [rows] bool where they are there; it never looks at itself."""
    others = [place for place in range(len(looks)) if place not in own]
    seen = np.stack([looks[place][there] for place in others], axis=1) if others else np.empty((len(target), 0))
    if not others or len(target) < 2:
        return guess
    if guess.kind in {Kind.NUMBER, Kind.TIME}:
        weights, bias = _ridge(seen, numbers(target))
        within = numbers(target)
        step = DAY if guess.kind is Kind.TIME and bool((within % DAY == 0).all()) else 0.0
        low, high = float(within.min()), float(within.max())
        return replace(guess, weights=_spread(weights, others, len(looks)), bias=bias, low=low, high=high, step=step)
    counted = Counter(target.tolist()).most_common(CLASSES)
    levels = tuple(sorted(level for level, _ in counted))
    if len(levels) < 2:
        return guess
    weights, bias = _logistic(seen, target, levels, seed)
    return replace(guess, weights=_spread(weights, others, len(looks)), bias=bias, levels=levels)


def _ridge(seen: Floats, target: Floats) -> tuple[Floats, tuple[float, ...]]:
    """Weights [1, looks] that minimise the squared errors and `PENALTY` times their own squares."""
    centre, scale = float(target.mean()), float(target.std()) or 1.0
    means = seen.mean(axis=0)
    away = seen - means
    gram = away.T @ away + PENALTY * np.eye(seen.shape[1])
    weights = np.linalg.solve(gram, away.T @ ((target - centre) / scale)) * scale
    return weights[None, :], (centre - float(means @ weights),)


def _logistic(seen: Floats, target: Values, levels: Sequence[Fill], seed: int) -> tuple[Floats, tuple[float, ...]]:
    """Weights [levels, looks] of multinomial logistic regression, a bias beside them.

    Each step goes by a bound of the curvature that stays the same, `X'X / 2`, so that the likelihood never falls
    (Boehning 1992): `W += (X'X / 2 + penalty)^-1 (X'(Y - P) - penalty W)`.
    """
    codes = {level: code for code, level in enumerate(levels)}
    told = np.array([codes.get(value, -1) for value in target.tolist()])
    rows = np.flatnonzero(told >= 0)
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, ROWS, replace=False))
    x, y = np.column_stack([seen[rows], np.ones(len(rows))]), np.eye(len(levels))[told[rows]]
    bound = x.T @ x / 2 + PENALTY * np.eye(x.shape[1])
    weights = np.zeros((x.shape[1], len(levels)))
    for _ in range(STEPS):
        scores = x @ weights
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        step = np.linalg.solve(bound, x.T @ (y - shares) - PENALTY * weights)
        weights += step
        if np.abs(step).max() < CLOSE:
            break
    return weights[:-1].T, tuple(weights[-1].tolist())


def _spread(weights: Floats, others: Sequence[int], width: int) -> tuple[tuple[float, ...], ...]:
    """Weights [outputs, others] among all looks: none for the column's own."""
    whole = np.zeros((len(weights), width))
    whole[:, list(others)] = weights
    return tuple(tuple(row) for row in whole.tolist())


def _look(column: Values, kind: Kind) -> Look:
    there = column[~values.missing(column)]
    if kind is Kind.CATEGORY:
        return Look(kind, levels=tuple(sorted(level for level, _ in Counter(there.tolist()).most_common(LEVELS))))
    found = numbers(there)
    return Look(kind, float(found.mean()), float(found.std()) or 1.0) if len(found) else Look(kind)


def _places(looks: Mapping[str, Look], name: str) -> range:
    start = 0
    for column, look in looks.items():
        if column == name:
            return range(start, start + look.width)
        start += look.width
    return range(0)
