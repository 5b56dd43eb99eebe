"""A text file of rows as pieces of whole records, each some megabytes of UTF-8, however large the file is."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelyard.core import refusals
from modelyard.core.errors import DataError, Problems
from modelyard.data.delimited import checking, dialect
from modelyard.data.delimited.checking import LONGEST
from modelyard.data.delimited.damage import OPEN, STRAY, Bad, Sieve
from modelyard.data.delimited.decoding import Decoded
from modelyard.data.delimited.dialect import LINE, Dialect
from modelyard.data.delimited.encodings import AUTO, UTF_8
from modelyard.data.unpacking import Limits, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.data.files import File

BLOCK = 8 << 20  # bytes that are read at once
SHOWN = 5
ENOUGH = 10_000  # damaged rows after which the rest is not looked at, where they are an error
CACHED = 1 << 18  # bytes
MARK = codecs.BOM_UTF8
HINTS = {
    STRAY: 'write a quote inside a field twice, and put the field in quotes: "5"" pipe"',
    OPEN: "close it; or let damaged rows be left out, and told one by one: `damaged: refuse`",
}
WAY_OUT = "mend the line; or let damaged rows be left out, and told one by one: `damaged: refuse`"

Damaged = Literal["tell", "refuse"]


@dataclass(frozen=True)
class Form:
    """What a recipe says of a text file of rows."""

    encoding: str
    separator: str | None
    damaged: Damaged
    limits: Limits
    block: int = BLOCK


@dataclass(frozen=True)
class Piece:
    """Records that are whole: UTF-8, each ending in a line feed; columns of `odd` may only look like numbers."""

    dialect: Dialect
    content: bytes
    rows: int
    odd: frozenset[int]


class Pieces:
    """The pieces of one file, read forward."""

    def __init__(self, file: File, form: Form) -> None:
        """Nothing is read yet."""
        self._file, self._form = file, form
        self._found = Problems(DataError)
        self._text, self._tail, self._offset, self._line = b"", b"", 0, 1
        self._rows = self._bad = 0
        self._skips = False  # the rest of a line that is too long
        self._dialect: Dialect | None = None

    def __iter__(self) -> Iterator[Piece]:
        """The pieces; damaged records are refused as they are come to, or all told at the end as an error.

        Raises:
            DataError: there is no header, there are no rows, or records are damaged and may not be refused.
        """
        with opened(self._file, self._form.limits) as content:
            self._decoded = Decoded(content, self._form.encoding, self._file.name, self._form.block)
            for block, final in _with_last(self._blocks()):
                self._add(block, final=final)
                if self._dialect is None and not self._begins(final=final):
                    continue
                while not self._enough and (piece := self._next(final=final)):
                    if piece.rows and not self._found.found:
                        yield piece
                if self._enough:
                    break
        self._end()

    @property
    def _enough(self) -> bool:
        return self._bad >= ENOUGH and self._form.damaged == "tell"

    def _blocks(self) -> Iterator[bytes]:
        """Blocks of UTF-8; where a file's lines end in a carriage return alone, in line feeds."""
        single: bool | None = None
        for block in self._decoded:
            if single is None and block:
                single = b"\n" not in block and b"\r" in block[:-1]
            yield block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if single else block

    def _add(self, block: bytes, *, final: bool) -> None:
        """Whole lines are kept apart from what comes behind the last of them, so that they are moved but once."""
        if self._skips:
            line = LINE.match(block)
            self._skips = line is None
            block = block[line.end() :] if line else b""
        end = len(block) if final else block.rfind(b"\n") + 1
        if end or final:  # the last block may be empty, where a decoder had nothing more to give
            self._text, self._tail = b"".join((self._text, self._tail, memoryview(block)[:end])), block[end:]
        else:
            self._tail += block
        if len(self._tail) >= LONGEST:
            self._text, self._tail = self._text + self._tail, b""
        if final and self._dialect is not None:
            self._close()
        if MARK[:1] in self._text and b"\n" + MARK in self._text:  # its first byte alone is found much faster
            refusals.repaired(f"{self._file.name}: byte order marks within the file were left out")
            self._text = self._text.replace(b"\n" + MARK, b"\n")

    def _close(self) -> None:
        """Blank lines at the end are no rows; the last row may lack its line end."""
        body = self._text.rstrip(b"\r\n")
        self._text = body + b"\n" if body else b""

    def _begins(self, *, final: bool) -> bool:
        """Read the header, once enough is there."""
        if not final and len(self._text) < LONGEST and not dialect.shown_by(self._text):
            return False
        text = self._text if self._text.endswith((b"\n", b"\r")) or not final else self._text + b"\n"
        found = dialect.of(text, self._form.separator, self._file.name, self._encoding)
        if found.problems and self._form.damaged == "refuse":
            raise DataError.of(found.problems)
        self._dialect = found
        self._found.found.extend(found.problems)
        self._text, self._offset, self._line = text[found.start :], found.start + self._decoded.mark, found.line
        self._sieve = Sieve(found.width, found.separator.encode(), self._form.damaged == "tell")
        if final:
            self._close()
        return True

    @property
    def _encoding(self) -> str:
        return UTF_8 if self._decoded.encoding == AUTO else self._decoded.encoding

    def _next(self, *, final: bool) -> Piece | None:
        """The next piece; None where more of the file is needed."""
        end = self._cut(final=final)
        part = self._text[:end]
        shape = self._shape(part) if end else None
        if shape is not None:
            self._advance(end, self._line + shape.lines)
            return self._piece(part, shape)
        if not self._text or (not end and not final and len(self._text) < LONGEST):
            return None
        return self._sifted(final=final)

    def _cut(self, *, final: bool) -> int:
        """The end of the last record, without blank lines behind it, which are no rows if nothing follows."""
        end = checking.cut(self._text, 0, len(self._text))
        if not final and self._text[max(end - 3, 0) : end].count(b"\n") > 1:
            body = len(self._text[:end].rstrip(b"\r\n"))
            end = self._text.find(b"\n", body) + 1
        return end

    def _shape(self, part: bytes) -> checking.Shape | None:
        """What fast checks say of records: None where any of them is damaged, or may be."""
        if b"\r" in part and part.count(b"\r") != part.count(b"\r\n"):
            return None
        if self._form.damaged == "refuse" and b"\0" in part:
            return None
        if not part.isascii() and not _decodes(part):
            return None
        return checking.shape(part, self._sieve.width, self._sieve.separator[0])

    def _sifted(self, *, final: bool) -> Piece | None:
        """The next records, one by one."""
        found = self._sieve.sift(self._text, self._line, final=final)
        if not found.end:
            if not final and len(self._text) >= LONGEST:
                self._tell(Bad(self._line, 0, f"is longer than {LONGEST >> 20} MiB"))
                self._advance(len(self._text), self._line + 1)
                self._skips = True
            return None
        if found.mended:
            refusals.repaired(f"{self._file.name}: line ends of several kinds were made one")
        for bad in found.bad:
            self._tell(bad)
        self._advance(found.end, found.line)
        good = b"".join(found.good)
        shape = checking.shape(good, self._sieve.width, self._sieve.separator[0])
        return self._piece(good, shape or checking.Shape(0, 0, frozenset()))

    def _piece(self, content: bytes, shape: checking.Shape) -> Piece | None:
        self._rows += shape.rows
        return Piece(self._dialect, content, shape.rows, shape.odd) if self._dialect else None

    def _advance(self, end: int, line: int) -> None:
        self._text, self._offset, self._line = self._text[end:], self._offset + end, line

    def _tell(self, bad: Bad) -> None:
        """Refuse a damaged record, or keep it for the error."""
        self._bad += 1
        name, where = self._file.name, f"{self._file.name}:{bad.line}"
        undecoded = bad.why.startswith("@")
        if self._form.damaged == "refuse":
            refusals.refuse(where, f"is not {self._encoding}" if undecoded else bad.why)
        elif self._bad > SHOWN:
            return
        elif undecoded:
            byte = self._offset + bad.byte + int(bad.why[1:])
            self._found.add(*dialect.undecoded(name, bad.line, self._encoding, byte))
        elif bad.why == OPEN:
            self._found.add(f"cannot be read as CSV: line {bad.line} {OPEN}", name, HINTS[OPEN])
        else:
            self._found.add(bad.why, where, HINTS.get(bad.why, WAY_OUT))

    def _end(self) -> None:
        """Raise what is wrong with the whole."""
        if self._form.damaged == "tell" and self._bad > SHOWN:
            more = "at least " * (self._bad >= ENOUGH)
            self._found.add(f"and {more}{self._bad - SHOWN} more lines of the kind", self._file.name)
        if not self._rows and not self._bad:
            self._found.add("has a header and no rows", self._file.name, "was it written to the end?")
        elif not self._rows and self._form.damaged == "refuse":
            hint = "are the separator and the encoding right?"
            self._found.add(f"holds no row that is whole: {self._bad} were refused", self._file.name, hint)
        self._found.raise_any()


def _decodes(part: bytes) -> bool:
    """Whether bytes are UTF-8, some at a time, as they fit into a processor's cache."""
    view, start = memoryview(part), 0
    try:
        while start < len(part):
            final = start + CACHED >= len(part)
            start += codecs.utf_8_decode(view[start : start + CACHED], "strict", final)[1]
    except UnicodeDecodeError:
        return False
    return True


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block and whether it is the last; an empty last one where there is none."""
    held = b""
    for block in blocks:
        if held:
            yield held, False
        held = block
    yield held, True
