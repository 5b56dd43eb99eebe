"""Chinese licence plates of vehicles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·•・.-]?"
    r"(?P<tail>[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])(?![0-9A-Za-z])",
    re.IGNORECASE,
)
DIGITS = 3  # at least: a plate has at most two letters behind that of its city


@part
class Plate(Detector):
    """A province, a city's letter and five signs, or six of a car of new energy (GA 36-2018)."""

    label: ClassVar[str] = "licence plate"
    named: ClassVar[str] = r"车牌|車牌|\b(licen[cs]e|number) plate\b|\bplate ?(no|number)\b"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its form tells it anywhere
        """Each plate."""
        for match in FORM.finditer(text):
            if sum(sign.isdigit() for sign in match["tail"]) >= DIGITS:
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """Its signs, without what parts them."""
        return re.sub(r"[^0-9A-Z\u4e00-\u9fff]", "", written.upper())
