"""Real sample texts that packages of public registries carry: for examples, benchmarks and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core import digest
from modelyard.core.registry import part
from modelyard.core.sources import Source
from modelyard.data import samples

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl


@part
class Samples(Source):
    """Sample texts by name: `item: shopping-reviews-zh` (Chinese reviews) or `spam-assassin` (mails)."""

    item: str

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - a pinned archive
        """The rows as the archive has them, duplicates included; the archive is fetched once.

        Raises:
            DataError: no sample has this name, or its archive is not to be had or is not the one that is known.
        """
        return samples.frame(self.item).lazy()

    def digest(self, folder: Path) -> str:  # noqa: ARG002 - a pinned archive
        """The SHA-256 over the item's name and its archive's pinned SHA-256.

        Raises:
            DataError: no sample has this name.
        """
        return digest.of_json([self.item, samples.find(self.item).sha256])
