"""Records one by one, where some of them are damaged: which are whole, and what is wrong with each of the others.

A record whose quotes are broken is taken to be one line: the next line begins the next record, so that a quote which
nothing closes does not swallow the rows below it. One that is whole but has too few or too many fields is one record,
however many lines it has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from modelyard.data.delimited.checking import LONGEST
from modelyard.data.delimited.dialect import LINE

STRAY = "has a quote in the middle of a field"
OPEN = "opens a quote that is not closed"
MANY = 10_000  # damaged records that are told before more are looked for
ENDS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Bad:
    """A record that is not whole: its line, the byte where it begins, and what is wrong."""

    line: int
    byte: int
    why: str


@dataclass
class Sifted:
    """Records that are whole, the others, how many bytes were looked at, and the line after them."""

    text: bytes
    line: int
    good: list[bytes] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    run: int = 0  # where whole records began that are not in `good` yet
    end: int = 0
    mended: bool = False

    def add(self, record: bytes, why: str) -> None:
        """Keep the next record, or what is wrong with it."""
        if why or record.endswith(b"\r"):
            self.close()
            self.run = self.end + len(record)
        if why:
            self.bad.append(Bad(self.line, self.end, why))
        elif record.endswith(b"\r"):
            self.mended = True
            self.good.append(record[:-1] + b"\n")
        self.line += len(ENDS.findall(record))
        self.end += len(record)

    def close(self) -> None:
        """Whole records that lie together are kept together."""
        if self.end > self.run:
            self.good.append(self.text[self.run : self.end])
        self.run = self.end


@dataclass(frozen=True)
class Sieve:
    """What whole records are: so many fields, between separators; with null bytes or without."""

    width: int
    separator: bytes
    nulls: bool

    def sift(self, text: bytes, line: int, *, final: bool) -> Sifted:
        """Part the records of `text`, which begins with one on that line; the last may be cut off unless `final`."""
        whole, some = patterns(self.width, self.separator)
        found = Sifted(text, line)
        strict = not text.isascii() or (b"\0" in text and not self.nulls)
        stop = len(text) - (0 if final or not text.endswith(b"\r") else 1)  # its line feed may come next
        while (start := found.end) < stop and len(found.bad) < MANY:
            match = whole.match(text, start, min(stop, start + LONGEST))
            why = self._spoilt(match[0]) if match and strict else ""
            if match is None:
                match, why = self._broken(text, start, stop, some)
                if not final and stop - start < LONGEST and (match is None or why in {STRAY, OPEN}):
                    break  # the rest of it may still come
            if match is None:
                break
            found.add(match[0], why)
        found.close()
        return found

    def _spoilt(self, record: bytes) -> str:
        if b"\0" in record and not self.nulls:
            return "holds null bytes"
        try:
            record.decode()
        except UnicodeDecodeError as error:
            return f"@{error.start}"  # told with the file's encoding by whoever knows it
        return ""

    def _broken(
        self, text: bytes, start: int, stop: int, some: re.Pattern[bytes]
    ) -> tuple[re.Match[bytes] | None, str]:
        """What is no whole record: of another width, or one line whose quotes are broken."""
        ragged = some.match(text, start, min(stop, start + LONGEST))
        if ragged is not None:
            fields = 1 + len(_outside(ragged[0], self.separator))
            spoilt = self._spoilt(ragged[0])
            if fields == 1 and not ragged[0].strip(b"\r\n"):
                return ragged, "is blank"
            return ragged, spoilt or _told(fields, self.width, ragged[0])
        line = LINE.match(text, start, stop)
        if line is None or len(line[0]) > LONGEST:
            return line, f"is longer than {LONGEST >> 20} MiB"
        return line, self._spoilt(line[0]) or quotes(line[0], self.separator)


def quotes(line: bytes, separator: bytes) -> str:
    """What is wrong with the quotes of a line: one that is opened last and not closed, or one where none may be."""
    rest = re.sub(
        rb'(?:(?<=%b)|^)"(?:[^"]++|"")*+"(?=[%b\r\n])' % (re.escape(separator), re.escape(separator)), b"", line
    )
    begun = re.search(rb'(?:%b|^)"(?:[^"]|"")*$' % re.escape(separator), rest.rstrip(b"\r\n"))
    return OPEN if begun else STRAY


@cache
def patterns(width: int, separator: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A whole record of so many fields, and one of any number."""
    sep = re.escape(separator)
    one = rb'(?:"(?:[^"]++|"")*+"|[^"\r\n%b]*+)' % sep
    end = rb"(?:\r\n|\r|\n)"
    return (
        re.compile(one + rb"(?:%b%b){%d}" % (sep, one, width - 1) + end),
        re.compile(one + rb"(?:%b%b)*+" % (sep, one) + end),
    )


def _outside(record: bytes, separator: bytes) -> list[bytes]:
    plain = re.sub(rb'"[^"]*+"', b"", record)
    return re.findall(re.escape(separator), plain)


def _told(fields: int, width: int, record: bytes) -> str:
    lines = len(ENDS.findall(record))
    told = f"has {fields} fields where the header has {width}"
    return f"{told}, over {lines} lines" if lines > 1 else told
