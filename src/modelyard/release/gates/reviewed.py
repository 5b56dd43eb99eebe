"""People must have signed a bundle off."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from modelyard.core.protocols import Gate
from modelyard.core.registry import part
from modelyard.core.report import Report, Verdict


@part
class Reviewed(Gate):
    """At least `count` persons signed this very bundle off: `modelyard review BUNDLE --by NAME`.

    Where names are listed under `by`, theirs alone count. The yard keeps who signed and when; it does not prove that
    they are who they say, which is for the rights to its folder.
    """

    count: int = Field(default=1, ge=1)
    by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _enough_names(self) -> Self:
        if self.by and self.count > len({_folded(name) for name in self.by}):
            raise ValueError(f"{self.count} persons are to sign, and {len(self.by)} may")
        return self

    def __call__(self, candidate: Report, champion: Report | None) -> Verdict:  # noqa: ARG002
        """Judge by the sign-offs of the yard; who signed twice counts once."""
        asked = {_folded(name) for name in self.by}
        signed = {
            _folded(review.by): f"{review.by} ({review.at[:10]})"
            for review in candidate.reviews
            if not asked or _folded(review.by) in asked
        }
        passed = len(signed) >= self.count
        told = f"signed off by {', '.join(signed.values())}" if signed else "nobody signed it off"
        if not passed:
            who = f" of {', '.join(self.by)}" if self.by else ""
            told += f", and {self.count}{who} must: modelyard review BUNDLE --by NAME"
        return Verdict("reviewed", passed, told)


def _folded(name: str) -> str:
    """A name whatever its capitals and spaces."""
    return " ".join(name.split()).casefold()
