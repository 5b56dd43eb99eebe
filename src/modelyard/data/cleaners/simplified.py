"""Traditional Chinese characters in simplified ones, by OpenCC."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from opencc import OpenCC

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part

KEPT = "么"  # simplified already, and in traditional texts another word that hardly occurs
PASSES = 4  # conversions after which a text is as simplified as it gets


@part
class Simplified(Cleaner):
    """Traditional Chinese becomes simplified (OpenCC): t2s of any, tw2s and hk2s as Taiwan and Hong Kong write it.

    The server needs the package OpenCC for it: `pip install 'modelyard[data]'`.
    """

    variant: Literal["t2s", "tw2s", "hk2s"] = "t2s"

    def __call__(self, value: str) -> str:
        """The same text in simplified characters; what is simplified already stays.

        >>> Simplified()("臺灣的電腦，這是什麼？")
        '台湾的电脑，这是什么？'

        Raises:
            ValueError: OpenCC changes it again and again.
        """
        if value.isascii():
            return value
        for _ in range(PASSES):
            once = self._converted(value)
            if once == value:
                return value
            value = once
        raise ValueError("expected a text in Chinese that OpenCC knows how to simplify")

    def _converted(self, text: str) -> str:
        convert = _converter(self.variant).convert
        return KEPT.join(convert(piece) if piece else piece for piece in text.split(KEPT))


@lru_cache(maxsize=3)
def _converter(variant: str) -> OpenCC:
    return OpenCC(variant)
