"""Bootstrap intervals (Efron 1979; percentile method, Efron and Tibshirani 1993, ch. 13).

A resample of the rows is a weight for each row: how often it was drawn. So a statistic that takes weights needs no copy
of the rows, and two models judged with the same draws are paired.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.core.types import Floats

RESAMPLES = 1000
COVERAGE = 0.95


def draws(rows: int, seed: int, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """How often each row is drawn, one resample after the other: [rows] float64, summing to `rows`."""
    random = generator(seed, "bootstrap")
    for _ in range(resamples):
        yield np.bincount(random.integers(0, rows, rows), minlength=rows).astype(np.float64)


def bootstrap(statistic: Callable[[Floats], float], rows: int, seed: int, resamples: int = RESAMPLES) -> Floats:
    """A statistic of row weights over resamples: [resamples] float64, NaN where it is not defined.

    >>> values = np.array([1.0, 2.0, 3.0, 4.0])
    >>> means = bootstrap(lambda weight: float(np.average(values, weights=weight)), 4, seed=1)
    >>> len(means), bool(1.0 <= means.min() <= means.max() <= 4.0)
    (1000, True)
    """
    return np.array([statistic(weight) for weight in draws(rows, seed, resamples)])


def interval(samples: Floats, coverage: float = COVERAGE) -> tuple[float, float]:
    """The central 95% of samples, NaN left out: (low, high); (NaN, NaN) where nothing is defined."""
    tail = 100 * (1 - coverage) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all NaN: the answer below says so
        low, high = np.nanpercentile(samples, [tail, 100 - tail])
    return float(low), float(high)
