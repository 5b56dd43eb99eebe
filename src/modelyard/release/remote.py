"""Bundles in a store of fsspec's, such as S3: fetched into a folder of this machine and checked there."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.core import artifacts
from modelyard.core.errors import BundleError, MissingExtraError, UsageError
from modelyard.core.urls import without_secrets
from modelyard.release import manifest
from modelyard.release.store import Folder, Store, check, is_digest, told, within

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCAL = frozenset({"file", "local"})
FORM = "such as s3://bucket/folder"


class Remote:
    """A bundle is there when its manifest is, which is written last and removed first."""

    def __init__(self, files: Any, root: str, cache: Path, shown: str) -> None:  # noqa: ANN401 - fsspec has no types
        """Bundles under `root` of a file system, fetched into `cache`; `shown` names it without a secret."""
        self._files, self._root, self._cache, self._shown = files, root.rstrip("/"), cache, shown

    def has(self, digest: str) -> bool:
        """Whether the manifest is there, and all that it names."""
        with told("the store of bundles cannot be read", self._shown):
            there = self._inside(digest)
            if manifest.FILE not in there:
                return False
            with artifacts.staged_folder(self._cache) as staging:
                self._files.get_file(self._path(digest, manifest.FILE), str(staging / manifest.FILE))
                return set(manifest.read(staging).every) <= there.keys()

    def put(self, folder: Path, digest: str) -> None:
        """The manifest comes last: until then there is no bundle."""
        check(folder, digest)
        names = manifest.read(folder).every
        with told("the bundle cannot be kept", self._shown):
            there = self._inside(digest)
            for name in names:
                if there.get(name) != (folder / name).stat().st_size:
                    self._files.put_file(str(folder / name), self._made(self._path(digest, name)))
            self._files.put_file(str(folder / manifest.FILE), self._made(self._path(digest, manifest.FILE)))

    def fetch(self, digest: str) -> Path:
        """From the cache, where it is whole there; the store is not asked then, and may be gone.

        Raises:
            BundleError: it is not in the store, or altered there.
            StoreError: the store cannot be read.
        """
        place = self._cache / digest
        if place.exists():
            try:
                check(place, digest)
            except BundleError:  # altered on this machine's disk: the store still has it
                shutil.rmtree(place, ignore_errors=True)
            else:
                return place
        with told("the bundle cannot be fetched", self._shown), artifacts.staged_folder(self._cache) as staging:
            if manifest.FILE not in self._inside(digest):
                raise BundleError("is not in the store", f"{self._shown}/{digest}", "release it again")
            self._get(digest, manifest.FILE, staging)
            for name in manifest.read(staging).every:
                self._get(digest, name, staging)
            check(staging, digest)
            try:
                artifacts.publish(staging, place)
            except FileExistsError:  # another process has just fetched it
                check(place, digest)
        return place

    def ages(self) -> dict[str, float]:
        """By the time of the manifest; of what was put by half, by its newest file."""
        with told("the store of bundles cannot be read", self._shown):
            found: dict[str, list[str]] = {}
            for path in self._found(self._root):
                digest, _, name = path.removeprefix(f"{self._root}/").partition("/")
                if name and is_digest(digest):
                    found.setdefault(digest, []).append(path)
            return {digest: self._since(digest, paths) for digest, paths in found.items()}

    def age(self, digest: str) -> float | None:
        """The same of one bundle."""
        with told("the store of bundles cannot be read", self._shown):
            paths = list(self._found(self._path(digest)))
            return self._since(digest, paths) if paths else None

    def size(self, digest: str) -> int:
        """What the files take, in bytes."""
        with told("the store of bundles cannot be read", self._shown):
            return sum(self._inside(digest).values())

    def remove(self, digest: str) -> None:
        """The manifest goes first, so that nobody takes the rest for a bundle."""
        with told("a bundle cannot be removed", self._shown):
            if manifest.FILE in self._inside(digest):
                self._files.rm_file(self._path(digest, manifest.FILE))
            for name in self._inside(digest):
                self._files.rm_file(self._path(digest, name))

    def _path(self, digest: str, name: str = "") -> str:
        return f"{self._root}/{digest}/{name}" if name else f"{self._root}/{digest}"

    def _found(self, path: str) -> dict[str, Any]:
        """Every file under a path, as it is now and not as it was listed before."""
        self._files.invalidate_cache()
        found: dict[str, Any] = self._files.find(path, detail=True)
        return found

    def _inside(self, digest: str) -> dict[str, int]:
        """The files of a bundle and their bytes."""
        start = f"{self._path(digest)}/"
        return {path.removeprefix(start): told_["size"] for path, told_ in self._found(start.rstrip("/")).items()}

    def _get(self, digest: str, name: str, folder: Path) -> None:
        place = within(folder, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        self._files.get_file(self._path(digest, name), str(place))

    def _made(self, path: str) -> str:
        """A path whose folder is there, where the store has folders at all."""
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        return path

    def _since(self, digest: str, paths: Iterable[str]) -> float:
        head = self._path(digest, manifest.FILE)
        return min(self._seconds(path) for path in ([head] if head in paths else paths))

    def _seconds(self, path: str) -> float:
        try:
            at: datetime = self._files.modified(path)
        except NotImplementedError:  # a store that does not tell: nothing in it is old enough to be collected
            return 0.0
        return time.time() - (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def store_of(said: str | Path, cache: Path) -> Store:
    """Where a word says that bundles lie: a folder, or a store by its URL.

    Raises:
        UsageError: no such store is known.
        MissingExtraError: fsspec, or the package of this store, is not installed.
    """
    word = str(said)
    if isinstance(said, Path) or "://" not in word:
        return Folder(Path(said))
    shown = without_secrets(word)
    scheme = word.partition("://")[0]
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise MissingExtraError("a store needs fsspec", shown, 'pip install "modelyard[store]"') from error
    try:
        files, root = fsspec.core.url_to_fs(word)
    except ImportError as error:
        raise MissingExtraError(f"{scheme}:// needs a package of its own", shown, str(error)) from error
    except ValueError:  # whose words may hold the secret
        raise UsageError(f"no store called '{scheme}://'", "MODELYARD_BUNDLES", FORM) from None
    protocols = {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)
    return Folder(Path(root)) if protocols & LOCAL else Remote(files, root, cache, shown)
