"""The card: what a bundle is for, how good it is and for whom worse, as `README.md` and as `card.html`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.release.card import markdown, page
from modelyard.release.card.told import PLAIN, Said, Told

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAGE", "PLAIN", "README", "Said", "Told", "files"]
README, PAGE = "README.md", "card.html"


def files(told: Told) -> Mapping[str, bytes]:
    """Both forms of the card, by their names in a bundle."""
    return {README: markdown.write(told).encode(), PAGE: page.write(told).encode()}
