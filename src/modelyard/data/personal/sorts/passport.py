"""Numbers of passports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = re.compile(r"(?<![0-9A-Za-z])(?=[A-Za-z0-9]*[0-9]{5})[A-Za-z]{0,2}[0-9]{1,2}[A-Za-z0-9]{5,7}(?![0-9A-Za-z])")
NEAR = 40  # characters before a number in which a word tells what it is
BEFORE = re.compile(
    r"(?:passport|reisepass|护照|護照|通行证)\s*(?:no|number|nr|num|id|号码?|號碼?|編號|编号)?\W{0,4}(?:is|ist|was|为|是)?\W{0,3}$",
    re.IGNORECASE,
)


@part
class Passport(Detector):
    """Seven to nine digits and letters behind a word that says passport: they have no form of their own."""

    label: ClassVar[str] = "passport"
    named: ClassVar[str] = r"\bpassport\b|护照|護照|通行证"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each number."""
        for match in FORM.finditer(text):
            if 7 <= len(match[0]) <= 10 and (told or BEFORE.search(text[max(0, match.start() - NEAR) : match.start()])):
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """Its signs in capitals."""
        return written.strip().upper()
