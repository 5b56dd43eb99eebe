"""Dates and times as people write them, taken apart: numbers whose order is open, names of months, hours, offsets."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Order = Literal["dmy", "mdy", "ymd"]
NOTHING = timedelta()
LONGEST = 60  # characters of a date: a longer one is a text
NAMES = (  # of months in English, German, French, Spanish, from January on
    *("jan january januar jän jänner janvier janv enero ene", "feb february februar février févr febrero"),
    *("mar march märz mär mrz mars marzo", "apr april avril avr abril abr", "may mai mayo", "jun june juni juin junio"),
    *("jul july juli juillet juil julio", "aug august août agosto ago", "sep sept september septembre septiembre"),
    *("oct october oktober okt octobre octubre", "nov november novembre noviembre"),
    "dec december dezember dez décembre déc diciembre dic",
)
MONTHS = {name: number for number, names in enumerate(NAMES, 1) for name in names.split()}
LATE, EARLY = frozenset({"pm", "下午", "晚上", "傍晚"}), frozenset({"am", "上午", "早上", "凌晨", "清晨"})
DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|(?:mo|di|mi|do|fr|sa|so))\.?,?\s+"
CLOCK = r"""
    (?P<half>上午|下午|晚上|傍晚|早上|凌晨|清晨|中午)?\s*
    (?P<hour>[0-9]{1,2})(?:
        (?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?)?\s*(?P<noon>[ap]\.?m\.?)?(?:\s?uhr)?
        |(?P<clocked>[点时])(?:(?P<minute2>[0-9]{1,2})分?(?:(?P<second2>[0-9]{1,2})秒)?|(?P<middle>半))?
    )\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-][0-9]{2}:?[0-9]{2}|(?:utc|gmt)[+-][0-9]{1,2})?
