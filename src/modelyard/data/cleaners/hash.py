"""Values replaced by what only who has a key can make of them: the same of the same, and nothing to be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part
from modelyard.data.personal import keyed, standing
from modelyard.data.personal.finder import REGIONS, finder, label

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTH, CHECK = 26, 10  # signs of five bits: two different values meet by chance in one of 2**65 pairs of tables
FORM = re.compile(rf"[0-9A-Z]{{{LENGTH}}}-[0-9A-Z]{{{CHECK}}}")


@dataclass(frozen=True)
class Hashed(standing.Stand):
    """An HMAC of a sort and the one form of a value; within a text it has the sort's label before it."""

    key: str
    regions: tuple[str, ...]
    labelled: bool = False

    def __call__(self, sort: str, text: str) -> str:
        """Thirty-seven signs."""
        plain = finder((), self.regions).plain(sort, text)
        made = keyed.stand_in(self.key, ("hash", sort, plain), LENGTH, CHECK)
        return f"[{label(sort)} {made}]" if self.labelled else made

    def known(self, text: str) -> bool:
        """Whether the key made it."""
        bare = text.strip("[]").rpartition(" ")[2] if self.labelled else text
        return FORM.fullmatch(bare) is not None and keyed.genuine(self.key, bare, CHECK)


@part
class Hash(Cleaner):
    """HMAC-SHA-256 of each value, or with `inside` of what is found in texts; keyed from the environment.

    What means the same is brought to one form first, by its `sort`: capitals of an e-mail address, full-width digits,
    the ways to write a telephone number. A value that this key hashed already is left as it is.
    """

    mends: ClassVar[Literal["text", "all"]] = "all"
    key: str = Field(default=keyed.KEY, description="the environment variable that holds the key")
    sort: str = Field(
        default="", description="what every value is, such as email; told by the training file if not said"
    )
    inside: bool = Field(default=False, description="hash what is found inside texts, and leave the rest of them")
    sorts: tuple[str, ...] = Field(default=(), description="that are looked for inside texts; all if none is said")
    regions: tuple[str, ...] = Field(default=REGIONS, description="whose telephone numbers are known, ISO 3166")

    def settled(self, written: Sequence[object]) -> Self:
        """With the sort of most values."""
        return replace(self, sort=standing.sort_for(self, written))

    @property
    def packages(self) -> tuple[str, ...]:
        """What looks for personal data, or knows the form of a value."""
        return standing.packages(self)

    def ready(self) -> None:
        """There is a key."""
        keyed.key(self.key)

    def __call__(self, value: object) -> object:
        """Hashed.

        Raises:
            RecipeError: there is no key, or a short one.
        """
        return standing.replaced(value, self, Hashed(self.key, self.regions, labelled=self.inside))
