"""Writes that are whole or not there."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from modelyard.core import artifacts

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    place = tmp_path / "deep/er/file.txt"
    artifacts.write_file(place, "旧")
    artifacts.write_file(place, "新".encode())
    assert place.read_text(encoding="utf-8") == "新"
    assert [entry.name for entry in place.parent.iterdir()] == ["file.txt"]
    assert place.stat().st_mode & 0o777 == 0o644


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "file"
    artifacts.write_file(place, "old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        artifacts.write_file(place, "new")
    assert place.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_staged_folder_goes_to_its_place_or_nowhere(tmp_path: Path) -> None:
    with artifacts.staged_folder(tmp_path / "yard") as staging:
        (staging / "inner").mkdir()
        (staging / "inner/a").write_text("a")
        artifacts.publish(staging, tmp_path / "yard/there")
    assert (tmp_path / "yard/there/inner/a").read_text() == "a"
    with suppress(KeyboardInterrupt), artifacts.staged_folder(tmp_path / "yard") as staging:
        (staging / "half").write_text("half")
        raise KeyboardInterrupt
    assert [entry.name for entry in (tmp_path / "yard").iterdir()] == ["there"]


def test_a_place_that_is_taken_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/mine").write_text("mine")
    with artifacts.staged_folder(tmp_path) as staging:
        (staging / "theirs").write_text("theirs")
        with pytest.raises(FileExistsError):
            artifacts.publish(staging, tmp_path / "there")
    assert [entry.name for entry in (tmp_path / "there").iterdir()] == ["mine"]


def test_a_folder_is_replaced_as_one(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/old").touch()
    with artifacts.staged_folder(tmp_path) as staging:
        (staging / "new").touch()
        artifacts.replace_folder(staging, tmp_path / "there")
    assert [entry.name for entry in (tmp_path / "there").iterdir()] == ["new"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["there"]


def test_what_was_left_a_day_ago_is_swept_and_what_is_new_is_not(tmp_path: Path) -> None:
    for name, age in (("old", artifacts.DAY + 60), ("new", 60)):
        folder = tmp_path / f"{artifacts.STAGING}{name}"
        folder.mkdir()
        os.utime(folder, (time.time() - age,) * 2)
    with artifacts.staged_folder(tmp_path):
        left = {entry.name for entry in tmp_path.iterdir()}
    assert f"{artifacts.STAGING}old" not in left
    assert f"{artifacts.STAGING}new" in left
