"""What is in a text file of rows, found one character after the other: slow, plain, and none of the product's code.

The rule: a record of at most 8 MiB is fields between separators up to a line end (a line feed, a carriage return, or
both). A field is quoted as a whole, with each quote inside written twice, or holds no quote. Where a record breaks
that, it is one line, it is damaged, and the next line begins the next record. Blank lines at the end are nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

LONGEST = 8 << 20  # bytes of a record


@dataclass
class Counted:
    """The header, the records that are whole, and how many are not."""

    header: list[str] = field(default_factory=list)
    good: list[list[str]] = field(default_factory=list)
    bad: int = 0


def records(text: str, separator: str, spoilt: str = "\udcff") -> Counted:
    """Count a decoded file, in which what does not decode is the character `spoilt`."""
    text = text.rstrip("\r\n") + "\n"
    if "\n" not in text[:-1]:
        text = text.replace("\r", "\n")
    found, place = Counted(), 0
    while place < len(text):
        fields, end = _record(text, place, separator)
        if end - place > LONGEST // 4 and len(text[place:end].encode(errors="surrogatepass")) > LONGEST:
            fields, end = None, _line_end(text, place)
        raw = text[place:end]
        if not found.header and fields is not None:
            found.header = fields
        elif fields is None or len(fields) != len(found.header) or spoilt in raw or "\0" in raw:
            found.bad += 1
        else:
            found.good.append(fields)
        place = end
    return found


def _record(text: str, place: int, separator: str) -> tuple[list[str] | None, int]:
    """The fields of the record that begins there, None where it is damaged, and where the next one begins."""
    fields: list[str] = []
    at = place
    while True:
        got = _field(text, at, separator)
        if got is None:
            return None, _line_end(text, place)
        value, at = got
        fields.append(value)
        if text[at] != separator:
            return fields, _line_end(text, at)
        at += 1


def _field(text: str, at: int, separator: str) -> tuple[str, int] | None:
    if text[at] != '"':
        start = at
        while text[at] not in {separator, "\r", "\n"}:
            if text[at] == '"':
                return None
            at += 1
        return text[start:at], at
    value, at = [], at + 1
    while at < len(text):
        if text[at] != '"':
            value.append(text[at])
            at += 1
        elif text[at + 1 : at + 2] == '"':
            value.append('"')
            at += 2
        else:
            closed = text[at + 1 : at + 2] in {separator, "\r", "\n"}
            return ("".join(value), at + 1) if closed else None
    return None


def _line_end(text: str, at: int) -> int:
    while text[at] not in {"\r", "\n"}:
        at += 1
    return at + 2 if text[at : at + 2] == "\r\n" else at + 1


def objects(content: bytes) -> tuple[list[dict[str, object]], int]:
    """The lines of a file that are flat JSON objects, and how many others are not blank."""
    good: list[dict[str, object]] = []
    bad = 0
    for number, line in enumerate(content.split(b"\n")):
        plain = (line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line).strip(b" \t\r\x0b\x0c")
        if not plain:
            continue
        try:
            value = json.loads(plain.decode(), parse_constant=_refused)
        except (ValueError, RecursionError):
            value = None
        flat = isinstance(value, dict) and not any(isinstance(inner, (dict, list)) for inner in value.values())
        if flat:
            good.append(value)
        else:
            bad += 1
    return good, bad


def _refused(constant: str) -> object:
    raise ValueError(constant)
