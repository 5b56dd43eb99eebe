"""Texts with one sign for each digit, letter, dash and blank of many, so that detectors need not know them all."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
BLANKS = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t"
STOPS = "，：；！？（）"  # which part what stands between them, in Chinese, and must not read as a part of it
NO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


def even(text: str) -> tuple[str, list[int] | None]:
    r"""The text even, and for each of its characters the place in the original, where these are not the same.

    >>> even("\uff11\uff13\uff18\uff0d\uff21\uff22")
    ('138-AB', None)
    >>> even("1\u200b2")
    ('12', [0, 2])
    """
    if text.isascii():
        return text, None
    if NO_WIDTH.isdisjoint(text):
        return text.translate(_signs()), None
    places = [place for place, sign in enumerate(text) if sign not in NO_WIDTH]
    return "".join(text[place] for place in places).translate(_signs()), places


@cache
def _signs() -> dict[int, str]:
    """Full-width forms, every script's decimal digits, dashes and blanks: each one sign for one."""
    full = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in STOPS}
    digits = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) == "Nd"
    }
    return full | digits | {ord(sign): "-" for sign in DASHES} | {ord(sign): " " for sign in BLANKS}
