"""Texts that nobody labelled: from text files, one a line, or from the text columns of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.core.errors import DataError, nearest
from modelyard.core.types import Kind
from modelyard.data import infer
from modelyard.data.files import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

ENDING = ".txt"


def plain_files(place: str | Path) -> list[Path] | None:
    """The text files that a path means: itself, or all below a folder; None where it means neither.

    Raises:
        DataError: the folder holds none.
    """
    path = Path(place).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob(f"*{ENDING}") if file.is_file())
        if not found:
            raise DataError(f"holds no {ENDING} file", str(place), "give a folder of texts, one a line")
        return found
    return [path] if path.suffix.lower() == ENDING else None


def lines(files: Sequence[Path]) -> list[str]:
    """The lines of text files that are not blank.

    Raises:
        DataError: a file is missing, empty, or not UTF-8.
    """
    texts: list[str] = []
    for file in files:
        content = resolve(str(file), Path()).read_bytes()
        try:
            read = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            hint = "save it as UTF-8, such as by: iconv -f gb18030 -t utf-8"
            raise DataError(f"is not utf-8: byte {error.start} does not decode", str(file), hint) from error
        texts += [line.strip() for line in read.splitlines() if line.strip()]
    return texts


def of_columns(frame: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """The texts of some columns of a plain frame, or of all that read as texts; missing and blank ones are left out.

    Raises:
        DataError: a column is not there or holds no strings, or none was named and none reads as texts.
    """
    for name in names:
        if name not in frame.columns:
            raise DataError("no such column", name, nearest(name, frame.columns))
        if not _of_strings(frame[name]):
            raise DataError(f"holds no text but {frame[name].dtype}", name, nearest("", _strings(frame)))
    chosen = list(names) or [name for name in _strings(frame) if infer.guess(frame[name]).kind is Kind.TEXT]
    if not chosen:
        hint = f"name one by --text; {nearest('', _strings(frame))}".rstrip("; ")
        raise DataError("no column reads as texts", "pretrain", hint)
    texts = [text.strip() for name in chosen for text in frame[name].drop_nulls().to_list()]
    return [text for text in texts if text]


def _strings(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if _of_strings(frame[name])]


def _of_strings(series: pl.Series) -> bool:
    return str(series.dtype) == "String"
