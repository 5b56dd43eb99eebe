"""Identity numbers of residents of China."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal import regions
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW = re.compile(
    r"(?<![0-9A-Za-z])(?P<region>[1-9][0-9]{5})[ -]?(?P<year>(?:18|19|20)[0-9]{2})[ -]?(?P<month>[01][0-9])[ -]?"
    r"(?P<day>[0-3][0-9])[ -]?[0-9]{3}[ -]?[0-9Xx](?![0-9A-Za-z])"
)
OLD = re.compile(
    r"(?<![0-9A-Za-z])(?P<region>[1-9][0-9]{5})[ -]?(?P<year>[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])"
    r"[ -]?[0-9]{3}(?![0-9A-Za-z])"
)


@part
class ResidentId(Detector):
    """Eighteen signs of a region, a day of birth and a check sign (GB 11643-1999), or fifteen of the old form."""

    label: ClassVar[str] = "identity number"
    named: ClassVar[str] = (
        r"身份证|身份證|公民身份|证件号|\b(id ?card|identity|national id|resident id)( ?(no|number|nr))?\b"
    )

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its parts tell it anywhere
        """Each number; that of the old form has no check digit, so nothing proves it."""
        for match in NEW.finditer(text):
            if _born(match, 0) and regions.known(match["region"]) and _checked(match[0]):
                yield Span(match.start(), match.end(), proven=True)
        for match in OLD.finditer(text):
            if _born(match, 1900) and regions.known(match["region"]):
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """Its signs, without what parts them."""
        return re.sub(r"[ -]", "", written).upper()


def _born(match: re.Match[str], century: int) -> bool:
    """Whether somebody living or not long dead can be born on that day."""
    try:
        day = date(century + int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return False
    return day.year >= 1880 and day <= datetime.now(UTC).date()


def _checked(written: str) -> bool:
    from stdnum.cn import ric

    number = re.sub(r"[ -]", "", written).upper()
    return bool(ric.calc_check_digit(number) == number[-1])
