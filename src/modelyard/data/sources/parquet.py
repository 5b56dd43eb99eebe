"""Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core import digest
from modelyard.core.errors import DataError
from modelyard.core.protocols import Source
from modelyard.core.registry import part
from modelyard.data.files import resolve

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl


@part
class Parquet(Source):
    """A Parquet file."""

    path: str

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the file tells them
        """The rows; relative paths start from `folder`.

        Raises:
            DataError: the file is missing, empty or no Parquet.
        """
        import polars as pl

        file = resolve(self.path, folder)
        try:
            return pl.read_parquet(file).lazy()  # now, so that a spoilt page is told here
        except pl.exceptions.PolarsError as error:
            raise DataError("is no Parquet file", self.path, "was it cut short, or is it a CSV?") from error

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the file."""
        return digest.of_file(resolve(self.path, folder))
