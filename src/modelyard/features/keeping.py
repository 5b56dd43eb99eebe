"""Encoded tables kept beside the rows that they were made of, and mapped when the same is asked again."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import msgspec
import numpy as np

from modelyard.core import artifacts, digest
from modelyard.core.blocks import Bag, Codes, Numbers, Tokens
from modelyard.core.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelyard.core.blocks import Block


class Stated(Protocol):
    """What can say all that is needed to make it again."""

    def state(self) -> tuple[list[Any], dict[str, bytes]]:
        """JSON, and the files that it names."""


Kept = TypeVar("Kept", bound=Stated)
Restore: TypeAlias = "Callable[[list[Any], Mapping[str, bytes]], Kept]"
INDEX, ENTRIES = "blocks.json", "encoders.json"
FORMS: dict[str, type[Any]] = {cls.__name__: cls for cls in (Numbers, Codes, Tokens, Bag)}


def blocks(home: Path | None, key: Callable[[], str], make: Callable[[], dict[str, Block]]) -> dict[str, Block]:
    """What `make` gives, or what it gave when its blocks were kept in `home` under the same key."""
    if home is None:
        return make()
    place = home / key()
    try:
        return _load(place)
    except (OSError, msgspec.MsgspecError, ValueError, KeyError, TypeError):
        made = make()
    try:
        with artifacts.staged_folder(home) as staging:
            _save(made, staging)
            with suppress(FileExistsError):  # another process was as far
                artifacts.publish(staging, place)
        return _load(place)
    except (OSError, msgspec.MsgspecError):
        return made  # a full disk keeps nobody from learning


def fitted(home: Path | None, key: Callable[[], str], fit: Callable[[], Kept], restore: Restore[Kept]) -> Kept:
    """What `fit` gives, or `restore` makes of what it gave when that was kept in `home` under the same key."""
    if home is None:
        return fit()
    place = home / key()
    try:
        entries = msgspec.json.decode((place / ENTRIES).read_bytes(), type=list)
        files = {str(f.relative_to(place)): f.read_bytes() for f in place.rglob("*") if f.is_file()}
        return restore(entries, files)
    except (OSError, msgspec.MsgspecError, BundleError):
        made = fit()
    entries, files = made.state()
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


def _save(made: Mapping[str, Block], folder: Path) -> None:
    index: list[dict[str, Any]] = []
    for place, (name, block) in enumerate(made.items()):
        entry: dict[str, Any] = {"column": name, "form": type(block).__name__}
        for field in dataclasses.fields(block):
            value = getattr(block, field.name)
            if isinstance(value, np.ndarray):
                file = f"{place}.{field.name}.npy"
                np.save(folder / file, value)
                value = {"file": file}
            entry[field.name] = value
        index.append(entry)
    (folder / INDEX).write_bytes(msgspec.json.encode(index))


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
