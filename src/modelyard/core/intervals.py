"""95% intervals: from resamples of the rows (Efron 1979), and of shares without any (Wilson 1927).

A resample of the rows is a weight for each row: how often it was drawn. So a statistic that takes weights needs no copy
of the rows, many resamples of what is summed over rows are one matrix product, and two models judged with the same
draws are paired.
"""

from __future__ import annotations

import math
import warnings
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.core.types import Floats

RESAMPLES = 1000
COVERAGE = 0.95
CHUNK = 1 << 21  # entries of the draws that are made at once: 16 megabytes
NORMAL = NormalDist()
Z95 = NORMAL.inv_cdf(1 - (1 - COVERAGE) / 2)  # standard errors from a normal figure to its ends
LEAST = 1e-3  # of the standard error, that a draw must have
ROUNDING = 1e-12  # of figures that only the order of their sums tells apart


def chunks(rows: int, seed: int, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """How often each row is drawn, some resamples at once: [some, rows] float64, each summing to `rows`."""
    random = generator(seed, "bootstrap")
    most = max(CHUNK // max(rows, 1), 1)
    for start in range(0, resamples, most):
        some = min(most, resamples - start)
        drawn = random.integers(0, rows, (some, rows)) + np.arange(some)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=some * rows).reshape(some, rows).astype(np.float64)


def interval(samples: Floats, coverage: float = COVERAGE) -> tuple[float, float]:
    """The central 95% of samples, NaN left out: (low, high); (NaN, NaN) where nothing is defined."""
    tail = (1 - coverage) / 2
    return between(samples, tail, 1 - tail)


def between(samples: Floats, low: float, high: float) -> tuple[float, float]:
    """Two quantiles of samples, NaN left out; (NaN, NaN) where nothing is defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all NaN: the answer below says so
        ends = np.nanpercentile(samples, [100 * low, 100 * high])
    return float(ends[0]), float(ends[1])


def expanded(rows: int, coverage: float = COVERAGE) -> float:
    """The tail that a percentile interval of so many rows must leave at each end (Hesterberg 2015, section 4.1).

    A bootstrap's spread is too small by sqrt((n - 1) / n), and it knows nothing of Student's t.
    """
    tail = (1 - coverage) / 2
    if rows < 3:
        return 0.0
    return NORMAL.cdf(-math.sqrt(rows / (rows - 1)) * student(1 - tail, rows - 1))


def accelerated(
    samples: Floats, value: float, left_out: Floats | None, rows: int, coverage: float = COVERAGE
) -> tuple[float, float]:
    """The bias-corrected and accelerated interval, BCa (Efron 1987), its tails expanded for few rows.

    `samples` [resamples] are draws of `value`, `left_out` [rows] the figure without each row; without them, only the
    bias is corrected. Where all draws lie on one side of the value, nothing is.
    """
    tail, known = expanded(rows, coverage), samples[~np.isnan(samples)]
    near = ROUNDING * max(abs(value), 1.0)
    below = ((known < value - near).sum() + (np.abs(known - value) <= near).sum() / 2) / max(len(known), 1)
    if math.isnan(value) or not 0 < below < 1:
        return between(samples, tail, 1 - tail)
    bias, skew = NORMAL.inv_cdf(below), _skew(left_out)
    reach = NORMAL.inv_cdf(tail) if tail > 0 else -40.0

    def moved(z: float) -> float:
        from_centre = bias + z
        return NORMAL.cdf(bias + from_centre / max(1 - skew * from_centre, 0.1))

    return between(samples, moved(reach), moved(-reach))


def studentised(
    samples: Floats, spreads: Floats, value: float, spread: float, coverage: float = COVERAGE
) -> tuple[float, float] | None:
    """The bootstrap-t interval (Efron 1981): how many of their own standard errors draws lie from the value.

    It covers where others do not: means of what is skewed, on few rows. `samples` and `spreads` [resamples] are the
    draws' figures and standard errors, `spread` the value's own. None where a draw has none, as where all its rows are
    alike: then it says nothing.
    """
    if math.isnan(value) or not spread > 0 or not bool((spreads > LEAST * spread).all()):
        return None
    low, high = interval((samples - value) / spreads, coverage)
    return value - high * spread, value - low * spread


def _skew(left_out: Floats | None) -> float:
    """The acceleration: a sixth of the skewness of the jackknife."""
    if left_out is None:
        return 0.0
    apart = left_out[~np.isnan(left_out)]
    apart = apart.mean() - apart if len(apart) else apart
    spread = float((apart**2).sum()) ** 1.5
    return float((apart**3).sum()) / (6 * spread) if spread > 0 else 0.0


def wilson(share: float, trials: float, coverage: float = COVERAGE) -> tuple[float, float]:
    """Where a share lies that was seen so often among so many trials (Wilson 1927); everywhere without a trial.

    >>> low, high = wilson(1.0, 20)
    >>> round(low, 3), high
    (0.839, 1.0)
    """
    if trials <= 0 or math.isnan(share):
        return 0.0, 1.0
    z = NORMAL.inv_cdf(1 - (1 - coverage) / 2)
    shrunk = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrunk
    half = z / shrunk * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    return (0.0 if share <= 0 else centre - half), (1.0 if share >= 1 else centre + half)


def corrected(samples: Sequence[float], ratio: float, coverage: float = COVERAGE) -> tuple[float, float, float]:
    """The mean of figures from resamplings and where it lies: (mean, low, high), NaN left out (Nadeau and Bengio 2003).

    Fits of J resamplings share training rows, so their figures vary less than those of fits on rows of their own: the
    variance of the mean is taken as (1/J + n_test/n_train) s^2 instead of s^2/J, with Student's t of J - 1. `ratio` is
    n_test/n_train.

    >>> [round(each, 3) for each in corrected([0.8, 0.82, 0.84], 0.5)]
    [0.82, 0.741, 0.899]
    """
    known = [each for each in samples if not math.isnan(each)]
    if not known:
        return math.nan, math.nan, math.nan
    centre = math.fsum(known) / len(known)
    if len(known) < 2:
        return centre, math.nan, math.nan
    spread = math.fsum((each - centre) ** 2 for each in known) / (len(known) - 1)
    reach = _student(1 - (1 - coverage) / 2, len(known) - 1) * math.sqrt((1 / len(known) + ratio) * spread)
    return centre, centre - reach, centre + reach


def _student(share: float, freedom: int) -> float:
    """A quantile of Student's t: in closed form where an expansion in the normal one is too coarse."""
    if freedom == 1:
        return math.tan(math.pi * (share - 0.5))
    if freedom == 2:
        apart = 2 * share - 1
        return apart * math.sqrt(2 / (1 - apart * apart))
    return student(share, freedom)


def student(share: float, freedom: float) -> float:
    """A quantile of Student's t, by its expansion in the normal one's (Abramowitz and Stegun 1964, 26.7.5).

    >>> round(student(0.975, 19), 3)
    2.093
    """
    z = NORMAL.inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** (place + 1) for place, term in enumerate(terms))
