"""Tables that were read, checked, mended and split, kept on disk: what the same recipe and rows give a second time.

A table lies in a folder under the digest of all that it depends on, whole or not at all, its rows as Arrow files that
are mapped and not read. What is kept can be thrown away: it is made again. The least used goes when there is too much.
"""

from __future__ import annotations

import math
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.core import artifacts, digest, room, threads
from modelyard.core.errors import RoomError, UsageError
from modelyard.core.types import Parts, Schema, Table, Task
from modelyard.data.hygiene import Hygiene
from modelyard.data.read import Rows
from modelyard.data.split import file_of
from modelyard.data.splits.folds import Folds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

META = "table.json"
PARTS = ("train", "valid", "test")
LIMIT = "MODELYARD_SHELF"  # gigabytes that may be kept
USUAL = 20.0
WORTH = 2_000_000  # cells from which a table is kept unasked: a smaller one is read again in no time
LAYERS = ("core", "data", "features", "recipe")  # whose code decides what a table becomes
LIBRARIES = ("numpy", "polars", "scikit-learn", "datasketch")


class Meta(msgspec.Struct, frozen=True):
    """What is known of a kept table beside its rows."""

    schema: Schema
    task: Task
    digest: str
    notes: tuple[str, ...]
    dealt: tuple[str, ...]  # how it was split
    found: Hygiene


@dataclass(frozen=True)
class Prepared:
    """A table ready to be learnt from: its parts, what is known of its rows, and what was found in its texts."""

    parts: Parts
    rows: Rows
    found: Hygiene
    kept: Path | None = None  # where it lies, if it is kept
    dealt: Folds | None = None  # the same rows in folds, where the recipe asks for them


@dataclass(frozen=True)
class Shelf:
    """The kept tables of a yard."""

    folder: Path

    def find(self, key: str) -> Prepared | None:
        """A table that is kept; None where it is not, or cannot be read."""
        place = self.folder / key
        try:
            meta = msgspec.json.decode((place / META).read_bytes(), type=Meta)
            train, valid, test = (_mapped(place / part, meta.schema) for part in PARTS)
        except (OSError, msgspec.MsgspecError, ValueError):
            return None
        with suppress(OSError):
            os.utime(place / META)  # used now
        return _prepared(Parts(train, valid, test, meta.dealt), meta, place)

    @contextmanager
    def staged(self) -> Iterator[Path]:
        """A folder that a table is written to before it is kept; gone afterwards, if it is not.

        Raises:
            RoomError: the disk takes none.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with artifacts.staged_folder(self.folder) as staging:
                yield staging
        except OSError as error:
            hint = "free some room there, or say `keep: false`"
            raise RoomError("the prepared table found no place on disk", str(self.folder), hint) from error

    def keep(self, key: str, prepared: Prepared, staging: Path) -> Prepared:
        """The same table from disk; what `staging` holds of it already is not written again.

        Raises:
            OSError: the disk has no room.
        """
        rows = prepared.rows
        meta = Meta(rows.train.schema, rows.task, rows.digest, rows.notes, prepared.parts.notes, prepared.found)
        place = self.folder / key
        list(threads.each(partial(_write, prepared.parts, staging), PARTS))
        (staging / META).write_bytes(msgspec.json.encode(meta))
        with suppress(FileExistsError):  # another process was as far
            artifacts.publish(staging, place)
        self.thin(place)
        return self.find(key) or prepared

    def thin(self, spared: Path | None = None) -> None:
        """Remove the least used tables until no more is kept than may be; `spared` stays."""
        most = _most()
        used = [(_told(file).st_mtime, file.parent) for file in self.folder.glob(f"*/{META}")]
        sizes = {place: sum(_told(f).st_size for f in place.rglob("*") if f.is_file()) for _, place in used}
        for _, place in sorted(used):
            if sum(sizes.values()) <= most:
                return
            if place != spared:
                shutil.rmtree(place, ignore_errors=True)
                del sizes[place]


def _most() -> float:
    """Bytes that may be kept.

    Raises:
        UsageError: the environment says no number.
    """
    try:
        most = float(os.environ.get(LIMIT) or USUAL)
    except ValueError:
        most = math.nan
    if not most >= 0:
        raise UsageError("is no number of gigabytes", LIMIT, "such as 20, or leave it out")
    return most * 1e9


def _told(file: Path) -> os.stat_result:
    """What is known of a file; nothing where another process has just removed it."""
    try:
        return file.stat()
    except OSError:
        return os.stat_result((0,) * 10)


def key_of(said: Mapping[str, Any], rows: str) -> str:
    """The digest of all that a prepared table depends on: what a recipe says of it, its rows' digest, and the code."""
    return digest.of_json({"said": said, "rows": rows, "code": code()})


@cache
def code() -> str:
    """The digest of the code that prepares tables, and of the libraries that it stands on."""
    home = Path(__file__).parents[1]
    files = sorted(file for layer in LAYERS for file in (home / layer).rglob("*.py"))
    told = {str(file.relative_to(home)): digest.of_bytes(file.read_bytes()) for file in files}
    return digest.of_json([told, {name: version(name) for name in LIBRARIES}])


def worth(rows: Rows) -> bool:
    """Whether a table is so large that keeping it saves time."""
    return sum(len(table) * table.frame.width for table in rows.given) >= WORTH


def _prepared(parts: Parts, meta: Meta, place: Path) -> Prepared:
    rows = Rows(parts.train, parts.valid, parts.test, meta.task, meta.digest, meta.notes)
    return Prepared(parts, rows, meta.found, place)


def _write(parts: Parts, folder: Path, part: str) -> None:
    file = file_of(folder, part)
    if not file.exists():
        file.parent.mkdir()
        room.write_ipc(getattr(parts, part).frame, file)


def _mapped(place: Path, schema: Schema) -> Table:
    frame = room.read_ipc(file_of(place.parent, place.name))
    if frame.columns != [column.name for column in schema.columns]:
        raise ValueError("the columns are not those of the schema")
    return replace(Table(frame, schema), kept=place)
