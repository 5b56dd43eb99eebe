"""A folder whose folders are the classes, with a text or a picture in each file."""

from __future__ import annotations

import codecs
from itertools import islice
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.amounts import Bytes
from modelyard.core.errors import DataError, nearest
from modelyard.core.refusals import refuse
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.data import classes, fingerprint
from modelyard.data.classes import Example, Holds
from modelyard.data.gathered import gathered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import polars as pl

AT_ONCE = 256  # files that are held before they may go to disk


@part
class Folder(Source):
    """A row for each file, in the order of their names: `text` or `picture` (its bytes), `label`, `file`."""

    path: str
    holds: Holds | None = Field(default=None, description="texts (.txt) or pictures; found out where it is not said")
    encoding: str = Field(default="utf-8", description="of texts")
    most: Bytes = Field(default=50_000_000, description="bytes of a file; a larger one is refused")

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - all but pictures are
        """The rows; what is not read is refused, one by one.

        Raises:
            DataError: there is no such folder, it holds no classes, or texts beside pictures.
            RoomError: the rows fit neither into memory nor onto the disk.
        """
        return fingerprint.remembered(self, folder, lambda: self._read(folder)).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the rows that were read last: files, their classes and what they hold."""
        return fingerprint.last(self, folder, lambda: self.read(folder))

    def _read(self, folder: Path) -> pl.DataFrame:
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            known = ["utf-8", "gb18030", "big5", "cp1252", "latin-1"]
            raise DataError(
                f"no encoding called '{self.encoding}'", self.path, nearest(self.encoding, known)
            ) from error
        root = classes.root_of(self.path, folder)
        holds, found = classes.examples(root, self.path, self.holds, self.most)
        names = ["text" if holds == "texts" else "picture", "label", "file"]
        return gathered(names, self._pieces(found, holds), self.path, "are all the files in this encoding?")

    def _pieces(self, found: list[Example], holds: Holds) -> Iterator[list[tuple[object, str, str]]]:
        left = iter(found)
        while piece := list(islice(left, AT_ONCE)):
            held = [(self._content(example, holds), example.label, example.name) for example in piece]
            yield [row for row in held if row[0] is not None]

    def _content(self, example: Example, holds: Holds) -> str | bytes | None:
        """What a file holds; none where it is refused."""
        content = example.file.read_bytes()
        if holds == "pictures":
            return content
        try:
            return content.decode("utf-8-sig" if self.encoding.lower() in {"utf-8", "utf8"} else self.encoding)
        except UnicodeDecodeError:
            refuse(f"{self.path}/{example.name}", f"is not {self.encoding}")
            return None
