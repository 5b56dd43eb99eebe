"""The comparison of features counts right: which columns it encodes, and when it says noise."""

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

import features


def test_the_interval_is_that_of_the_corrected_resampled_t() -> None:
    apart = np.array([0.01, 0.03, -0.01, 0.02])
    low, high = features._interval(apart, 0.2)
    error = math.sqrt(apart.var(ddof=1) * (1 / 4 + 0.2 / 0.8))
    half = stats.t.ppf(0.975, 3) * error
    assert (low, high) == pytest.approx((apart.mean() - half, apart.mean() + half), rel=1e-6)


@pytest.mark.parametrize(("moved", "verdict"), [([-0.1, -0.101, -0.099], "better"), ([0.1, -0.1, 0.0], "noise")])
def test_what_may_be_chance_is_called_noise(moved: list[float], verdict: str) -> None:
    found = {"plain": [0.5, 0.5, 0.5], "way": [0.5 + by for by in moved]}
    lines = list(features._told("data", "linear", found, 0.2))
    assert [line["verdict"] for line in lines] == ["", verdict]


def test_means_are_taken_of_categories_of_many_levels() -> None:
    frame = pl.DataFrame({"many": list("abcdefgh"), "few": list("abababab"), "number": range(8), "y": list("nynynyny")})
    assert features._recipe("target_mean", frame, "y", "binary")["columns"] == {"many": {"encoder": "target_mean"}}
    assert features._recipe("plain", frame, "y", "binary") == {"target": "y", "task": "binary", "prepare": []}
