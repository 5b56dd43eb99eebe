"""A store keeps a bundle whole or not at all, in a folder and wherever fsspec reaches."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from modelyard.core.errors import BundleError, MissingExtraError, StoreError, UsageError
from modelyard.release import manifest
from modelyard.release.bundle import Bundle
from modelyard.release.remote import Remote, store_of
from modelyard.release.store import Folder, Store
from modelyard.release.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

DAY = 86_400


class Halting(LocalFileSystem):  # type: ignore[misc]
    """A file system that ends after so many files: a connection that breaks, a disk that is full."""

    cachable = False

    def __init__(self, left: int = 1000, **settings: Any) -> None:
        super().__init__(**settings)
        self.left = left

    def _one_less(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise ConnectionError("https://bucket?X-Amz-Signature=s3cr3t is gone")

    def put_file(self, *words: Any, **settings: Any) -> None:
        self._one_less()
        super().put_file(*words, **settings)

    def get_file(self, *words: Any, **settings: Any) -> None:
        self._one_less()
        super().get_file(*words, **settings)

    def rm_file(self, path: str) -> None:
        self._one_less()
        super().rm_file(path)


@pytest.fixture
def files() -> Halting:
    return Halting()


@pytest.fixture
def remote(files: Halting, tmp_path: Path) -> Remote:
    return Remote(files, str(tmp_path / "far"), tmp_path / "cache", "far://store")


@pytest.fixture(params=["folder", "memory", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path / "bundles")
    if request.param == "remote":
        made: Store = request.getfixturevalue("remote")
        return made
    fsspec.filesystem("memory").store.clear()
    return store_of("memory://models/bundles", tmp_path / "cache")


def test_what_is_put_is_fetched(store: Store, binary: Run, other: Run) -> None:
    digest = binary.bundle.digest
    assert not store.has(digest)
    assert store.ages() == {}
    assert store.age(digest) is None
    store.put(binary.bundle.folder, digest)
    store.put(other.bundle.folder, other.bundle.digest)
    assert store.has(digest)
    fetched = Bundle.load(store.fetch(digest))
    assert fetched.digest == digest
    assert set(store.ages()) == {digest, other.bundle.digest}
    assert all(-60 < age < 600 for age in store.ages().values())
    names = (manifest.FILE, *binary.bundle.manifest.every)
    assert store.size(digest) == sum((binary.bundle.folder / name).stat().st_size for name in names)
    store.remove(digest)
    assert not store.has(digest)
    assert set(store.ages()) == {other.bundle.digest}


def test_the_same_is_put_twice_without_harm(store: Store, binary: Run) -> None:
    for _ in range(2):
        store.put(binary.bundle.folder, binary.bundle.digest)
    assert Bundle.load(store.fetch(binary.bundle.digest)).digest == binary.bundle.digest


def test_an_altered_bundle_is_not_put(store: Store, binary: Run, tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(binary.bundle.folder, altered)
    (altered / "model.onnx").write_bytes(b"another")
    with pytest.raises(BundleError, match=r"model\.onnx"):
        store.put(altered, binary.bundle.digest)
    assert not store.has(binary.bundle.digest)


def test_a_bundle_is_not_put_in_anothers_place(store: Store, binary: Run, other: Run) -> None:
    with pytest.raises(BundleError, match="another bundle"):
        store.put(binary.bundle.folder, other.bundle.digest)
    assert not store.has(other.bundle.digest)


def test_putting_again_makes_a_bundle_young(binary: Run, tmp_path: Path) -> None:
    folder, digest = Folder(tmp_path), binary.bundle.digest
    folder.put(binary.bundle.folder, digest)
    os.utime(tmp_path / digest, (time.time() - 9 * DAY,) * 2)
    age = folder.age(digest)
    assert age is not None
    assert age > 8 * DAY
    folder.put(tmp_path / digest, digest)  # as a bundle does that was packed where it lies
    assert folder.ages()[digest] < DAY


class TestFarAway:
    @pytest.mark.parametrize("left", [0, 1, 5])
    def test_a_store_that_fails_halfway_holds_no_bundle(
        self, remote: Remote, files: Halting, binary: Run, left: int
    ) -> None:
        files.left = left
        with pytest.raises(StoreError) as caught:
            remote.put(binary.bundle.folder, binary.bundle.digest)
        assert "s3cr3t" not in str(caught.value)
        assert "far://store" in str(caught.value)
        files.left = 1000
        assert not remote.has(binary.bundle.digest)
        with pytest.raises(BundleError, match="is not in the store"):
            remote.fetch(binary.bundle.digest)
        remote.put(binary.bundle.folder, binary.bundle.digest)
        assert remote.has(binary.bundle.digest)
        assert Bundle.load(remote.fetch(binary.bundle.digest)).digest == binary.bundle.digest

    @pytest.mark.parametrize("left", [0, 1, 5])
    def test_a_fetch_that_fails_halfway_leaves_nothing(
        self, remote: Remote, files: Halting, binary: Run, tmp_path: Path, left: int
    ) -> None:
        remote.put(binary.bundle.folder, binary.bundle.digest)
        files.left = left
        with pytest.raises(StoreError, match="cannot be fetched"):
            remote.fetch(binary.bundle.digest)
        assert list((tmp_path / "cache").iterdir()) == []
        files.left = 1000
        assert Bundle.load(remote.fetch(binary.bundle.digest)).digest == binary.bundle.digest

    @pytest.mark.parametrize("left", [0, 1, 5])
    def test_a_removal_that_fails_halfway_is_ended_by_the_next(
        self, remote: Remote, files: Halting, binary: Run, left: int
    ) -> None:
        remote.put(binary.bundle.folder, binary.bundle.digest)
        files.left = left
        with pytest.raises(StoreError, match="cannot be removed"):
            remote.remove(binary.bundle.digest)
        files.left = 1000
        assert remote.has(binary.bundle.digest) == (left == 0)  # whole, or none
        remote.remove(binary.bundle.digest)
        assert remote.ages() == {}

    def test_what_was_fetched_is_used_while_the_store_is_gone(
        self, remote: Remote, files: Halting, binary: Run
    ) -> None:
        remote.put(binary.bundle.folder, binary.bundle.digest)
        place = remote.fetch(binary.bundle.digest)
        files.left = 0
        assert remote.fetch(binary.bundle.digest) == place

    def test_what_was_altered_here_is_fetched_again(self, remote: Remote, binary: Run) -> None:
        remote.put(binary.bundle.folder, binary.bundle.digest)
        graph = remote.fetch(binary.bundle.digest) / "model.onnx"
        graph.write_bytes(graph.read_bytes()[:-1])
        assert Bundle.load(remote.fetch(binary.bundle.digest)).digest == binary.bundle.digest

    def test_what_was_altered_there_is_refused_and_not_kept(self, remote: Remote, binary: Run, tmp_path: Path) -> None:
        remote.put(binary.bundle.folder, binary.bundle.digest)
        graph = tmp_path / "far" / binary.bundle.digest / "model.onnx"
        graph.write_bytes(graph.read_bytes()[:-1])
        with pytest.raises(BundleError, match=r"model\.onnx"):
            remote.fetch(binary.bundle.digest)
        assert list((tmp_path / "cache").iterdir()) == []
        remote.put(binary.bundle.folder, binary.bundle.digest)  # which finds it shorter than it should be
        assert Bundle.load(remote.fetch(binary.bundle.digest)).digest == binary.bundle.digest

    def test_a_manifest_that_points_outside_reaches_nothing(self, remote: Remote, binary: Run, tmp_path: Path) -> None:
        """Sealed anew, so that its own digests hold."""
        from dataclasses import replace

        evil = replace(binary.bundle.manifest, files={**binary.bundle.manifest.files, "../../out": "0" * 64}).sealed()
        there = tmp_path / "far" / evil.digest
        shutil.copytree(binary.bundle.folder, there)
        (there / manifest.FILE).write_bytes(evil.to_json())
        (tmp_path / "far" / "out").write_text("x")
        with pytest.raises(BundleError, match="outside the bundle"):
            remote.fetch(evil.digest)
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "cache" / "out").exists()

    def test_a_yard_on_a_far_store(self, address: str, binary: Run, other: Run) -> None:
        fsspec.filesystem("memory").store.clear()
        yard = Yard(address, "memory://models")
        first = yard.offer(binary.bundle, [])
        yard.offer(other.bundle, [])
        assert yard.rollback("risk") == first.named(["champion"])
        assert not (yard.bundles / other.bundle.digest).exists()
        opened = yard.open(yard.find("risk"))
        assert opened.folder == yard.bundles / binary.bundle.digest
        shutil.rmtree(yard.bundles)
        assert yard.open(yard.find("risk@2")).digest == other.bundle.digest
        assert yard.collect(keep=0, age=0).gone[0].releases == ("risk@2",)
        assert any(path.startswith(f"/models/{first.digest}/") for path in fsspec.filesystem("memory").store)
        assert not any(other.bundle.digest in path for path in fsspec.filesystem("memory").store)


def test_a_local_url_is_a_folder(tmp_path: Path) -> None:
    made = store_of(f"file://{tmp_path}/bundles", tmp_path)
    assert isinstance(made, Folder)
    assert made.root == tmp_path / "bundles"


def test_a_store_without_its_package_says_which(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="s3:// needs a package") as caught:
        store_of("s3://key:s3cr3t@bucket/models", tmp_path)
    assert "s3fs" in caught.value.hint
    assert "s3cr3t" not in str(caught.value)


def test_an_unknown_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no store called 'ftpx://'") as caught:
        store_of("ftpx://user:s3cr3t@host/models", tmp_path)
    assert "s3cr3t" not in str(caught.value)


def test_a_folder_that_cannot_be_written_says_so(binary: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="cannot be kept"):
        Folder(tmp_path / "taken").put(binary.bundle.folder, binary.bundle.digest)


def test_a_bundle_that_is_collected_while_it_is_put_again_is_put(
    binary: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, digest = Folder(tmp_path / "bundles"), binary.bundle.digest
    kept.put(binary.bundle.folder, digest)
    plain = os.utime

    def late(place: Path) -> None:
        monkeypatch.undo()
        kept.remove(digest)  # as another process would
        plain(place)

    monkeypatch.setattr(os, "utime", late)
    kept.put(binary.bundle.folder, digest)
    assert kept.has(digest)
