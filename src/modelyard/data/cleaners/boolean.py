"""Truth values in more words and languages than the kind itself reads."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data import values

TRUE = (
    *("ja", "j", "wahr", "oui", "o", "vrai", "si", "sí", "s", "sì", "verdadero", "vero", "sim", "verdadeiro", "да"),
    *("tak", "ano", "evet", "はい", "예", "对", "對", "有", "√", "✓", "✔", "x", "enabled", "active"),
)
FALSE = (
    *("nein", "falsch", "non", "faux", "falso", "não", "nao", "нет", "nie", "ne", "hay\u0131r", "いいえ", "아니요"),
    *("错", "錯", "无", "無", "没有", "\xd7", "✗", "✘", "disabled", "inactive"),
)


@part
class Boolean(Cleaner):
    """Yes and no in a dozen languages, ticks and crosses, and words of your own become true and false."""

    kind: ClassVar[Kind | None] = Kind.BOOLEAN
    mends: ClassVar[Literal["text", "all"]] = "all"

    means_true: tuple[str | int | float, ...] = Field(default=(), description="words of your own, before all others")
    means_false: tuple[str | int | float, ...] = Field(default=(), description="such as [2] where 1 is yes and 2 is no")

    @model_validator(mode="after")
    def _differ(self) -> Self:
        both = set(map(_told, self.means_true)) & set(map(_told, self.means_false))
        if both:
            raise ValueError(f"cannot mean true and false at once: {', '.join(sorted(both))}")
        return self

    def __call__(self, value: Any) -> bool:  # noqa: ANN401 - as the contract
        """True or false.

        >>> Boolean()("Ja"), Boolean()("无"), Boolean(means_false=(2,))(2), Boolean()(1)
        (True, False, False, True)

        Raises:
            ValueError: it is no word that is known.
        """
        if isinstance(value, bool):
            return value
        word = _told(value)
        if word not in self._known:
            raise ValueError("expected true or false, or a word that means one of them")
        return self._known[word]

    @cached_property
    def _known(self) -> dict[str, bool]:
        usual = dict.fromkeys((*values.TRUE, *TRUE), True) | dict.fromkeys((*values.FALSE, *FALSE), False)
        return (
            usual
            | dict.fromkeys(map(_told, self.means_true), True)
            | dict.fromkeys(map(_told, self.means_false), False)
        )


def _told(value: object) -> str:
    return values.level(value).strip().casefold()
