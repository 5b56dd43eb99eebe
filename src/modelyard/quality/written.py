"""How numbers and dates are written in text: the forms that a value has, told without reading it as one."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

MOST = 40  # characters of what is a number or a date
UNIT = r"(?P<unit>[^\W\d_][^\d\s]{0,9}|[%°€$£¥￥₹]\w{0,2})"
NUMBER = re.compile(
    rf"^(?P<before>[€$£¥￥₹]|[A-Z]{{3}}\s)?\s*[-+]?(?P<digits>\d[\d.,'\u00a0\u202f ]*)\s*{UNIT}?$", re.UNICODE
)
DATES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("year-month-day", re.compile(r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})([T ]\d{1,2}:\d{2}.*)?$")),
    ("year/month/day", re.compile(r"^(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})( \d{1,2}:\d{2}.*)?$")),
    ("year month day in Chinese", re.compile(r"^(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日?$")),
    ("slashes", re.compile(r"^(?P<a>\d{1,2})/(?P<b>\d{1,2})/(\d{2}|\d{4})( \d{1,2}:\d{2}.*)?$")),
    ("dots", re.compile(r"^(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(\d{2}|\d{4})$")),
    ("dashes", re.compile(r"^(?P<a>\d{1,2})-(?P<b>\d{1,2})-\d{4}$")),
    ("the month in words", re.compile(r"^(\d{1,2}[ -][A-Za-z]{3,9}[ -,]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})$")),
    ("digits alone", re.compile(r"^(?P<y>19\d\d|20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])$")),
)


class Number(NamedTuple):
    """A number as it is written: its decimal mark, where it has one, and its unit."""

    mark: str
    unit: str


class Day(NamedTuple):
    """A date as it is written: its form, and which of its first two figures cannot be a month."""

    form: str
    day: str = ""


def number(value: str) -> Number | None:
    """How a number is written; None for what is none.

    >>> number("1.234,50 EUR"), number("12.5kg"), number("about 3"), number("00123")
    (Number(mark=',', unit='EUR'), Number(mark='.', unit='kg'), None, None)
    """
    value = value.strip()
    match = NUMBER.match(value) if len(value) <= MOST else None
    if match is None:
        return None
    digits = match["digits"].strip(" .,'")
    if len(digits) > 1 and digits[0] == "0" and digits.isdigit():
        return None  # a code
    return Number(_mark(digits), (match["before"] or match["unit"] or "").strip())


def day(value: str) -> Day | None:
    """How a date is written; None for what is none.

    >>> day("31/12/2020"), day("12/31/2020"), day("2020-13-01")
    (Day(form='slashes', day='first'), Day(form='slashes', day='second'), None)
    """
    value = value.strip()
    if len(value) > MOST:
        return None
    for form, pattern in DATES:
        match = pattern.match(value)
        if match is not None:
            return _day(form, match.groupdict())
    return None


def _day(form: str, told: dict[str, str | None]) -> Day | None:
    if "a" in told:
        one, other = int(told["a"] or 0), int(told["b"] or 0)
        if not (1 <= one <= 31 and 1 <= other <= 31) or min(one, other) > 12:
            return None
        return Day(form, "first" if one > 12 else "second" if other > 12 else "")
    if "m" in told and not (1 <= int(told["m"] or 0) <= 12 and 1 <= int(told["d"] or 0) <= 31):
        return None
    if told.get("y") and told.get("d"):
        try:
            date(int(told["y"] or 0), int(told["m"] or 0), int(told["d"] or 0))
        except ValueError:
            return None
    return Day(form)


def _mark(digits: str) -> str:
    """The decimal mark: the last sign that has other than three digits behind it, or comes after another one."""
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return ""
    behind = len(digits) - digits.rindex(signs[-1]) - 1
    if behind != 3:
        return signs[-1]
    return signs[-1] if len(set(signs)) == 2 else ""
