"""Characters that look alike or cannot be seen."""

from __future__ import annotations

import re
from typing import Literal

from modelyard.core.featuring import Cleaner
from modelyard.core.normal import normal
from modelyard.core.registry import part

# Control characters but for tabs and ends of lines; soft hyphens, marks of direction, characters of no width. Joiners
# stay, as some scripts and pictures are written with them.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


@part
class Unicode(Cleaner):
    """Full-width letters and digits, ligatures and other compatible characters become the usual ones (NFKC).

    Characters that cannot be seen are taken out. The form `NFC` leaves what is compatible, such as full-width letters,
    and only writes each accent in one way (Unicode Standard Annex 15).
    """

    form: Literal["NFKC", "NFC"] = "NFKC"

    def __call__(self, value: str) -> str | None:
        r"""The same text in usual characters; what is left empty is missing.

        >>> Unicode()("\uff2e\uff4f\uff0e\uff11"), Unicode()("\ufb01n\u00ade"), Unicode()("\u200b")
        ('No.1', 'fine', None)
        """
        seen = value if value.isascii() and value.isprintable() else UNSEEN.sub("", value)
        return normal(seen, self.form) or None
