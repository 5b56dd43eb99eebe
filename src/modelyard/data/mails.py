"""Mails as rows: the subject, the body, and what a header and a body say in numbers."""

from __future__ import annotations

import email
import email.policy
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_tz
from html import unescape
from typing import TYPE_CHECKING

from modelyard.core import events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    import polars as pl

EVERY = 500  # mails between two tellings of progress
UNSEEN = re.compile(r"<(style|script|head)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)|<[^>]*>", re.IGNORECASE | re.DOTALL)
LINK = re.compile(r"\b(?:https?://|www\.)", re.IGNORECASE)


def mails(files: Mapping[str, bytes]) -> pl.DataFrame:
    """Mails by their paths, whose folder says `spam` or `ham`, to rows.

    `length` is the body's characters, `links` and `exclamations` how many stand in subject and body, `hour` the hour of
    sending where the header tells it. Subject and body are missing where a mail has none.
    """
    import polars as pl

    rows = []
    for done, (path, content) in enumerate(files.items()):
        if done % EVERY == 0:
            events.step("mails", done, len(files))
        rows.append((*mail(content), "spam" if "spam" in path.rsplit("/", 2)[-2] else "ham"))
    whole = dict.fromkeys(("length", "links", "exclamations", "hour"), pl.Int64)
    schema = {"subject": pl.String, "body": pl.String, **whole, "label": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def mail(content: bytes) -> tuple[str | None, str | None, int, int, int, int | None]:
    """One mail to subject, body, length, links, exclamation marks and hour."""
    parsed = email.message_from_bytes(content, policy=email.policy.compat32)
    subject = _header(parsed, "Subject")
    markup, body = _body(parsed)
    links = len(LINK.findall(f"{subject} {markup}"))
    return subject or None, body or None, len(body), links, f"{subject} {body}".count("!"), _hour(parsed)


def _header(parsed: Message, name: str) -> str:
    """A header's text; what is wrongly encoded stays as it was written."""
    raw = str(parsed.get(name) or "")
    try:
        pieces = [_text(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in decode_header(raw)]
    except (HeaderParseError, ValueError):
        pieces = [raw]
    return _tidy(" ".join(pieces))


def _body(parsed: Message) -> tuple[str, str]:
    """The first plain part, else the first of HTML: as it was written, and as it is read."""
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            payload = part.get_payload(decode=True) if part.get_content_type() == kind else None
            if isinstance(payload, bytes) and payload.strip():
                written = _text(payload, part.get_content_charset())
                return written, _tidy(unescape(UNSEEN.sub(" ", written)) if kind == "text/html" else written)
    return "", ""


def _text(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError, ValueError):
        return content.decode("latin-1")


def _tidy(text: str) -> str:
    """Without characters that say nothing, white space as one space."""
    return " ".join(text.replace("\x00", " ").split()).encode(errors="replace").decode()


def _hour(parsed: Message) -> int | None:
    told = parsedate_tz(str(parsed.get("Date") or ""))
    return told[3] if told and 0 <= told[3] < 24 else None
