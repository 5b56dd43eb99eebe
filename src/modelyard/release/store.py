"""Where bundles lie, each under its digest: put whole or not at all, and checked before use. A folder, usually."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from modelyard.core import artifacts
from modelyard.core.errors import BundleError, ModelyardError, StoreError
from modelyard.release import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
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

    def age(self, digest: str) -> float | None:
        """How many seconds ago a bundle was put; None where there is none."""

    def size(self, digest: str) -> int:
        """What a bundle's files take, in bytes."""

    def remove(self, digest: str) -> None:
        """Remove a bundle, whole or half."""


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
        with told("the bundle cannot be kept", str(self.root)):
            if self._renewed(place, digest):
                return
            with artifacts.staged_folder(self.root) as staging:
                for name in (manifest.FILE, *manifest.read(folder).every):
                    within(staging, name).parent.mkdir(parents=True, exist_ok=True)
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
        with told("the bundles cannot be listed", str(self.root)):
            for entry in self.root.iterdir() if self.root.is_dir() else ():
                age = self.age(entry.name) if is_digest(entry.name) else None
                if age is not None:
                    found[entry.name] = age
        return found

    def age(self, digest: str) -> float | None:
        """By the time that the folder was last put."""
        with suppress(FileNotFoundError):  # another process may just have removed it
            return time.time() - (self.root / digest).stat().st_mtime
        return None

    def size(self, digest: str) -> int:
        """What the files take, in bytes."""
        return sum(file.stat().st_size for file in (self.root / digest).rglob("*") if file.is_file())

    def remove(self, digest: str) -> None:
        """Renamed away first: whoever looks sees a whole bundle or none."""
        with told("a bundle cannot be removed", str(self.root)), artifacts.staged_folder(self.root) as aside:
            (self.root / digest).rename(aside / digest)

    def _renewed(self, place: Path, digest: str) -> bool:
        """Whether the bundle lies in its place; if so, it counts as put just now."""
        if not place.exists():
            return False
        try:
            os.utime(place)
            check(place, digest)
        except (BundleError, FileNotFoundError):
            if place.exists():
                raise
            return False  # another process removed it while it was looked at
        return True


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


def within(folder: Path, name: str) -> Path:
    """The place of a bundle's file.

    Raises:
        BundleError: it would lie outside the bundle.
    """
    place = folder / name
    if not place.resolve().is_relative_to(folder.resolve()):
        raise BundleError("names a file outside the bundle", f"{folder}/{manifest.FILE}", "do not use this bundle")
    return place


@contextmanager
def told(problem: str, where: str) -> Iterator[None]:
    """What a disk or a store raises, in a sentence; a store's own words may hold its secrets and are left out.

    Raises:
        StoreError: whatever was raised within, but for Modelyard's own.
    """
    try:
        yield
    except ModelyardError:
        raise
    except Exception as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        hint = "is it there, and may this user read and write it?"
        raise StoreError(f"{problem}: {why}", where, hint) from error
