"""Numbers of devices: of network cards, and of mobile phones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MAC = re.compile(
    r"(?<![0-9A-Za-z:.-])(?:[0-9A-Fa-f]{2}(?P<gap>[:-])(?:[0-9A-Fa-f]{2}(?P=gap)){4}[0-9A-Fa-f]{2}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z]|[:.-][0-9A-Za-z])"
)
IMEI = re.compile(r"(?<![0-9A-Za-z])[0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{6}[ -]?[0-9](?![0-9A-Za-z])")
BEFORE = re.compile(r"IMEI|串号|设备号|设备识别码", re.IGNORECASE)
NEAR = 24  # characters before a number in which a word tells what it is


@part
class Device(Detector):
    """MAC addresses (EUI-48), and behind a word that says so the IMEI of a phone, whose last digit proves it (Luhn)."""

    label: ClassVar[str] = "device"
    named: ClassVar[str] = r"\b(mac( addr(ess)?)?|imei|device id)\b|设备号|串号"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each number; all digits with dashes are a moment, and one sign over and over is no device."""
        for match in MAC.finditer(text):
            signs = re.sub(r"[^0-9A-Fa-f]", "", match[0])
            if len(set(signs.lower())) > 1 and (":" in match[0] or not signs.isdigit()):
                yield Span(match.start(), match.end())
        for match in IMEI.finditer(text) if told or BEFORE.search(text) else ():
            named = told or BEFORE.search(text[max(0, match.start() - NEAR) : match.start()])
            if named and _checked(match[0]):
                yield Span(match.start(), match.end(), proven=True)

    def plain(self, written: str) -> str:
        """Its digits and letters."""
        return re.sub(r"[^0-9a-f]", "", written.lower())


def _checked(written: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(re.sub(r"[^0-9]", "", written)))
