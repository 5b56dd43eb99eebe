"""Where bundles lie, each under its digest: put whole or not at all, and checked before it is used."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from modelyard.core import artifacts
from modelyard.core.errors import BundleError
from modelyard.release import manifest

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = 64  # hexadecimal signs


class Store(Protocol):
    """Bundles by their digests."""

    def has(self, digest: str) -> bool:
        """Whether a bundle is there, whole."""

    def put(self, folder: Path, digest: str) -> None:
        """Keep the bundle in `folder`; one that is there already counts as put just now.

        Raises:
            BundleError: it is altered, here or there.
            StoreError: the store cannot be written.
        """

    def fetch(self, digest: str) -> Path:
        """The bundle's folder on this machine, not checked yet.

        Raises:
            BundleError: it is not there.
            StoreError: the store cannot be read.
        """

    def ages(self) -> dict[str, float]:
        """Every bundle, whole or not, and how many seconds ago it was put."""

    def remove(self, digest: str) -> int:
        """Remove a bundle, and tell how many bytes it had."""


class Folder:
    """A folder on this machine, or one that several share."""

    def __init__(self, root: Path) -> None:
        """Bundles in `root`, which is made on first use."""
        self.root = root

    def has(self, digest: str) -> bool:
        """A bundle is renamed to its place when it is whole."""
        return (self.root / digest / manifest.FILE).is_file()

    def put(self, folder: Path, digest: str) -> None:
        """Copied beside, checked, and renamed to its place."""
        place = self.root / digest
        if place.exists():
            check(place, digest)
            os.utime(place)
            return
        with artifacts.staged_folder(self.root) as staging:
            for name in (manifest.FILE, *manifest.read(folder).every):
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, staging / name)
            check(staging, digest)
            try:
                artifacts.publish(staging, place)
            except FileExistsError:  # another process has just kept the same one
                check(place, digest)

    def fetch(self, digest: str) -> Path:
        """It is on this machine already."""
        return self.root / digest

    def ages(self) -> dict[str, float]:
        """By the time that a folder was last put."""
        found = {}
        for entry in self.root.iterdir() if self.root.is_dir() else ():
            if is_digest(entry.name):
                with suppress(FileNotFoundError):  # another process has just removed it
                    found[entry.name] = time.time() - entry.stat().st_mtime
        return found

    def remove(self, digest: str) -> int:
        """Renamed away first: whoever looks sees a whole bundle or none."""
        size = sum(file.stat().st_size for file in (self.root / digest).rglob("*") if file.is_file())
        with artifacts.staged_folder(self.root) as aside:
            (self.root / digest).rename(aside / digest)
        return size


def check(folder: Path, digest: str) -> None:
    """Compare every file of a bundle with its digest, and the bundle with the one that is meant.

    Raises:
        BundleError: a file is missing or altered, or it is another bundle.
    """
    read = manifest.read(folder)
    manifest.contents(folder, read)
    if read.digest != digest:
        raise another(folder)


def another(folder: Path) -> BundleError:
    """The error for a bundle in another's place."""
    return BundleError("is another bundle than the one released", str(folder), "release it again")


def is_digest(name: str) -> bool:
    """Whether a name is that of a bundle's folder."""
    return len(name) == DIGEST and all(sign in "0123456789abcdef" for sign in name)
