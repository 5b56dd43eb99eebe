"""E-mail addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTER = r"A-Za-z0-9\u00c0-\u024f\u0370-\u04ff"  # of alphabets: an address stands in Chinese without a blank around it
FORM = re.compile(
    rf"(?<![{LETTER}._%+@-])(?P<local>[{LETTER}](?:[{LETTER}._%+'-]{{0,62}}[{LETTER}_+-])?)"
    rf"@(?:[{LETTER}](?:[{LETTER}-]{{0,61}}[{LETTER}])?\.)+(?P<top>[A-Za-z]{{2,24}}|xn--[A-Za-z0-9-]{{2,59}})"
    rf"(?![{LETTER}@])"
)
FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "json", "html", "txt", "pdf", "py"})


@part
class Email(Detector):
    """`local@domain.tld`, but for names of files such as `icon@2x.png` and places of code such as `git@host:path`."""

    label: ClassVar[str] = "e-mail"
    named: ClassVar[str] = r"\be ?mails?\b|\bmail( addr(ess)?)?\b|\bcourriel\b|邮箱|邮件|电邮|電郵|信箱"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its form tells it anywhere
        """Each address."""
        for match in FORM.finditer(text) if "@" in text else ():
            code = match["local"] == "git" and text[match.end() : match.end() + 1] == ":"
            if match["top"].lower() not in FILES and not code and ".." not in match["local"]:
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """Small letters: servers that tell capitals apart are not known."""
        return written.strip().casefold()
