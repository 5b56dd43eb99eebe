"""A folder whose folders are classes: which files are texts, which are pictures, and what of it is not read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from modelyard.core.amounts import size_told
from modelyard.core.errors import DataError, nearest
from modelyard.core.refusals import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

Holds = Literal["texts", "pictures"]
ENDINGS: dict[Holds, frozenset[str]] = {
    "texts": frozenset({".txt"}),
    "pictures": frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}),
}


@dataclass(frozen=True)
class Example:
    """A file and its class; `name` is its path inside the folder."""

    file: Path
    label: str
    name: str


def root_of(path: str, folder: Path) -> Path:
    """The folder that a recipe in `folder` calls `path`.

    Raises:
        DataError: there is no such folder.
    """
    try:
        root = (folder / path).expanduser().resolve()
        there = root.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError("no such folder", path) from error
    if not there:
        names = [entry.name for entry in root.parent.iterdir() if entry.is_dir()] if root.parent.is_dir() else []
        raise DataError("no such folder", path, nearest(root.name, names))
    return root


def examples(root: Path, path: str, holds: Holds | None, most: float) -> tuple[Holds, list[Example]]:
    """What the class folders hold, in the order of their names, and which sort it is; what else lies there is refused.

    Files whose names begin with a point are no part of it. `most` bytes of a file are read at most.

    Raises:
        DataError: there are no classes, no texts or pictures, or both of them and nothing says which.
    """
    found = list(_files(root, path))
    sorts = {sort for example in found if (sort := _sort(example.file)) is not None}
    if holds is None and len(sorts) > 1:
        raise DataError("holds both texts and pictures", path, "say holds: texts, or holds: pictures")
    wanted = holds or next(iter(sorts), None)
    kept = [example for example in found if _kept(example, wanted, most, path)]
    if wanted is None or not kept:
        endings = ", ".join(sorted(ending for named in ENDINGS.values() for ending in named))
        raise DataError(
            "holds no folders of texts or pictures", path, f"a folder a class, with files of {endings} in it"
        )
    return wanted, kept


def _files(root: Path, path: str) -> Iterator[Example]:
    for label in _entries(root, root, path):
        if not label.is_dir():
            refuse(f"{path}/{label.name}", "lies beside the folders of the classes, and so has no class")
            continue
        for file in _entries(label, root, path):
            if file.is_file():
                yield Example(file, label.name, f"{label.name}/{file.name}")
            else:
                refuse(f"{path}/{label.name}/{file.name}", "is no file, and folders inside a class are not read")


def _entries(folder: Path, root: Path, path: str) -> Iterator[Path]:
    """What lies in a folder, by name; a link that leads out of the root is not followed."""
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.startswith("."):
            continue
        if not entry.resolve().is_relative_to(root):
            refuse(f"{path}/{entry.relative_to(root).as_posix()}", "is a link that leads out of the folder")
            continue
        yield entry


def _kept(example: Example, holds: Holds | None, most: float, path: str) -> bool:
    size = example.file.stat().st_size
    if _sort(example.file) != holds or holds is None:
        refuse(
            f"{path}/{example.name}",
            "is neither a text nor a picture" if _sort(example.file) is None else "is another sort",
        )
    elif size == 0:
        refuse(f"{path}/{example.name}", "is empty")
    elif size > most:
        refuse(f"{path}/{example.name}", f"is larger than {size_told(most)}")
    else:
        return True
    return False


def _sort(file: Path) -> Holds | None:
    return next((holds for holds, endings in ENDINGS.items() if file.suffix.lower() in endings), None)
