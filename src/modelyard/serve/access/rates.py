"""How many requests a second: a bucket of tokens for each key, or for each address where there are no keys."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from time import monotonic_ns
from typing import TYPE_CHECKING

from modelyard.serve.access.errors import RateError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

SECOND = 1_000_000_000  # nanoseconds
MOST = 10_000  # buckets that are kept; the one that was used longest ago goes first


class Rates:
    """Buckets in the form of the generic cell rate algorithm: of each only the moment at which it will be full is kept.

    ITU-T I.371: with T the time of one token and B what a bucket holds, a request at t is let in where
    max(t, full) + T <= t + B T, and `full` becomes max(t, full) + T. Whole nanoseconds add up exactly.
    """

    def __init__(self, clock: Callable[[], int] = monotonic_ns, most: int = MOST) -> None:
        """All full; `clock` is in nanoseconds."""
        self._clock, self._most = clock, most
        self._full: dict[Hashable, int] = {}

    def take(self, whose: Hashable, rate: float, burst: int | None = None) -> None:
        """A token of a bucket that gets `rate` a second, and holds `burst`: as many as a second gives, unless said.

        Raises:
            RateError: it is empty.
        """
        now, cost = self._clock(), round(SECOND / rate)
        holds = (max(1, int(rate)) if burst is None else burst) * cost
        full = max(now, self._full.pop(whose, now)) + cost
        if full > now + holds:
            self._full[whose] = full - cost
            raise RateError(rate, -((now + holds - full) // SECOND))
        if len(self._full) >= self._most:
            del self._full[next(iter(self._full))]
        self._full[whose] = full

    def __len__(self) -> int:
        """Buckets that are kept."""
        return len(self._full)


@lru_cache(maxsize=4096)
def address(host: str) -> str:
    """Whose bucket an address takes from: its own, and for IPv6 that of its /64, which one customer has whole.

    >>> address("2001:db8:1:2:3::4"), address("192.0.2.7"), address("::ffff:192.0.2.7")
    ('2001:db8:1:2::', '192.0.2.7', '192.0.2.7')
    """
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(found) >> 64 << 64))
