"""Values made coarser: numbers to ranges, days to months, postcodes to their beginning, addresses to networks."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part

By = Literal["range", "middle", "month", "quarter", "year", "prefix", "network", "mapping"]
RANGE = re.compile(r"\[\S+, \S+\)|< \S+|>= \S+")
EXACT = 2.0**45  # from which on rounding hides how many whole widths there are
NETWORKS = {4: 24, 6: 48}  # bits of an address that stay
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@part
class Generalise(Cleaner):
    """Each value becomes the coarser one that it lies in; what is coarse already stays.

    >>> Generalise(by="range")(37), Generalise(by="quarter")("2026-05-17"), Generalise(by="network")("8.8.4.4")
    ('[30, 40)', '2026-04-01', '8.8.4.0/24')
    """

    mends: ClassVar[Literal["text", "all"]] = "all"
    by: By = Field(
        description="what a value becomes: a range, its middle, the first day of a month, quarter or year ..."
    )
    width: float = Field(default=10, gt=0, description="of a range, from zero on")
    edges: tuple[float, ...] = Field(default=(), description="of ranges, instead of a width, from low to high")
    length: int = Field(default=2, ge=1, description="characters of a prefix")
    mapping: dict[str, str] = Field(default={}, description="from values to coarser ones")
    other: str | None = Field(
        default=None, description="what a value that the mapping lacks becomes; itself if not said"
    )

    @model_validator(mode="after")
    def _settles(self) -> Generalise:
        """Applied twice, it does what it does once."""
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError("the edges are not in order")
        if self.by == "middle" and self.edges:
            raise ValueError("ranges with edges have no middle below the first and above the last: say width")
        if self.by == "mapping" and not (self.mapping or self.other is not None):
            raise ValueError("a mapping needs entries")
        on = sorted({to for to in [*self.mapping.values(), self.other] if to and self.mapping.get(to, to) != to})
        if on:
            raise ValueError("a coarser value of the mapping is mapped on to another")
        return self

    def __call__(self, value: object) -> object:
        """The coarser value.

        Raises:
            ValueError: it is no number, no date, or no address.
        """
        if self.by in MONTHS:
            return _first_day(value, MONTHS[self.by])
        if self.by == "network":
            return _network(value)
        if self.by == "prefix":
            return _text(value)[: self.length]
        if self.by == "mapping":
            return self._mapped(_text(value))
        if self.by == "range" and isinstance(value, str) and RANGE.fullmatch(value):
            return value
        number = _number(value)
        return self._middle(number) if self.by == "middle" else self._range(number)

    def _mapped(self, text: str) -> str:
        coarse = text in self.mapping.values() or self.other is None or text == self.other
        return self.mapping.get(text, text if coarse else str(self.other))

    def _range(self, number: float) -> str:
        if not self.edges:
            low = _step(number / self.width) * self.width
            return f"[{_told(low)}, {_told(low + self.width)})"
        if number < self.edges[0]:
            return f"< {_told(self.edges[0])}"
        above = [edge for edge in self.edges if edge > number]
        return f"[{_told(self.edges[-len(above) - 1])}, {_told(above[0])})" if above else f">= {_told(self.edges[-1])}"

    def _middle(self, number: float) -> float:
        steps = number / self.width
        return number if abs(steps) > EXACT else (_step(steps) + 0.5) * self.width


def _step(steps: float) -> float:
    """How many whole widths; what is a whole number but for rounding is one."""
    if abs(steps) > EXACT:
        return float(math.floor(steps))
    nearest = float(round(steps))
    return nearest if abs(steps - nearest) <= 4 * math.ulp(steps) else float(math.floor(steps))


def _told(number: float) -> str:
    number = round(number, 9)
    return str(int(number)) if number.is_integer() else repr(number)


def _number(value: object) -> float:
    if isinstance(value, bool):
        raise ValueError("expected a number, got true or false")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("expected a finite number")
    return number


def _first_day(value: object, months: int) -> object:
    """The first day of so many months, as a date where it was one, else as text."""
    try:
        day = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        day = None
    if not isinstance(day, date):
        raise ValueError("expected a date in ISO 8601, such as 2026-03-31")
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    if isinstance(value, str):
        return first.isoformat()
    return datetime(first.year, first.month, 1, tzinfo=day.tzinfo) if isinstance(day, datetime) else first


def _network(value: object) -> str:
    text = _text(value).strip()
    try:
        if "/" in text:
            return str(ip_network(text))
        address = ip_address(text)
        return str(ip_network(f"{address}/{NETWORKS[address.version]}", strict=False))
    except ValueError:
        raise ValueError("expected an IP address") from None


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)
