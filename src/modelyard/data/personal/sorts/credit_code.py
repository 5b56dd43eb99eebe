"""Unified social credit codes of organisations and sole traders in China."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal import regions
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGN = "0-9A-HJ-NPQRTUWXY"
FORM = re.compile(
    rf"(?<![0-9A-Za-z])(?P<head>[1-9ANY][0-9])[ -]?(?P<region>[0-9]{{6}})[ -]?[{SIGN}]{{8}}[ -]?[{SIGN}][ -]?[{SIGN}]"
    r"(?![0-9A-Za-z])",
    re.IGNORECASE,
)
# Who registers, and what (GB 32100-2015, with what was added since).
HEADS = frozenset(
    [
        "11",
        "12",
        "13",
        "19",
        "21",
        "29",
        "31",
        "32",
        "33",
        "34",
        "35",
        "39",
        "41",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "59",
        "61",
        "62",
        "69",
        "71",
        "72",
        "79",
        "81",
        "89",
        "91",
        "92",
        "93",
        "A1",
        "A9",
        "N1",
        "N2",
        "N3",
        "N9",
        "Y1",
    ]
)


@part
class CreditCode(Detector):
    """Eighteen signs of who registers, a region, an organisation and a check sign (GB 32100-2015)."""

    label: ClassVar[str] = "credit code"
    named: ClassVar[str] = r"信用代码|税号|纳税人识别号|\b(uscc|credit code|tax (no|number|id))\b"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its check sign tells it anywhere
        """Each code."""
        for match in FORM.finditer(text):
            region = match["region"]
            placed = region == "100000" or regions.of_province(region)
            if match["head"].upper() in HEADS and placed and _checked(self.plain(match[0])):
                yield Span(match.start(), match.end(), proven=True)

    def plain(self, written: str) -> str:
        """Its signs, without what parts them."""
        return re.sub(r"[ -]", "", written).upper()


def _checked(code: str) -> bool:
    from stdnum.cn import uscc

    return bool(uscc.calc_check_digit(code[:-1]) == code[-1])
