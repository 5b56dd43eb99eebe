"""Texts without the marks of the pages that they come from."""

from __future__ import annotations

import html
import re

from pydantic import Field

from modelyard.core.featuring import Cleaner
from modelyard.core.registry import part

UNSHOWN = ("script", "style", "head", "template", "noscript")
INLINE = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u")
)
HIDDEN = re.compile(rf"<!--|<({'|'.join(UNSHOWN)})\b[^<>]*>", re.IGNORECASE)
ENDS = {name: re.compile(rf"</{name}\b[^<>]*>", re.IGNORECASE) for name in UNSHOWN} | {"": re.compile("-->")}
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]{0,40})(?:[\s/][^<>]*)?>|<[!?][^<>]*>")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'\u3000-\u303f\uff00-\uffef]+", re.IGNORECASE)
DEEPEST = 8  # times that HTML may stand inside the entities of other HTML


@part
class Text(Cleaner):
    """HTML becomes the text that it shows, and links are taken out on request; white space is one blank."""

    html: bool = Field(default=True, description="tags, comments and entities; what scripts and styles hold too")
    links: bool = Field(default=False, description="take addresses of pages out")

    def __call__(self, value: str) -> str | None:
        """What a reader sees; what is left empty is missing.

        >>> Text()("<p>Late &amp; <b>unpaid</b><br>again</p>"), Text(links=True)("see https://example.org/a now")
        ('Late & unpaid again', 'see now')

        Raises:
            ValueError: HTML stands inside the entities of HTML, deeper than any page has it.
        """
        for _ in range(DEEPEST):
            once = self._once(value)
            if once == value:
                return value or None
            value = once
        raise ValueError("expected a text whose HTML is not nested in its own entities")

    def _once(self, text: str) -> str:
        if self.html and ("<" in text or "&" in text):
            text = ENTITY.sub(_meant, TAG.sub(_between, _without_hidden(text)))
        if self.links:
            text = LINK.sub(" ", text)
        return " ".join(text.split())


# The standard library's parser takes hours for some pages; what is here reads each character a bounded number of times.
def _without_hidden(text: str) -> str:
    """Without comments, and what scripts and their like hold; what never ends is no comment."""
    shown, place = list[str](), 0
    while (found := HIDDEN.search(text, place)) is not None:
        end = ENDS[(found[1] or "").lower()].search(text, found.end())
        if end is None:
            break
        shown.append(text[place : found.start()])
        place = end.end()
    return " ".join([*shown, text[place:]])


def _between(tag: re.Match[str]) -> str:
    return "" if (tag[1] or "").lower() in INLINE else " "


def _meant(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])
