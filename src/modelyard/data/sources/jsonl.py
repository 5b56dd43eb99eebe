"""JSON lines: one object a line."""

from __future__ import annotations

import codecs
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.core import digest
from modelyard.core.errors import DataError, Problems
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.data.files import resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import polars as pl

SHOWN = 5


@part
class Jsonl(Source):
    """A file with one JSON object a line; a key that a line lacks is missing there."""

    path: str

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the file tells them
        """The rows; relative paths start from `folder`.

        Raises:
            DataError: the file is missing, empty, not UTF-8, or holds lines that are no flat JSON objects.
        """
        import polars as pl

        found = Problems(DataError)
        rows = list(self._each(resolve(self.path, folder), found))
        found.raise_any()
        if not rows:
            raise DataError("holds no rows", self.path)
        try:
            return pl.from_dicts(rows, infer_schema_length=None).lazy()
        except (pl.exceptions.PolarsError, TypeError, OverflowError) as error:
            raise DataError("holds a number larger than any column can hold", self.path, "write it as text") from error

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the file."""
        return digest.of_file(resolve(self.path, folder))

    def pieces(self, folder: Path, rows: int) -> Iterator[list[dict[str, Any]]]:
        """At most so many rows after the other.

        Raises:
            DataError: as `read` raises it, as far as the rows were read.
        """
        found = Problems(DataError)
        lines = self._each(resolve(self.path, folder), found)
        while piece := list(islice(lines, rows)):
            found.raise_any()
            yield piece
        found.raise_any()

    def _each(self, file: Path, found: Problems) -> Iterator[dict[str, Any]]:
        decoder = msgspec.json.Decoder(dict[str, str | int | float | bool | None])
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                text = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").strip()
                if not text:
                    continue
                try:
                    yield decoder.decode(text)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    hint = "one JSON object a line, in UTF-8, its values text, numbers, true, false or null"
                    found.add(f"is no flat JSON object: {error}", f"{self.path}:{number}", hint)
                    if len(found.found) == SHOWN:
                        found.add("further lines were not read", self.path)
                        break
