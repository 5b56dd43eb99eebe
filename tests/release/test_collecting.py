"""What goes and what stays."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from modelyard.core.errors import StoreError, UsageError, YardError
from modelyard.release.store import Folder

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.yard import Yard
    from modelyard.run import Run


def age(yard: Yard, days: float) -> None:
    """Let every bundle be older."""
    for folder in yard.bundles.iterdir():
        os.utime(folder, (time.time() - days * 86_400,) * 2)


def keep(yard: Yard, run: Run) -> str:
    """Let a bundle lie in the yard as training leaves it."""
    Folder(yard.bundles).put(run.bundle.folder, run.bundle.digest)
    return run.bundle.digest


def test_what_was_released_stays_unless_asked(yard: Yard, binary: Run, other: Run, third: Run) -> None:
    for run in (binary, other, third):
        yard.offer(run.bundle, [])
    age(yard, 100)
    assert yard.collect().gone == ()
    asked = yard.collect(dry_run=True, keep=1)
    assert [(each.digest, each.releases) for each in asked.gone] == [(binary.bundle.digest, ("risk@1",))]
    assert (asked.stay, asked.dry_run) == (2, True)
    assert asked.size == sum(file.stat().st_size for file in binary.bundle.folder.rglob("*") if file.is_file())
    assert yard.releases("risk")[-1].gone == ""
    assert not [act for act in yard.acts() if act.kind == "collect"]
    done = yard.collect(keep=1, by="Ada")
    assert done.gone == asked.gone
    assert not (yard.bundles / binary.bundle.digest).exists()
    assert yard.releases("risk")[-1].gone
    (act,) = yard.acts({"collect"})
    assert (act.by, act.detail["digests"]) == ("Ada", [binary.bundle.digest])
    assert yard.rollback("risk").version == 2
    with pytest.raises(YardError, match="collected"):
        yard.rollback("risk")


def test_what_an_alias_names_always_stays(yard: Yard, binary: Run, other: Run, third: Run) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [], alias="challenger")
    yard.offer(third.bundle, [], alias="canary")
    age(yard, 100)
    assert yard.collect(keep=0, age=0, unreleased=True).gone == ()


def test_a_bundle_of_two_releases_stays_for_either(yard: Yard, binary: Run, other: Run) -> None:
    for run in (binary, other, binary):
        yard.offer(run.bundle, [])
    age(yard, 100)
    assert [each.digest for each in yard.collect(keep=0).gone] == [other.bundle.digest]
    assert yard.champion("risk") is not None


def test_what_was_never_released_goes_when_it_is_old(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    trained = keep(yard, other)
    assert yard.collect(unreleased=True).gone == ()  # it is young
    age(yard, 6)
    assert yard.collect(unreleased=True).gone == ()
    age(yard, 8)
    assert yard.collect(unreleased=False).gone == ()
    (gone,) = yard.collect(unreleased=True).gone
    assert (gone.digest, gone.releases) == (trained, ())


def test_only_a_yard_that_is_a_folder_takes_unreleased_bundles_for_its_own(yard: Yard, other: Run) -> None:
    keep(yard, other)
    age(yard, 8)
    assert len(yard.collect().gone) == (1 if yard.place.is_folder else 0)


def test_what_is_no_bundle_is_left_alone(yard: Yard, binary: Run) -> None:
    yard.offer(binary.bundle, [])
    (yard.bundles / "notes").mkdir()
    (yard.bundles / "letter.txt").write_text("mine")
    age(yard, 100)
    assert yard.collect(unreleased=True, keep=0).gone == ()
    assert (yard.bundles / "letter.txt").is_file()
    assert (yard.bundles / "notes").is_dir()


def test_what_was_collected_is_there_again_when_it_is_released_again(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [])
    age(yard, 100)
    assert len(yard.collect(keep=0).gone) == 1
    made = yard.offer(binary.bundle, [])
    assert made.version == 3
    assert yard.releases("risk")[-1].gone == ""
    assert yard.open(yard.find("risk@1")).digest == binary.bundle.digest


def test_a_bundle_that_is_released_out_of_the_yard_it_was_collected_from(yard: Yard, other: Run) -> None:
    """Its only copy is gone: no release may name it."""
    digest = keep(yard, other)
    from modelyard.release.bundle import Bundle

    bundle = Bundle.load(yard.bundles / digest)
    age(yard, 100)
    yard.collect(unreleased=True)
    with pytest.raises(Exception, match="no such bundle"):
        yard.offer(bundle, [])
    assert yard.releases() == []


def test_a_fault_in_the_middle_leaves_nothing_that_names_what_is_gone(
    yard: Yard, binary: Run, other: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [])
    age(yard, 100)

    def fail(_: Path, digest: str) -> None:
        shutil.rmtree(yard.bundles / digest)  # gone, and the one who removed it knows nothing of it
        raise OSError(5, "input/output error")

    monkeypatch.setattr(Folder, "remove", lambda self, digest: _failing(fail, self.root, digest))
    with pytest.raises(StoreError):
        yard.collect(keep=0)
    assert yard.releases("risk")[-1].gone
    with pytest.raises(YardError, match="collected"):
        yard.rollback("risk")
    monkeypatch.undo()
    assert yard.collect(keep=0).gone == ()


def _failing(fail: object, root: Path, digest: str) -> None:
    from modelyard.release.store import told

    assert callable(fail)
    with told("a bundle cannot be removed", str(root)):
        fail(root, digest)


@pytest.mark.parametrize("said", [{"keep": -1}, {"age": -1}, {"age": float("nan")}], ids=str)
def test_what_cannot_be_asked(yard: Yard, said: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        yard.collect(**said)  # type: ignore[arg-type]
