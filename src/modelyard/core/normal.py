"""Unicode's normal forms of texts that anybody may have written, in time that grows with their length alone."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

# Marks in a row are put in order, which takes a time in proportion to the square of how many they are.
LONG = 256  # marks in a row, from which on they are parted: no script has as many on one letter
RUN = 30  # marks between two joiners: Unicode Standard Annex 15, section 13, Stream-Safe Text Format
FIRST, LAST = 0x300, 0x20000  # between which all marks lie
JOINER = "\u034f"  # the combining grapheme joiner, over which no mark is moved


def normal(text: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    r"""A text in a normal form; endless marks on one letter are parted as the stream-safe format parts them.

    >>> normal("\uff2e\uff4f\uff0e\uff11"), normal("e\u0301"), len(normal("e" + 300 * "\u0301"))
    ('No.1', 'é', 310)
    """
    made = unicodedata.normalize(form, _parted(text))
    parted = _parted(made)  # one mark may become two
    return made if parted == made else unicodedata.normalize(form, parted)


def _parted(text: str) -> str:
    if len(text) < LONG or text.isascii() or _marks(LONG).search(text) is None:
        return text
    return _marks(RUN).sub(rf"\g<0>{JOINER}", text)


@cache
def _marks(count: int) -> re.Pattern[str]:
    """So many characters in a row that are, or become, nothing but marks on what stands before them."""
    signs = "".join(map(chr, filter(_is_mark, range(FIRST, LAST))))
    return re.compile(rf"[{signs}]{{{count}}}")


def _is_mark(code: int) -> bool:
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", chr(code))))
