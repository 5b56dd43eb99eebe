"""`pretrain`: what it prints, and that a killed process goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelyard.core import digest

if TYPE_CHECKING:
    from tests.cli.conftest import Call

TEXTS = [f"the room {row} was {word} and 早餐 很好" for row in range(30) for word in ("clean", "cold", "small", "loud")]
WORDS = ["texts.txt", "--layers", "1", "--width", "16", "--vocabulary", "120", "--max-length", "16"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("place")
def test_it_tells_what_was_learnt_and_what_is_next(call: Call) -> None:
    told = call("pretrain", *WORDS, "--out", "weights", "--epochs", "1")
    assert told.status == 0
    assert "120 texts" in told.out
    assert "held-out perplexity" in told.out
    assert "model: {name: pretrained, weights: weights}" in told.out
    vectors = call("pretrain", *WORDS, "--out", "vectors", "--epochs", "1", "--objective", "skipgram", "--json", "-q")
    assert vectors.err == ""
    assert set(vectors.json) == {"folder", "objective", "texts", "tokens", "loss", "perplexity", "seconds"}
    assert (vectors.json["folder"], vectors.json["perplexity"]) == (str(Path("vectors").absolute()), None)


@pytest.mark.usefixtures("place")
def test_a_setting_that_does_not_fit_ends_with_2(call: Call) -> None:
    told = call("pretrain", "texts.txt", "--out", "o", "--epochs", "0", "--width", "200")
    assert told.status == 2
    assert "epochs" in told.err


def test_a_killed_process_goes_on_to_the_same_weights(call: Call, place: Path) -> None:
    words = ["pretrain", *WORDS, "--epochs", "40"]
    killed = subprocess.Popen(
        [sys.executable, "-m", "modelyard.cli", *words, "--out", "killed"], stderr=subprocess.PIPE
    )
    checkpoint = place / ".killed.pretraining" / "checkpoint.safetensors"
    until = time.monotonic() + 120
    while not checkpoint.exists() and killed.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL, "it ended before it was killed"
    assert checkpoint.exists()
    assert not (place / "killed").exists()
    again = call(*words, "--out", "killed")
    assert "going on from step" in again.err
    assert call(*words, "--out", "whole").status == 0
    assert digest.of_file(place / "killed/model.safetensors") == digest.of_file(place / "whole/model.safetensors")
    assert not checkpoint.parent.exists()
