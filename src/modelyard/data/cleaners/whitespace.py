"""White space that says nothing."""

from __future__ import annotations

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part


@part
class Whitespace(Cleaner):
    """White space at both ends is cut, runs of it inside become one blank, and what is left empty is missing."""

    def __call__(self, value: str) -> str | None:
        r"""Any white space that Unicode knows, the ideographic space included; characters of no width as well.

        >>> Whitespace()("  Ann\u3000 Lee\u200b "), Whitespace()("  ")
        ('Ann Lee', None)
        """
        return " ".join(value.translate(NO_WIDTH).split()) or None


NO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u2060\ufeff"))
