"""A training that is broken off goes on, and ends as if it had not been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelyard.core import deadline, digest, events
from modelyard.core.blocks import Examples, Numbers
from modelyard.core.training import Optimizer, Regularisation, Training
from modelyard.core.types import Task
from modelyard.models.mlp import Mlp
from modelyard.train import checkpoint
from modelyard.train.loop import Trainable

if TYPE_CHECKING:
    from pathlib import Path

# what each optimizer remembers between steps is another thing
OPTIMIZERS: tuple[Optimizer, ...] = ("adamw", "momentum", "sgd", "adagrad")
HOW = Training(epochs=6, batch_size=16, learning_rate=0.01, regularisation=Regularisation(dropout=0.2))
RANDOM = np.random.default_rng(0)
VALUES = RANDOM.normal(size=(100, 4)).astype(np.float32)
ROWS = Examples({"x": Numbers(VALUES)}, (VALUES[:, 0] > VALUES[:, 1]).astype(np.int64), 2)


class Stopped(BaseException):
    """A kill, from inside."""


def fit(folder: Path | None, how: Training = HOW, stop: int | None = None) -> bytes:
    """The bytes of the weights learnt, broken off after some batches."""
    told = 0

    def listener(event: events.Event) -> None:
        nonlocal told
        told += isinstance(event, events.Step) and event.name.startswith("training")
        if stop is not None and told > stop:
            raise Stopped

    with events.listening(listener):
        predictor = Trainable(Mlp(hidden=(8,)), how, folder).fit(ROWS, ROWS, Task.BINARY, seed=5)
    return b"".join(tensor.numpy().tobytes() for tensor in predictor.module.state_dict().values())


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after each batch."""
    monkeypatch.setattr(checkpoint, "EVERY", 0.0)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("stop", [1, 7, 8, 25, 41])
@pytest.mark.parametrize("accumulated", [1, 3])
def test_it_goes_on_to_the_same_end(tmp_path: Path, stop: int, accumulated: int) -> None:
    how = replace(HOW, gradient_accumulation=accumulated)
    whole = fit(None, how)
    with pytest.raises(Stopped):
        fit(tmp_path, how, stop)
    heard: list[events.Event] = []
    if stop > accumulated:
        assert list(tmp_path.iterdir())
    with events.listening(heard.append):
        again = fit(tmp_path, how)
    assert again == whole
    assert not list(tmp_path.iterdir()), "what is done is not kept"


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_goes_on(tmp_path: Path, optimizer: Optimizer) -> None:
    how = replace(HOW, optimizer=optimizer)
    with pytest.raises(Stopped):
        fit(tmp_path, how, 20)
    assert fit(tmp_path, how) == fit(None, how)


@pytest.mark.usefixtures("always")
def test_other_rows_or_settings_begin_anew(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        fit(tmp_path, stop=20)
    kept = list(tmp_path.iterdir())
    other = replace(HOW, learning_rate=0.02)
    assert fit(tmp_path, other) == fit(None, other)
    assert list(tmp_path.iterdir()) == kept


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\x40" + bytes(7) + b"{half"])
def test_a_spoilt_checkpoint_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Stopped):
        fit(tmp_path, stop=20)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert fit(tmp_path) == fit(None)


@pytest.mark.usefixtures("always")
def test_old_ones_are_swept_away(tmp_path: Path) -> None:
    old = tmp_path / f"old{checkpoint.ENDING}"
    old.write_bytes(b"")
    os.utime(old, (time.time() - checkpoint.KEPT - 60,) * 2)
    with pytest.raises(Stopped):
        fit(tmp_path, stop=20)
    assert not old.exists()


@pytest.mark.usefixtures("always")
def test_where_a_clock_decides_nothing_is_kept(tmp_path: Path) -> None:
    with deadline.within(3600), pytest.raises(Stopped):
        fit(tmp_path, stop=20)
    assert not list(tmp_path.iterdir())


def test_a_short_training_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        fit(tmp_path, stop=20)
    assert not list(tmp_path.iterdir())


def test_gradients_of_several_batches_make_one_step() -> None:
    """Three batches of 20 are as one of 60 where nothing is left to chance."""
    plain = Training(epochs=1, batch_size=60, learning_rate=0.1, optimizer="sgd", schedule="constant", warmup=0.0)
    few = ROWS.take(np.arange(60))
    small = replace(plain, batch_size=20, gradient_accumulation=3)
    one, three = (
        Trainable(Mlp(hidden=(8,)), how).fit(few, few, Task.BINARY, seed=5)(few.inputs) for how in (plain, small)
    )
    assert np.allclose(one, three, atol=1e-5)


def test_a_small_norm_keeps_weights_where_they_were() -> None:
    how = replace(HOW, epochs=1, optimizer="sgd", max_grad_norm=1e-9, regularisation=Regularisation(l2=0.0))
    moved, held = (Trainable(Mlp(hidden=(8,)), each) for each in (replace(how, max_grad_norm=1.0), how))
    first = Trainable(Mlp(hidden=(8,)), replace(how, learning_rate=1e-12))
    start, after, still = (each.fit(ROWS, ROWS, Task.BINARY, seed=5)(ROWS.inputs) for each in (first, moved, held))
    assert np.allclose(start, still, atol=1e-6)
    assert not np.allclose(start, after, atol=1e-4)


SCRIPT = """
import sys
from pathlib import Path
from tests.train.test_checkpoint import fit
from modelyard.train import checkpoint
checkpoint.EVERY = 0.0
from modelyard.core import digest
print(digest.of_bytes(fit(Path(sys.argv[1]))))
"""


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    call = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as process:
        waited = time.monotonic()
        while not list(tmp_path.glob(f"*{checkpoint.ENDING}")) and time.monotonic() - waited < 60:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    assert process.returncode in {-signal.SIGKILL, 0}
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == digest.of_bytes(fit(None))
