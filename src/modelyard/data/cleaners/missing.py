"""Words and numbers that mean that nothing is known."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import Field

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.data import values

WORDS = (
    *("", "?", "-", "--", "---", ".", "n/a", "na", "nan", "null", "none", "nil", "unknown", "not known", "missing"),
    *("not available", "#n/a", "tbd", "k.a.", "无", "無", "空", "未知", "不详", "不詳", "暂无", "缺失", "未填", "/"),
)


@part
class Missing(Cleaner):
    """What these words say is missing, whatever their case and the blanks around them; numbers stand for themselves."""

    mends: ClassVar[Literal["text", "all"]] = "all"

    words: tuple[str | int | float, ...] = Field(default=WORDS, description="such as ['?', unknown, -999]")

    def __call__(self, value: Any) -> object:  # noqa: ANN401 - as the contract
        """None for what means nothing, and anything else as it is.

        >>> missing = Missing(words=("unknown", -999))
        >>> missing(" Unknown "), missing(-999.0), missing("-999"), missing("no")
        (None, None, None, 'no')
        """
        return None if _told(value) in self._known else value

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(map(_told, self.words))


def _told(value: object) -> str:
    if not isinstance(value, str):
        return values.level(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else repr(value)
    word = value.strip().casefold()
    return values.level(float(word)) if values.WRITTEN.fullmatch(word) else word
