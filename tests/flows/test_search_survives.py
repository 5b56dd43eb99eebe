"""A search that is killed, as `kill -9` does it, goes on where it was."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.release.bundle import Bundle
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "from modelyard.cli.main import main; main()"
COMMAND = [sys.executable, "-c", PROGRAM, "train", "recipe.yaml", "--json", "--home", "yard"]
PATIENCE = 120  # seconds after which something hangs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipe of a search that takes a while."""
    model = {"name": "auto", "models": ["linear"], "trials": 8, "folds": 3}
    recipe = making.recipe(tmp_path, making.table("binary").drop("comment"), model=model)
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    return tmp_path


def records(folder: Path) -> dict[str, int]:
    """The candidates on disk, and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in folder.rglob("searches/*/*.npz")}


def test_what_was_found_before_the_kill_is_not_found_again(folder: Path) -> None:
    killed = subprocess.Popen(COMMAND, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + PATIENCE
    while len(records(folder)) < 3:
        assert killed.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = records(folder)
    assert not list(folder.rglob("manifest.json"))
    again = subprocess.run(COMMAND, cwd=folder, capture_output=True, check=True, timeout=PATIENCE)
    assert b"the search goes on" in again.stderr
    told = json.loads(again.stdout)
    after = records(folder)
    assert {name: after[name] for name in before} == before
    assert len(after) > len(before)
    lines = [line for line in told["leaderboard"] if line["name"] == "linear" and not line["skipped"]]
    assert len(lines) == len(after)
    assert Bundle.load(told["bundle"]).digest == told["digest"]
