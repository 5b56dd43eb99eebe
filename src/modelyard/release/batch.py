"""Many rows through a bundle, a bounded piece at a time, and their answers to a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy.typing as npt

from modelyard.core import artifacts, events
from modelyard.core.decisions import decide
from modelyard.core.errors import DataError, MissingExtraError, Problem, UsageError
from modelyard.core.types import Floats
from modelyard.data import pictured
from modelyard.data.records import Records

if TYPE_CHECKING:
    import polars as pl

    from modelyard.release.bundle import Bundle

CHUNK = 10_000  # rows that are answered, and written, at once
ROW = re.compile(r"^rows\[(\d+)\]")
Rows: TypeAlias = "pl.LazyFrame | Records | Sequence[Mapping[str, Any]]"


@dataclass(frozen=True)
class Answers:
    """The bare answers to some rows, [rows, outputs] float32, and their groups [rows] of str where these decide."""

    outputs: Floats
    groups: npt.NDArray[Any] | None = None


def outputs(bundle: Bundle, rows: Rows, chunk: int = CHUNK) -> Iterator[Floats]:
    """The bare answers alone, as `answers` gives them."""
    return (part.outputs for part in answers(bundle, rows, chunk))


def answers(bundle: Bundle, rows: Rows, chunk: int = CHUNK) -> Iterator[Answers]:
    """The answers to at most `chunk` rows after the other.

    Raises:
        DataError: there are no rows, or they are not what the schema says; it tells which rows.
    """
    total = _count(rows)
    if total == 0:
        raise DataError("there are no rows to answer", "data")
    done = 0
    for part in _parts(_narrowed(rows, bundle), bundle, chunk):
        try:
            columns = bundle.columns(part)
            given = Answers(bundle.ask(columns), bundle.groups(columns))
        except DataError as error:
            raise DataError.of(_placed(problem, done, len(part), total) for problem in error.problems) from error
        done += len(part)
        events.step("answering", done, total)
        yield given


def check_place(path: Path) -> None:
    """Say now, before long work, that a file of answers cannot be written there.

    Raises:
        UsageError: it cannot.
        MissingExtraError: it would be a table, and Polars, which writes them, is not installed.
    """
    if path.suffix.lower() not in WRITERS:
        raise UsageError(f"the ending '{path.suffix}' is none of {', '.join(WRITERS)}", str(path))
    if path.is_dir():
        raise UsageError("is a folder", str(path), "name a file in it")
    if WRITERS[path.suffix.lower()] is not _jsonl and find_spec("polars") is None:
        hint = "pip install 'modelyard[tables]', or write a .jsonl file"
        raise MissingExtraError("needs the package 'polars', which is not installed", str(path), hint)


def write(bundle: Bundle, answers: Iterable[Answers], path: Path) -> int:
    """Write answers to a `.jsonl`, `.csv` or `.parquet` file, whole or not at all, and say how many.

    JSON lines hold the records that `bundle.predict` gives; tables hold `prediction` and `probabilities.CLASS`,
    or `prediction`, `low` and `high`.

    Raises:
        UsageError: the file's ending is none of these.
    """
    check_place(path)
    with artifacts.staged_folder(path.parent) as staging:
        file = staging / path.name
        rows = WRITERS[path.suffix.lower()](bundle, answers, file)
        with file.open("rb+") as written:
            os.fsync(written.fileno())
        file.replace(path)
    return rows


def _count(rows: Rows) -> int:
    if isinstance(rows, (Sequence, Records)):
        return len(rows)
    import polars as pl

    return int(rows.select(pl.len()).collect().item())


def _parts(rows: Rows, bundle: Bundle, chunk: int) -> Iterator[Any]:
    """Lists of mappings, or frames."""
    if isinstance(rows, Records):
        return rows.pieces(chunk)
    if isinstance(rows, Sequence):
        return (rows[start : start + chunk] for start in range(0, len(rows), chunk))
    return _frames(rows, chunk, pictured.names(bundle.schema.features))


def _narrowed(rows: Rows, bundle: Bundle) -> Rows:
    """A frame's columns that are read, where all of them are there: else it is told which of them were meant."""
    if isinstance(rows, (Sequence, Records)):
        return rows
    names = [column.name for column in bundle.signature.features]
    return rows.select(names) if set(names) <= set(rows.collect_schema().names()) else rows


def _frames(rows: pl.LazyFrame, chunk: int, pictures: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
    """At most so many rows after the other, however many are read at once; files of pictures that they name opened."""
    import polars as pl

    try:
        for part in rows.collect_batches(chunk_size=chunk, maintain_order=True):
            for some in part.iter_slices(chunk) if len(part) else ():
                yield pictured.opened(some, pictures, Path(), "data")
    except pl.exceptions.PolarsError as error:
        raise DataError("cannot be read to its end", "data", "was the file cut short, or changed?") from error


def _placed(problem: Problem, start: int, rows: int, total: int) -> Problem:
    """The problem of a piece with the place that it has in the whole."""
    if rows == total:
        return problem
    row = ROW.match(problem.where)
    if row:
        return replace(problem, where=f"rows[{int(row[1]) + start}]{problem.where[row.end() :]}")
    return replace(problem, where=f"rows {start + 1} to {start + rows}: {problem.where}")


def _jsonl(bundle: Bundle, answers: Iterable[Answers], file: Path) -> int:
    rows = 0
    encoder = msgspec.json.Encoder()
    with file.open("wb") as lines:
        for part in answers:
            lines.write(encoder.encode_lines(bundle.records(part.outputs, part.groups)))
            rows += len(part.outputs)
    return rows


def _csv(bundle: Bundle, answers: Iterable[Answers], file: Path) -> int:
    rows = 0
    with file.open("wb") as lines:
        for part in answers:
            _frame(bundle, part).write_csv(lines, include_header=rows == 0)
            rows += len(part.outputs)
    return rows


def _parquet(bundle: Bundle, answers: Iterable[Answers], file: Path) -> int:
    import polars as pl

    rows = 0
    parts: list[Path] = []
    for part in answers:
        parts.append(file.with_name(f"{len(parts):09}.parquet"))
        _frame(bundle, part).write_parquet(parts[-1])
        rows += len(part.outputs)
    pl.scan_parquet(parts).sink_parquet(file)
    return rows


WRITERS: Mapping[str, Callable[[Bundle, Iterable[Answers], Path], int]] = {
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}


def _frame(bundle: Bundle, answers: Answers) -> pl.DataFrame:
    """Answers as a table."""
    import polars as pl

    given = answers.outputs
    if not bundle.names:
        return pl.DataFrame({name: given[:, place] for place, name in enumerate(bundle.numbers)})
    best = [bundle.labels[most] for most in decide(given, bundle.decision, answers.groups).tolist()]
    shares = {f"probabilities.{name}": given[:, place] for place, name in enumerate(bundle.names)}
    return pl.DataFrame({"prediction": best, **shares})