"""
BETWEEN = r"(?:,?\s+(?:at\s+|um\s+)?|t|\s*)"
DATES = (
    r"(?P<a>[0-9]{1,4})(?P<mark>[-./])(?P<b>[0-9]{1,2})(?P=mark)(?P<c>[0-9]{1,4})",
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    r"(?P<year>[0-9]{4})\s?年\s?(?P<month>[0-9]{1,2})\s?月\s?(?P<day>[0-9]{1,2})\s?[日号]?(?:\s?(?:星期|周|礼拜)[一二三四五六日天])?",
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?(?:\s+(?:of\s+)?|-|/)(?P<name>[^\W0-9_]{3,10})\.?(?:,?\s+|-|/)(?P<year>[0-9]{4}|[0-9]{2})",
    r"(?P<name>[^\W0-9_]{3,10})\.?\s+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>[0-9]{4})",
    r"(?P<year>[0-9]{4})[-\s](?P<name>[^\W0-9_]{3,10})\.?[-\s](?P<day>[0-9]{1,2})",
)
QUICK = re.compile(  # most of what there is
    r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:[ T]([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?)?"
)
WRITTEN = [re.compile(rf"(?:{DAY})?{date}(?:{BETWEEN}{CLOCK})?", re.VERBOSE | re.IGNORECASE) for date in DATES]


class Written(NamedTuple):
    """A date taken apart: either `numbers` whose order is open, or year, month and day; and the time beside it."""

    numbers: tuple[str, str, str] | None
    day: tuple[int, int, int]
    clock: timedelta
    zone: timedelta | None
    mark: str = ""


def taken_apart(text: str) -> Written:
    """What a date says.

    Raises:
        ValueError: it is none that is read.
    """
    if (quick := QUICK.fullmatch(text)) is not None:
        a, mark, b, c, hour, minute, second = quick.groups()
        clock = timedelta(hours=int(hour), minutes=int(minute), seconds=int(second or 0)) if hour else NOTHING
        return Written((a, b, c), (0, 0, 0), clock, None, mark)
    if not text.isascii() and len(text) <= LONGEST:
        text = unicodedata.normalize("NFKC", text)
    text = text.strip()
    found = next((m for pattern in WRITTEN if (m := pattern.fullmatch(text))), None) if len(text) <= LONGEST else None
    if found is None:
        raise ValueError("expected a date or time")
    said = found.groupdict()
    clock, zone = (_clock(said), _zone(said["zone"])) if said["hour"] else (NOTHING, None)
    if "a" in said:
        return _numbers((said["a"], said["b"], said["c"]), clock, zone, said["mark"])
    month = int(said["month"]) if "month" in said else MONTHS.get(said["name"].casefold(), 0)
    year = said["year"]
    if len(year) == 2:  # 3-Mar-26
        return Written((said["day"], str(month), year), (0, 0, 0), clock, zone, "name")
    return Written(None, (int(year), month, int(said["day"])), clock, zone)


def fits(written: Written, order: Order, pivot: int) -> bool:
    """Whether a date has a meaning in an order."""
    try:
        moment(written, order, pivot)
    except ValueError:
        return False
    return True


def moment(written: Written, order: Order, pivot: int) -> datetime:
    """The moment in UTC; two digits below `pivot` are a year of this century.

    Raises:
        ValueError: there is no such day, or not in this order.
    """
    year, month, day = written.day if written.numbers is None else _ordered(written, order, pivot)
    try:
        when = datetime(year, month, day) + written.clock  # noqa: DTZ001 - moments are of UTC, without saying so
        return when - written.zone if written.zone else when
    except (ValueError, OverflowError):
        raise ValueError(f"expected a day that there is, in the order {order}") from None


def _ordered(written: Written, order: Order, pivot: int) -> tuple[int, int, int]:
    order = "dmy" if written.mark == "name" else order
    at = dict(zip(order, written.numbers or (), strict=True))
    if len(at["y"]) not in {2, 4} or len(at["d"]) > 2 or len(at["m"]) > 2:
        raise ValueError(f"expected a date in the order {order}")
    year = int(at["y"])
    if len(at["y"]) == 2:
        year += 2000 if year < pivot else 1900
    return year, int(at["m"]), int(at["d"])


def _numbers(parts: tuple[str, str, str], clock: timedelta, zone: timedelta | None, mark: str) -> Written:
    """Three numbers: where the year comes first with four digits, nothing is open."""
    if len(parts[0]) == 4:
        year, month, day = parts
        if len(day) > 2:
            raise ValueError("expected a date or time")
        return Written(None, (int(year), int(month), int(day)), clock, zone)
    if len(parts[0]) > 2 or len(parts[2]) not in {2, 4}:
        raise ValueError("expected a date or time")
    return Written(parts, (0, 0, 0), clock, zone, mark)


def _clock(said: dict[str, str | None]) -> timedelta:
    """The time of day."""
    half = (said["half"] or said["noon"] or "").casefold().replace(".", "")
    hour = int(said["hour"] or 0)
    minute = 30 if said["middle"] else int(said["minute"] or said["minute2"] or 0)
    second = int(said["second"] or said["second2"] or 0)
    if (
        hour > 24
        or minute > 59
        or second > 59
        or (hour == 24 and minute + second)
        or (said["noon"] and not 1 <= hour <= 12)
    ):
        raise ValueError("expected a time of day from 00:00 to 24:00")
    if not (half or said["minute"] or said["clocked"]):
        raise ValueError("expected a time of day with its minutes")
    if half in LATE and hour < 12:
        hour += 12
    elif half in EARLY and hour == 12:
        hour = 0
    micro = int((said["part"] or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _zone(written: str | None) -> timedelta | None:
    """The offset from UTC."""
    if written is None:
        return None
    digits = re.sub("[^0-9]", "", written)
    if not digits:
        return NOTHING
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 14 or minutes > 59:
        raise ValueError("expected an offset from UTC of at most 14 hours")
    return timedelta(hours=hours, minutes=minutes) * (-1 if "-" in written else 1)
