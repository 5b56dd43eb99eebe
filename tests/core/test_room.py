"""Rows that do not fit into memory lie on disk, and nobody who reads them can tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.core import memory, room
from modelyard.core.blocks import Bag, Codes, Numbers, Tokens, joined, stacked
from modelyard.core.errors import RoomError
from modelyard.core.types import Table
from modelyard.data.sources.parquet import Parquet
from tests import making

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.core.blocks import Block

ROWS = 300_000
WORDS = ["逾期", "a longer word than twelve bytes", "", None]


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No memory is left for rows; what lies on disk is told."""
    room.at_first.cache_clear()
    room.at_first()
    monkeypatch.setattr(memory, "available", lambda: 0)
    told: list[str] = []

    def telling(kind: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def written(*how: Any) -> Any:
            told.append(kind)
            return write(*how)

        return written

    monkeypatch.setattr(room, "_on_disk", telling("array", room._on_disk))
    monkeypatch.setattr(room, "_frame_on_disk", telling("frame", room._frame_on_disk))
    yield told
    room.at_first.cache_clear()


def blocks(rows: int) -> dict[str, Block]:
    random = np.random.default_rng(rows)
    offsets = np.arange(rows + 1) * 2
    ids = random.integers(0, 50, 2 * rows)
    return {
        "n": Numbers(random.normal(size=(rows, 3)).astype(np.float32)),
        "c": Codes(random.integers(0, 9, rows), 9),
        "t": Tokens(ids.astype(np.int32), offsets, 50),
        "b": Bag(ids, offsets, random.random(2 * rows).astype(np.float32), 50),
    }


def test_there_is_room_in_memory_while_half_of_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    room.at_first.cache_clear()
    monkeypatch.setattr(memory, "available", lambda: 1000 << 20)
    assert room.fits(400 << 20)
    assert not room.fits(600 << 20)
    monkeypatch.setattr(memory, "available", lambda: 550 << 20)  # as rows have taken some by now
    assert room.fits(40 << 20)
    assert not room.fits(60 << 20)
    assert room.fits(room.SMALL)
    room.at_first.cache_clear()


def test_blocks_on_disk_are_the_same(crowded: list[str]) -> None:
    whole = blocks(ROWS)
    rows = np.random.default_rng(0).permutation(ROWS)
    for block in whole.values():
        crowded.clear()
        picked = block.take(rows)
        assert crowded, type(block)
        back = picked.take(np.argsort(rows))
        assert making.same(back, block)
        assert making.same(joined([block, block]).take(np.arange(ROWS, 2 * ROWS)), block)
    starts = range(0, ROWS, 70_000)
    pieces = ({n: b.take(np.arange(s, min(s + 70_000, ROWS))) for n, b in whole.items()} for s in starts)
    again = stacked(pieces, ROWS)
    assert list(again) == list(whole)
    assert all(making.same(again[name], whole[name]) for name in whole)


def test_a_frame_on_disk_is_the_same(crowded: list[str], tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "number": random.normal(size=ROWS),
            "gap": pl.Series(random.normal(size=ROWS)).set(pl.Series(random.random(ROWS) < 0.1), None),
            "word": [WORDS[place] for place in random.integers(0, 4, ROWS)],
            "day": pl.Series(random.integers(0, 20_000, ROWS)).cast(pl.Int32).cast(pl.Date),
            "flag": random.random(ROWS) < 0.5,
        }
    )
    frame.write_parquet(tmp_path / "rows.parquet")
    read = Parquet(path="rows.parquet").read(tmp_path).collect()
    assert crowded.count("frame") > 1
    assert read.equals(frame)
    rows = random.permutation(ROWS)[:250_000]
    crowded.clear()
    taken = Table(read, None).take(rows).frame  # type: ignore[arg-type]
    assert crowded
    assert taken.equals(frame[rows])


def test_nothing_is_left_on_disk(crowded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    array = room.empty((ROWS, 4), np.float32)
    frame = room.framed([pl.DataFrame({"x": np.arange(ROWS)})])
    assert crowded == ["array", "frame"]
    assert list(tmp_path.iterdir()) == []
    array[:] = 1.0
    assert (array.sum(), frame["x"].sum()) == (4 * ROWS, ROWS * (ROWS - 1) // 2)


def test_a_full_disk_is_told(crowded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(RoomError, match=r"0\.0 GB of them found no place on disk") as caught:
        room.empty((ROWS, 4), np.float32)
    assert "TMPDIR" in caught.value.hint
    assert crowded == ["array"]


# Trains on a table that is larger than the memory there is said to be, and watches what the process really takes.
PROGRAM = """
import json, sys, threading, time
from pathlib import Path

def anonymous():
    lines = open("/proc/self/status").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))) << 10

import torch, lightgbm, sklearn.linear_model, onnxscript, polars, onnxruntime
from modelyard import run
from modelyard.core import events, memory
model, folder, limit = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
began, most, notes = anonymous(), [0], []
memory.available = lambda: max(began + limit - anonymous(), 0)

def watch():
    while True:
        most[0] = max(most[0], anonymous() - began)
        time.sleep(0.002)

threading.Thread(target=watch, daemon=True).start()
few = str(folder / "few.parquet")
data = {"train": str(folder / "rows.parquet"), "valid": few, "test": few}
recipe = {"version": 1, "name": "large", "data": data, "target": "y", "task": "regression",
          "model": json.loads(model), "metrics": ["r2"]}
if recipe["model"]["name"] == "mlp":
    recipe["training"] = {"epochs": 1}
with events.listening(lambda event: notes.append(getattr(event, "text", ""))):
    made = run.train(recipe, home=folder / "yard")
print(json.dumps({"peak": most[0], "r2": made.report.score("r2").value, "notes": notes}))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc to see a process's memory")
@pytest.mark.parametrize(
    "model",
    [
        {"name": "boosting", "max_trees": 20, "learning_rate": 0.3},
        {"name": "mlp", "hidden": [16], "members": 1, "numbers": "plain"},
        {"name": "auto", "preset": "quick", "time_limit": 10, "models": ["linear", "boosting"]},
    ],
)
def test_training_streams_from_a_file_larger_than_memory(model: dict[str, object], tmp_path: Path) -> None:
    rows, columns = 1_200_000, 30
    random = np.random.default_rng(2)
    table = {f"x{number}": random.normal(size=rows).astype(np.float32) for number in range(columns)}
    frame = pl.DataFrame(table).with_columns(y=pl.col("x0") - pl.col("x1") + 0.5 * pl.col("x2") ** 2)
    frame.write_parquet(tmp_path / "rows.parquet")
    frame[:3000].write_parquet(tmp_path / "few.parquet")
    size = 8 * rows * columns  # of the table; what is made of it for learning is as large again, or twice
    command = [sys.executable, "-c", PROGRAM, json.dumps(model), str(tmp_path), str(size // 2)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["r2"] > (0.05 if model["name"] == "mlp" else 0.5)  # a network has had one epoch
    assert told["peak"] < size, told
