"""A text in pieces that are told apart: words, or signs of scripts without spaces, neighbours together when many.

The pieces, one after the other, are the text again, so that what is left out is all that changes.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

SIGNS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese, Japanese
LONGEST = 24  # signs without a space, as in Thai or in an address, that are one piece
UNIT = re.compile(rf"\s+|[{SIGNS}]\s*|[^\s{SIGNS}]{{1,{LONGEST}}}\s*")


def split(text: str, most: int) -> list[str]:
    """At most `most` pieces of a text; none of an empty one.

    >>> split("late again, 逾期了", 40)
    ['late ', 'again, ', '逾', '期', '了']
    >>> split("one two three four five", 2)
    ['one two three ', 'four five']
    """
    units = UNIT.findall(text)
    if len(units) <= most:
        return units
    edges = np.ceil(np.arange(most + 1) * len(units) / most).astype(int)
    return ["".join(units[start:end]) for start, end in pairwise(edges.tolist())]
