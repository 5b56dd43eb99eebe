"""Two groups apart by their own intervals: the oracles are Newcombe's figures, the definition of a ratio, and draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelyard.core import intervals
from modelyard.evaluate import between
from modelyard.evaluate.pairs import Figure


def share(hits: int, trials: int) -> Figure:
    return Figure(hits / trials, *intervals.wilson(hits / trials, trials))


@pytest.mark.parametrize(
    ("one", "other", "ends"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_a_difference_of_shares_is_newcombes(
    one: tuple[int, int], other: tuple[int, int], ends: tuple[float, float]
) -> None:
    assert between.span([(share(*other), share(*one))], "difference") == pytest.approx(ends, abs=1e-4)


@pytest.mark.parametrize(
    ("less", "more"), [((3, 10), (9, 10)), ((1, 20), (2, 20)), ((0, 12), (4, 30)), ((9, 9), (8, 8))]
)
def test_at_the_ends_of_a_ratio_the_difference_from_it_may_be_nothing(
    less: tuple[int, int], more: tuple[int, int]
) -> None:
    one, other = share(*less), share(*more)
    found = between.span([(one, other)], "ratio")
    assert found is not None
    low, high = found
    assert low <= one.value / other.value <= high
    for end, place in ((low, 1), (high, 2)):
        times = Figure(other.value * end, other.low * end, other.high * end)
        assert between.difference(one, times)[place] == pytest.approx(0, abs=1e-9)


def test_what_is_not_defined_or_has_no_bound_is_told_apart() -> None:
    nothing, some = share(0, 20), share(5, 20)
    unknown = Figure(math.nan, math.nan, math.nan)
    for kind, pairs in (("ratio", [(nothing, nothing)]), ("ratio", [(Figure(-1, -2, 0), some)])):
        assert np.isnan(between.span(pairs, kind)).all()  # type: ignore[arg-type]
    assert np.isnan(between.span([(some, some), (unknown, some)], "difference")).all()  # type: ignore[arg-type]
    assert between.span([(Figure(0.1, 0.05, 0.2), Figure(0.2, 0.0, 0.4))], "ratio") is None


@pytest.mark.parametrize(
    "rates", [(0.9, 0.6, 0.5, 0.2), (0.9, 0.6, 0.2, 0.5), (0.8, 0.8, 0.1, 0.1), (0.9, 0.5, 0.2, 0.1)]
)
def test_the_worse_of_two_lies_where_it_is_said_to(rates: tuple[float, float, float, float]) -> None:
    """Of a thousand data sets: as far apart by both rates, the one with more by each or not, or alike."""
    random = np.random.default_rng(5)
    trials, sizes = 1000, (30, 60, 40, 80)
    apart = max(abs(rates[0] - rates[1]), abs(rates[2] - rates[3]))
    quotient = min(min(a, b) / max(a, b) for a, b in (rates[:2], rates[2:]))
    held, ratios = 0, 0
    for _ in range(trials):
        a, b, c, d = (share(int(random.binomial(n, p)), n) for n, p in zip(sizes, rates, strict=True))
        found = between.span([(a, b), (c, d)], "difference")
        assert found is not None
        held += found[0] <= apart <= found[1]
        ends = between.span([(a, b), (c, d)], "ratio")
        assert ends is not None
        ratios += math.isnan(ends[0]) or ends[0] <= quotient <= ends[1]
    assert min(held, ratios) >= 940
