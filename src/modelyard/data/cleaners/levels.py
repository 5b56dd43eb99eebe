"""The ways in which one thing is written, brought to one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.data import values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Level = str | int | float | bool
PASSES = 4  # times after which a case is as it stays
CASES: Mapping[str, Callable[[str], str]] = {
    "as_is": str,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "fold": str.casefold,
}


@part
class Levels(Cleaner):
    """Variants become the level that they mean, `to: {NYC: New York, 1: one}`; all else may be brought to one case."""

    mends: ClassVar[Literal["text", "all"]] = "all"

    to: dict[str, Level] = Field(default={}, description="variants and what they mean; numbers are written as text")
    case: Literal["as_is", "lower", "upper", "title", "fold"] = Field(
        default="as_is", description="of what is not in `to`, and by which `to` is looked up"
    )

    @model_validator(mode="after")
    def _leads_to_an_end(self) -> Self:
        further = [name for name in self.to if self._of(values.level(self.to[name])) != self.to[name]]
        if further:
            raise ValueError(f"what these lead to leads further, so say at once where to: {', '.join(further[:5])}")
        return self

    def __call__(self, value: Any) -> object:  # noqa: ANN401 - as the contract
        """The level that it means.

        >>> levels = Levels(to={"NYC": "New York", "new york": "New York"}, case="title")
        >>> levels("nyc"), levels("new YORK"), levels("san francisco"), levels(7)
        ('New York', 'New York', 'San Francisco', 7)
        """
        if isinstance(value, str):
            return self._of(value)
        return self._known.get(self._cased(values.level(value)), value)

    def _of(self, word: str) -> Level:
        cased = self._cased(word)
        return self._known.get(cased, cased)

    @cached_property
    def _known(self) -> dict[str, Level]:
        ends = {self._cased(values.level(level)): level for level in self.to.values()}
        return ends | {self._cased(name): level for name, level in self.to.items()}

    def _cased(self, word: str) -> str:
        for _ in range(PASSES):
            if (once := CASES[self.case](word)) == word:
                break
            word = once
        return word
