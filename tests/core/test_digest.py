"""The digest of a large file is worked out once, and again as soon as the file is another."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from modelyard.core import cache, digest

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def aged(file: Path, content: bytes, seconds: float) -> str:
    file.write_bytes(content)
    then = time.time() - seconds
    os.utime(file, (then, then))
    return hashlib.sha256(content).hexdigest()


def test_a_large_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "LARGE", 10)
    monkeypatch.setattr(digest, "SETTLED", -10.0)  # its time of change is now, whatever it is said to be
    monkeypatch.setenv(cache.CACHE, str(tmp_path / "cache"))
    file = tmp_path / "rows"
    right = aged(file, b"0123456789abcdef", 100)
    assert digest.of_file(file) == right
    (memory,) = (tmp_path / "cache/digests").iterdir()
    memory.write_bytes(memory.read_bytes().replace(right.encode(), b"remembered"))
    assert digest.of_file(file) == "remembered"
    other = aged(file, b"fedcba9876543210", 50)
    assert digest.of_file(file) == other
    memory.write_bytes(b"no json")
    assert digest.of_file(file) == other


def test_a_file_that_has_just_changed_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "LARGE", 10)
    monkeypatch.setenv(cache.CACHE, str(tmp_path / "cache"))
    right = aged(tmp_path / "rows", b"0123456789abcdef", 0)
    assert digest.of_file(tmp_path / "rows") == right
    assert not (tmp_path / "cache").exists()


def test_a_small_file_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "SETTLED", -10.0)
    monkeypatch.setenv(cache.CACHE, str(tmp_path / "cache"))
    right = aged(tmp_path / "rows", b"0123456789", 100)
    assert digest.of_file(tmp_path / "rows") == right
    assert not (tmp_path / "cache").exists()
