"""Values replaced by names that can be read and told apart: `person-7KQ2XM4TPA-9HX2QD`."""

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

LENGTH, CHECK = 10, 6  # signs of five bits: among a million values two meet with a chance of one in two thousand
DOMAIN = r"^[a-z][a-z0-9_]{0,30}$"
FORM = re.compile(rf"(?P<domain>[a-z][a-z0-9_]{{0,30}})-(?P<made>[0-9A-Z]{{{LENGTH}}}-[0-9A-Z]{{{CHECK}}})")


@dataclass(frozen=True)
class Named(standing.Stand):
    """A domain, and an HMAC of it and the one form of a value; within a text it has the sort's label before it."""

    key: str
    regions: tuple[str, ...]
    domain: str = ""
    labelled: bool = False

    def __call__(self, sort: str, text: str) -> str:
        """Such as `email-7KQ2XM4TPA-9HX2QD`, where no domain is said."""
        domain = self.domain or ("person" if sort == "name" else sort or standing.FORGED)
        plain = finder((), self.regions).plain(sort, text)
        made = f"{domain}-{keyed.stand_in(self.key, ('pseudonym', domain, plain), LENGTH, CHECK)}"
        return f"[{label(sort)} {made}]" if self.labelled else made

    def known(self, text: str) -> bool:
        """Whether the key made it."""
        found = FORM.fullmatch(text.strip("[]").rpartition(" ")[2] if self.labelled else text)
        return found is not None and keyed.genuine(self.key, found["made"], CHECK)


@part
class Pseudonym(Cleaner):
    """A stand-in for each value, or with `inside` for what is found in texts.

    It is the same for the same value in all columns and all tables of a `domain`, under the same key. See `hash` for
    what counts as the same.
    """

    mends: ClassVar[Literal["text", "all"]] = "all"
    key: str = Field(default=keyed.KEY, description="the environment variable that holds the key")
    domain: str = Field(
        default="", pattern=rf"^$|{DOMAIN}", description="whose values are of one world, such as person"
    )
    sort: str = Field(
        default="", description="what every value is, such as name; told by the training file if not said"
    )
    inside: bool = Field(default=False, description="replace what is found inside texts, and leave the rest of them")
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
        """Its stand-in.

        Raises:
            RecipeError: there is no key, or a short one.
        """
        return standing.replaced(value, self, Named(self.key, self.regions, self.domain, labelled=self.inside))
