"""`modelyard predict`: answers for the rows of a file, or of standard input."""

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from modelyard.cli import progress, reading, show, words
from modelyard.cli.options import AsJson, BundleWord, DataWord, Home, Quiet
from modelyard.core.errors import DataError, Problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.release.batch import Answers, Rows
    from modelyard.release.bundle import Bundle

STDIN = "-"
SHOWN = 5
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write a .jsonl, .csv or .parquet file instead of printing.", show_default=False),
]


def predict(
    bundle: BundleWord,
    data: DataWord,
    out: Out = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Answer every row of DATA; '-' reads JSON lines, or one JSON list, from standard input."""
    from modelyard.release import batch

    if out is not None:
        batch.check_place(out)
    with ExitStack() as kept:
        with progress.shown(quiet=quiet):
            asked = words.bundle(bundle, home, "predict")
            answers = batch.answers(asked, _rows(data, asked))
            if out is None:
                file = _written(asked, answers, kept.enter_context(_spool()))
            else:
                rows = batch.write(asked, answers, out)
        if out is None:
            shutil.copyfileobj(file, sys.stdout)
    if out is None:
        return 0
    if as_json:
        show.json_object({"out": str(out.absolute()), "rows": rows, "name": asked.name, "digest": asked.digest})
    else:
        show.line(f"wrote {rows} answers to {out}")
    return 0


def _rows(word: str, asked: "Bundle") -> "Rows":
    if word == STDIN:
        return parse(sys.stdin.buffer.read())
    return reading.rows(word, "predict", asked.schema)


def parse(content: bytes) -> list[dict[str, Any]]:
    """Rows of one JSON list or object, or of JSON lines.

    Raises:
        DataError: it is neither; the lines that are wrong are told.
    """
    import msgspec

    try:
        whole = msgspec.json.decode(content, type=list[dict[str, Any]] | dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _lines(content)
    return whole if isinstance(whole, list) else [whole]


def _lines(content: bytes) -> list[dict[str, Any]]:
    import msgspec

    found = Problems(DataError)
    rows: list[dict[str, Any]] = []
    for number, text in enumerate(content.splitlines(), 1):
        if not text.strip():
            continue
        try:
            rows.append(msgspec.json.decode(text, type=dict[str, Any]))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            hint = "give one JSON object a line, or one JSON list of objects"
            found.add(f"is no JSON object: {error}", f"standard input:{number}", hint)
            if len(found.found) == SHOWN:
                break
    found.raise_any()
    return rows


def _spool() -> IO[str]:
    """Room on disk for what is to be printed."""
    return tempfile.TemporaryFile("w+", encoding="utf-8", newline="")


def _written(asked: "Bundle", answers: "Iterable[Answers]", file: IO[str]) -> IO[str]:
    """`{"predictions": [...]}`, a record a line; all of it before any is printed: an error leaves no half answer."""
    comma = ""
    file.write('{"predictions": [')
    for part in answers:
        records = ",\n".join(show.json_lines(asked.records(part.outputs, part.groups)))
        file.write(f"{comma}\n{records}")
        comma = ","
    file.write("\n]}\n")
    file.seek(0)
    return file
