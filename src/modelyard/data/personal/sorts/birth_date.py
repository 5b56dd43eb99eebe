"""Days of birth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
DAY = re.compile(
    r"(?<![0-9])(?:(?:18|19|20)[0-9]{2}(?P<gap>[-/. ])[01]?[0-9](?P=gap)[0-3]?[0-9](?:[T ]00:00(?::00(?:\.0+)?)?)?"
    r"|(?:18|19|20)[0-9]{2} ?年 ?[01]?[0-9] ?月 ?[0-3]?[0-9] ?日?"
    r"|[0-3]?[0-9](?P<turn>[-/. ])[0-3]?[0-9](?P=turn)(?:(?:18|19|20)[0-9]{2}|[0-9]{2})"
    rf"|[0-3]?[0-9](?:st|nd|rd|th)? {MONTH},? (?:18|19|20)[0-9]{{2}}"
    rf"|{MONTH} [0-3]?[0-9](?:st|nd|rd|th)?,? (?:18|19|20)[0-9]{{2}}"
    r"|(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9])(?![0-9])",
    re.IGNORECASE,
)
NEAR = 30  # characters before a day in which a word tells what it is
BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?:born(?: on)?|birth ?(?:day|date)|date of birth|d\.?o\.?b\.?|geboren(?: am)?|geburtsdatum)|"
    r"出生日期|出生年月日?|出生于|出生|生日|生于)"
    r"\W{0,3}(?:is|was|是|为)?\W{0,3}$",
    re.IGNORECASE,
)
AFTER = re.compile(r" ?(?:出生|生(?!产|效|成))")


@part
class BirthDate(Detector):
    """A day beside a word that says birth, or in a column whose name does."""

    label: ClassVar[str] = "birth date"
    named: ClassVar[str] = (
        r"\bbirth ?(day|date)?\b|\bdate of birth\b|\bdob\b|\bborn\b|geburtsdatum|出生日期|出生年月|出生时间|生日"
    )

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each day."""
        for match in DAY.finditer(text):
            if (
                told
                or BEFORE.search(text[max(0, match.start() - NEAR) : match.start()])
                or AFTER.match(text[match.end() :])
            ):
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """Without the midnight that it may be written with."""
        return re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", written.strip())
