"""A sheet of a workbook: .xlsx, .xls and .ods."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from modelyard.core import digest, refusals
from modelyard.core.amounts import Bytes
from modelyard.core.errors import DataError, Problems, nearest
from modelyard.core.registry import missing_extra, part
from modelyard.core.sources import Source
from modelyard.data import workbooks
from modelyard.data.files import resolve

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl

SHOWN = 5
# How a formula's error is called in a cell.
ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


@part
class Excel(Source):
    """A sheet whose `header` row names the columns; the rows below it are read to the last that holds anything.

    Numbers without a fraction are whole numbers, cells formatted as dates are times, an empty cell is missing.
    """

    path: str
    sheet: str | int = Field(default=1, description="its name, or its number from 1 on")
    header: int | None = Field(
        default=None, ge=1, description="the header's row; the first that is not empty if not said"
    )
    errors: Literal["refuse", "missing"] = Field(
        default="refuse", description="what becomes of a formula's error, such as #DIV/0!"
    )
    most: Bytes = Field(default=1_000_000_000, description="bytes that the workbook may take when it is unpacked")

    def read(self, folder: Path, texts: Collection[str] = ()) -> pl.LazyFrame:
        """The rows; the columns called `texts` are read as text.

        Raises:
            DataError: the file is missing, no workbook, encrypted or too large, it has no such sheet, a column has no
                name of its own, or a cell holds an error.
            MissingExtraError: the package `fastexcel` is not installed.
        """
        try:
            import fastexcel
        except ModuleNotFoundError as error:
            raise missing_extra(error, "source 'excel'") from error
        logging.getLogger("fastexcel.types.dtype").setLevel(logging.ERROR)  # that a column is empty is told by others
        content = resolve(self.path, folder).read_bytes()
        workbooks.check(content, self.path, self.most)
        try:
            book = fastexcel.read_excel(content)
            return self._sheet(book, texts).lazy()
        except fastexcel.FastExcelError as error:
            hint = "is it a CSV, or was it cut short?"
            raise DataError(workbooks.UNREADABLE, self.path, hint) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # which the reader's language knows, and is no Exception
                raise
            raise DataError(workbooks.UNREADABLE, self.path, "save it anew") from error

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the file."""
        return digest.of_file(resolve(self.path, folder))

    def _sheet(self, book: Any, texts: Collection[str]) -> pl.DataFrame:  # noqa: ANN401 - untyped
        name = self._named(book.sheet_names)
        top, names = self._header(book, name)
        said: dict[str, Any] = {"header_row": None, "skip_rows": top}
        types = {place: "string" for place, column in enumerate(names) if column in texts}
        sheet = book.load_sheet(name, schema_sample_rows=None, dtypes=types or None, **said)
        frame = sheet.to_polars()
        if frame.height == 0:
            raise DataError("has a header and no rows", f"{self.path}: {name}")
        columns = sheet.available_columns()
        gaps = [column.null_count() > 0 for column in frame.get_columns()]
        doubtful = [column.absolute_index for column, some in zip(columns, gaps, strict=True) if some]
        if doubtful:
            tried = book.load_sheet(name, dtypes="float", use_columns=doubtful, **said)
            self._check_cells(tried.to_arrow_with_errors()[1], name, columns)
        return _whole(frame.rename(dict(zip(frame.columns, names, strict=True))))

    def _named(self, names: list[str]) -> str:
        where = f"{self.path}: sheet"
        if isinstance(self.sheet, str):
            if self.sheet not in names:
                raise DataError(f"no sheet called '{self.sheet}'", where, nearest(self.sheet, names))
            return self.sheet
        if not 1 <= self.sheet <= len(names):
            raise DataError(f"there is no sheet {self.sheet}", where, f"it has {len(names)}: {', '.join(names[:20])}")
        return names[self.sheet - 1]

    def _header(self, book: Any, name: str) -> tuple[int, list[str]]:  # noqa: ANN401 - as above
        """How many rows end with the header's, and the columns' names.

        Raises:
            DataError: a column has none, or two have one.
        """
        where = f"{self.path}: {name}"
        height = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=1, dtypes="string").total_height
        if height < (self.header or 1):
            raise DataError("is empty", where, "say `header`, if the table begins elsewhere" if self.header else "")
        said = {} if self.header is None else {"skip_rows": self.header - 1}
        first = book.load_sheet(name, header_row=None, n_rows=1, dtypes="string", **said)
        top = height - first.total_height if self.header is None else self.header - 1
        cells = first.to_polars().rows()
        names = [(cell or "").strip() for cell in cells[0]]
        _check_names(names, f"{where}, row {top + 1}")
        return top + 1, names

    def _check_cells(self, told: Any, name: str, columns: list[Any]) -> None:  # noqa: ANN401 - as above
        """What a formula could not reckon: refused, or told to be missing."""
        cells = [(cell, _error(cell.detail)) for cell in (told.errors if told is not None else ())]
        letters = {column.index: workbooks.letters(column.absolute_index + 1) for column in columns}
        wrong = [(f"{letters[cell.offset_position[1]]}{cell.position[0] + 1}", error) for cell, error in cells if error]
        if wrong and self.errors == "missing":
            told = f"{len(wrong)} cells of {name} hold an error and are missing, the first {wrong[0][0]}"
            refusals.repaired(f"{self.path}: {told}")
            return
        found = Problems(DataError)
        for cell, error in wrong[:SHOWN]:
            found.add(f"holds {error}", f"{self.path}: {name}!{cell}", "mend the formula, or say errors: missing")
        if len(wrong) > SHOWN:
            found.add(f"and {len(wrong) - SHOWN} more cells hold errors", f"{self.path}: {name}")
        found.raise_any()


def _check_names(names: list[str], where: str) -> None:
    """Each column has a name of its own."""
    found = Problems(DataError)
    for column, count in Counter(names).items():
        if count > 1 and column:
            found.add(f"{count} columns are called '{column}'", where, "give each its own name")
    for place, column in enumerate(names, 1):
        if not column:
            hint = "name each column in a cell of its own: merged cells name the first alone; say `header`"
            found.add(f"column {place} of the table has no name", where, hint)
    found.raise_any()


def _error(detail: str) -> str:
    """The error that a cell holds, by what is said of it; empty where it holds none."""
    inner = detail.rpartition("'Error(")[2].partition(")")[0] if "'Error(" in detail else ""
    return ERRORS.get(inner, inner)


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers without a fraction as whole numbers: a workbook knows no other kind of number."""
    import polars as pl

    def whole(series: pl.Series) -> bool:
        return bool(((series == series.round()) & (series.abs() < 2**53)).all())

    told = [
        s.cast(pl.Int64) for s in frame.get_columns() if s.dtype.is_float() and s.null_count() < len(s) and whole(s)
    ]
    return frame.with_columns(told)
