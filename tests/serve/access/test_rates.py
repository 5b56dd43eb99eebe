"""A bucket of tokens, by a clock that the test turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.serve.access.errors import RateError
from modelyard.serve.access.rates import SECOND, Rates, address


class Clock:
    """Nanoseconds, as the test says."""

    def __init__(self) -> None:
        self.now = 10 * SECOND

    def __call__(self) -> int:
        return self.now


def taken(rates: Rates, whose: object, rate: float, burst: int | None, times: int) -> int:
    """How many of so many requests get in."""
    got = 0
    for _ in range(times):
        try:
            rates.take(whose, rate, burst)
            got += 1
        except RateError:
            pass
    return got


@pytest.mark.parametrize(
    ("rate", "burst", "at_once"), [(5, None, 5), (0.5, None, 1), (2.5, None, 2), (10, 3, 3), (1, 20, 20)]
)
def test_so_many_at_once_and_then_so_many_a_second(rate: float, burst: int | None, at_once: int) -> None:
    clock = Clock()
    rates = Rates(clock)
    assert taken(rates, "a", rate, burst, 50) == at_once
    for _ in range(3):
        clock.now += round(SECOND / rate)
        assert taken(rates, "a", rate, burst, 50) == 1
    clock.now += 1000 * SECOND  # a bucket holds no more than it does
    assert taken(rates, "a", rate, burst, 50) == at_once


def test_a_tenth_second_ten_times_is_a_second() -> None:
    clock = Clock()
    rates = Rates(clock)
    taken(rates, "a", 10, 1, 1)
    got = 0
    for _ in range(1000):
        clock.now += SECOND // 20
        got += taken(rates, "a", 10, 1, 1)
    assert got == 500


def test_who_must_wait_is_told_how_long() -> None:
    clock = Clock()
    rates = Rates(clock)
    rates.take("a", 0.25)
    for passed, seconds in ((0, 4), (1.5, 3), (2.4, 1)):
        clock.now += round(passed * SECOND)
        with pytest.raises(RateError) as caught:
            rates.take("a", 0.25)
        assert caught.value.headers == ((b"retry-after", b"%d" % seconds),)
        assert caught.value.problem == "at most 0.25 requests a second"
    clock.now += SECOND
    rates.take("a", 0.25)


def test_buckets_are_apart() -> None:
    rates = Rates(Clock())
    assert [taken(rates, whose, 2, None, 9) for whose in ("a", "b", 1, 2)] == [2, 2, 2, 2]


def test_the_bucket_used_longest_ago_goes_first() -> None:
    rates = Rates(Clock(), most=3)
    for whose in ("a", "b", "a", "c", "d"):
        rates.take(whose, 2)
    assert len(rates) == 3
    assert taken(rates, "a", 2, None, 9) == 0  # was kept, and is empty
    assert taken(rates, "b", 2, None, 9) == 2  # was forgotten, and is full again


@given(
    st.lists(st.integers(0, 3 * SECOND), max_size=60),
    st.sampled_from([0.5, 1.0, 4.0, 50.0]),
    st.integers(1, 5),
)
def test_it_is_a_bucket_of_tokens(pauses: list[int], rate: float, burst: int) -> None:
    """Beside the plain reference: tokens that drip, in whole nanoseconds of a token."""
    clock, cost = Clock(), round(SECOND / rate)
    rates, tokens, last = Rates(clock), burst * cost, clock.now
    for pause in pauses:
        clock.now += pause
        tokens = min(burst * cost, tokens + clock.now - last)
        last = clock.now
        expected = tokens >= cost
        tokens -= cost if expected else 0
        assert taken(rates, "a", rate, burst, 1) == expected


@pytest.mark.parametrize(
    ("host", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("x" * 1000, "x" * 64),
    ],
)
def test_an_address_is_somebody(host: str, whose: str) -> None:
    assert address(host) == whose
