"""A file's bytes as UTF-8, a block after the other; what does not decode stays in as bytes that are no UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from modelyard.core import refusals
from modelyard.data.delimited import encodings
from modelyard.data.delimited.encodings import AUTO, UTF_8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.data.unpacking import Unpacked

DAMAGE = "\udcff"  # a lone surrogate, which UTF-8 cannot write


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return DAMAGE, error.end


codecs.register_error("modelyard.marked", _marked)


class Decoded:
    """The blocks of a file; `encoding` is known when the first that is no ASCII was given."""

    def __init__(self, content: Unpacked, encoding: str, name: str, block: int) -> None:
        """`encoding` as `encodings.codec` gives it; `name` is for messages; `block` bytes are read at once."""
        self.encoding, self._content, self._name, self._block = encoding, content, name, block
        self.mark = 0  # bytes of a byte order mark that was left out

    def __iter__(self) -> Iterator[bytes]:
        """UTF-8, or what was meant to be."""
        decoder: codecs.IncrementalDecoder | None = None
        first = True
        while block := self._content.read(self._block):
            if self.encoding == AUTO:
                self._find(block)
            if decoder is None and self.encoding not in {AUTO, UTF_8}:
                decoder = codecs.getincrementaldecoder(self.encoding)("modelyard.marked")
            if decoder is not None:
                yield (
                    decoder.decode(block).encode(errors="surrogatepass").removeprefix(codecs.BOM_UTF8 if first else b"")
                )
            elif first and block.startswith(codecs.BOM_UTF8):
                self.mark = len(codecs.BOM_UTF8)
                yield block[self.mark :]
            else:
                yield block
            first = False
        if decoder is not None:
            yield decoder.decode(b"", final=True).encode(errors="surrogatepass")

    def _find(self, block: bytes) -> None:
        if block.isascii():
            return
        found = encodings.of(block)
        self.encoding = found or UTF_8
        if self.encoding != UTF_8:
            refusals.repaired(f"{self._name}: was read as {found}, as it is no UTF-8")
