"""Encoded tables kept beside the rows that they were made of, and mapped when the same is asked again."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec
import numpy as np

from modelyard.core import artifacts, digest
from modelyard.core.blocks import Bag, Codes, Numbers, Tokens, joined, stacked
from modelyard.core.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from modelyard.core.blocks import Block


Kept = TypeVar("Kept")
Dump: TypeAlias = "Callable[[Kept], tuple[list[Any], dict[str, bytes]]]"  # JSON, and the files that it names
Load: TypeAlias = "Callable[[list[Any], Mapping[str, bytes]], Kept]"
Pieces: TypeAlias = "Iterator[dict[str, Block]]"
UNREADABLE = (OSError, msgspec.MsgspecError, ValueError, KeyError, TypeError)
INDEX, ENTRIES = "blocks.json", "encoders.json"
FORMS: dict[str, type[Any]] = {cls.__name__: cls for cls in (Numbers, Codes, Tokens, Bag)}


def blocks(home: Path | None, key: Callable[[], str], pieces: Callable[[], Pieces], rows: int) -> dict[str, Block]:
    """The blocks of `pieces` that follow each other and have so many `rows` in all.

    They are kept in `home` under the key, written as they come, and mapped from there the next time.
    """
    if home is None:
        return stacked(pieces(), rows)
    place = home / key()
    try:
        return _load(place)
    except UNREADABLE:
        pass
    try:
        with artifacts.staged_folder(home) as staging:
            _save(pieces(), rows, staging)
            with suppress(FileExistsError):  # another process was as far
                artifacts.publish(staging, place)
        return _load(place)
    except UNREADABLE:  # a full disk keeps nobody from learning
        return stacked(pieces(), rows)


def fitted(
    home: Path | None, key: Callable[[], str], fit: Callable[[], Kept], dump: Dump[Kept], load: Load[Kept]
) -> Kept:
    """What `fit` gives, or gave when that was kept in `home` under the same key: `dump` and `load` know how."""
    if home is None:
        return fit()
    place = home / key()
    try:
        entries = msgspec.json.decode((place / ENTRIES).read_bytes(), type=list)
        files = {str(f.relative_to(place)): f.read_bytes() for f in place.rglob("*") if f.is_file()}
        return load(entries, files)
    except (*UNREADABLE, BundleError):
        made = fit()
    entries, files = dump(made)
    with suppress(OSError), artifacts.staged_folder(home) as staging:
        for name, content in files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)
        (staging / ENTRIES).write_bytes(msgspec.json.encode(entries))
        artifacts.publish(staging, place)
    return made


def state_key(entries: list[Any], files: Mapping[str, bytes]) -> str:
    """The digest of fitted steps and encoders, by what a bundle would keep of them."""
    return digest.of_json([entries, {name: digest.of_bytes(content) for name, content in files.items()}])


def _save(pieces: Pieces, rows: int, folder: Path) -> None:
    """Write pieces a row after the other where every row is as wide; what is ragged is joined first."""
    columns: dict[str, _Column] = {}
    with ExitStack() as files:
        for piece in pieces:
            for name, block in piece.items():
                if name not in columns:
                    columns[name] = _Column(block, folder / str(len(columns)), rows, files)
                columns[name].add(block)
    index = [{"column": name, **column.finished()} for name, column in columns.items()]
    (folder / INDEX).write_bytes(msgspec.json.encode(index))


class _Column:
    """What is kept of one column's blocks."""

    def __init__(self, block: Block, place: Path, rows: int, files: ExitStack) -> None:
        self.place, self.first, self.ragged = place, block, list[Any]()
        self.files = {}
        for name, array in _arrays(block).items() if isinstance(block, (Numbers, Codes)) else ():
            file = self.files[name] = files.enter_context(self._file(name).open("wb"))
            header = {"descr": array.dtype.str, "fortran_order": False, "shape": (rows, *array.shape[1:])}
            np.lib.format.write_array_header_1_0(file, header)

    def add(self, block: Block) -> None:
        """The rows that follow."""
        if not self.files:
            self.ragged.append(block)
        for name, array in _arrays(block).items() if self.files else ():
            self.files[name].write(np.ascontiguousarray(array).data)

    def finished(self) -> dict[str, Any]:
        """What the index says of it."""
        block = joined(self.ragged) if self.ragged else self.first
        if self.ragged:
            for name, array in _arrays(block).items():
                np.save(self._file(name), array)
        told = {field.name: getattr(block, field.name) for field in dataclasses.fields(block)}
        told |= {name: {"file": self._file(name).name} for name in _arrays(block)}
        return {"form": type(block).__name__, **told}

    def _file(self, name: str) -> Path:
        return self.place.with_name(f"{self.place.name}.{name}.npy")


def _arrays(block: Block) -> dict[str, npt.NDArray[Any]]:
    """What a block holds, other than figures."""
    held = {field.name: getattr(block, field.name) for field in dataclasses.fields(block)}
    return {name: value for name, value in held.items() if isinstance(value, np.ndarray)}


def _load(folder: Path) -> dict[str, Block]:
    out: dict[str, Block] = {}
    for entry in msgspec.json.decode((folder / INDEX).read_bytes(), type=list[dict[str, Any]]):
        cls = FORMS[entry["form"]]
        fields = {field.name: entry[field.name] for field in dataclasses.fields(cls)}
        out[entry["column"]] = cls(**{name: _array(folder, value) for name, value in fields.items()})
    return out


def _array(folder: Path, value: Any) -> Any:  # noqa: ANN401 - an array's file, or a figure
    """An array that may be written to, though the file stays as it is."""
    return np.load(folder / value["file"], mmap_mode="c") if isinstance(value, dict) else value
