"""JSON lines: one object a line."""

from __future__ import annotations

import codecs
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from pydantic import Field

from modelyard.core import refusals
from modelyard.core.amounts import Bytes
from modelyard.core.errors import DataError, Problems
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.core.urls import shown
from modelyard.data import lines, unpacking
from modelyard.data.files import MOST, File, found
from modelyard.data.unpacking import RATIO, Limits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import polars as pl

SHOWN = 5
BAD = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
HINT = "one JSON object a line, in UTF-8, its values text, numbers, true, false or null; or say `damaged: refuse`"


@part
class Jsonl(Source):
    """Files with one JSON object a line; a key that a line lacks is missing there.

    `path` is a file, a pattern, or a URL, packed or not. With `damaged: refuse` lines that are no flat objects are left
    out and told one by one; else any is an error. At most `max_bytes` are fetched or unpacked, and `max_ratio` for each
    packed byte.
    """

    path: str
    damaged: Literal["tell", "refuse"] = "tell"
    max_bytes: Bytes = MOST
    max_ratio: float = Field(default=RATIO, gt=0)

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the file tells them
        """The rows; relative paths start from `folder`.

        Raises:
            DataError: a file is missing, empty, not UTF-8, or holds lines that are no flat JSON objects.
            RoomError: the rows fit neither into memory nor onto the disk.
        """
        from modelyard.data import objects

        return objects.framed(lambda: self._each(folder), shown(self.path)).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of what the file holds, packed or not; of several, of their names and digests."""
        return unpacking.digest_of(self._files(folder), self._limits())

    def pieces(self, folder: Path, rows: int) -> Iterator[list[dict[str, Any]]]:
        """At most so many rows after the other.

        Raises:
            DataError: as `read` raises it, as far as the rows were read.
        """
        each = self._each(folder)
        while piece := list(islice(each, rows)):
            yield piece

    def _files(self, folder: Path) -> tuple[File, ...]:
        return found(self.path, folder, self.max_bytes)

    def _limits(self) -> Limits:
        return Limits(self.max_bytes, self.max_ratio)

    def _each(self, folder: Path) -> Iterator[dict[str, Any]]:
        problems = Problems(DataError)
        for file in self._files(folder):
            for row in self._rows(file, problems):
                if not problems.found:
                    yield row
            problems.raise_any()

    def _rows(self, file: File, problems: Problems) -> Iterator[dict[str, Any]]:
        decoder = msgspec.json.Decoder(dict[str, str | int | float | bool | None])
        with unpacking.opened(file, self._limits()) as content:
            for number, line in lines.numbered(content):
                text = line if line is None else line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").strip()
                if text == b"":
                    continue
                try:
                    row = _decoded(decoder, text)
                except BAD as error:
                    self._tell(f"{file.name}:{number}", f"is no flat JSON object: {error}", problems)
                else:
                    yield row
                if len(problems.found) == SHOWN:
                    problems.add("further lines were not read", file.name)
                    break

    def _tell(self, where: str, problem: str, problems: Problems) -> None:
        if self.damaged == "refuse":
            refusals.refuse(where, problem)
        else:
            problems.add(problem, where, HINT)


def _decoded(decoder: msgspec.json.Decoder[dict[str, Any]], text: bytes | None) -> dict[str, Any]:
    if text is None:
        raise msgspec.DecodeError(f"it is longer than {lines.LONGEST >> 20} MiB")
    return decoder.decode(text)
