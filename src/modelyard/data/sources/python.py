"""A function of one's own that gives the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, JsonValue

from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.data import calling, fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl


@part
class Python(Source):
    """What `package.module:function` returns: a Polars, pandas or Arrow table, or mappings or frames one by one.

    It runs code, so it is for one's own recipes; a bundle never runs it.
    """

    call: str = Field(description="package.module:function; modules beside the recipe are found first")
    arguments: dict[str, JsonValue] = Field(default={}, description="what it is called with, by name")

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - the function tells them
        """The rows; the function is called for it.

        Raises:
            DataError: it is not there, raises something, or gives no table.
        """
        return fingerprint.remembered(self, folder, lambda: calling.rows(self.call, self.arguments, folder)).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the rows that it gave last; it is called where it was not yet."""
        return fingerprint.last(self, folder, lambda: self.read(folder))
