"""Personal data taken out, and what it was said instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.data.personal import standing
from modelyard.data.personal.finder import REGIONS, finder, label


@dataclass(frozen=True)
class Masked(standing.Stand):
    """A sort's label in brackets, the same for all."""

    def __call__(self, sort: str, text: str) -> str:  # noqa: ARG002 - it tells nothing of what it stands for
        """Such as `[e-mail]`."""
        return f"[{label(sort)}]"

    def known(self, text: str) -> bool:
        """Nothing in brackets tells anything, whoever wrote it."""
        return text.startswith("[") and text.endswith("]") and not any(sign.isdigit() for sign in text)


@part
class Mask(Cleaner):
    """What is found inside a text becomes `[e-mail]`, `[phone]` and so on; with `whole`, every value does.

    >>> Mask()("write to ann@example.org"), Mask(whole="name")("Ann Lee")
    ('write to [e-mail]', '[name]')
    """

    mends: ClassVar[Literal["text", "all"]] = "all"
    sorts: tuple[str, ...] = Field(default=(), description="of personal data that are looked for; all if none is said")
    regions: tuple[str, ...] = Field(default=REGIONS, description="whose telephone numbers are known, ISO 3166")
    whole: str = Field(default="", description="the sort that every value of the column is, such as name")

    @property
    def packages(self) -> tuple[str, ...]:
        """What looks for personal data."""
        return () if self.whole else standing.FINDING

    def __call__(self, value: object) -> object:
        """Masked."""
        if self.whole:
            return standing.whole(value, self.whole, Masked())
        return standing.inside(value, finder(self.sorts, self.regions), Masked())
