"""Progress: plain lines in a log, bars on a terminal, nothing where it is not wanted."""

from __future__ import annotations

import io
import os
import pty
import sys
import warnings
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from modelyard.cli import progress
from modelyard.core import events
from modelyard.core.events import Note, Step
from tests.cli.conftest import seen_on

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def told(clock: Clock, *happened: tuple[float, events.Event]) -> list[str]:
    """The plain lines of events, each so many seconds after the one before."""
    stream = io.StringIO()
    lines = progress.Lines(Console(file=stream, width=80))
    for after, event in happened:
        clock.now += after
        lines(event)
    return stream.getvalue().splitlines()


def test_a_quick_step_is_its_end_alone(clock: Clock) -> None:
    steps = [Step("reading", done, 10) for done in range(11)]
    assert told(clock, *((0.01, step) for step in steps)) == ["reading: done in 0.1 s"]


def test_a_long_step_is_a_line_every_two_seconds(clock: Clock) -> None:
    steps = [Step("training mlp", done, 40, f"loss {1 / (done + 1):.2f}") for done in range(41)]
    lines = told(clock, *((0.25, step) for step in steps))
    assert lines == [
        "training mlp: 20% (loss 0.11)",
        "training mlp: 40% (loss 0.06)",
        "training mlp: 60% (loss 0.04)",
        "training mlp: 80% (loss 0.03)",
        "training mlp: done in 10.0 s (loss 0.02)",
    ]


def test_a_step_without_figures_tells_its_speed(clock: Clock) -> None:
    lines = told(clock, (0, Step("predicting", 0, 50_000)), (4, Step("predicting", 10_000, 50_000)))
    assert lines == ["predicting: 20% (2,500/s, 16.0 s left)"]


def test_a_long_step_tells_how_long_it_will_take_yet(clock: Clock) -> None:
    happened = [
        (0, Step("fit", 0, 100)),
        (50, Step("fit", 25, 100, "loss 0.2")),
        (45, Step("fit", 98, 100, "loss 0.1")),
    ]
    assert told(clock, *happened) == ["fit: 25% (loss 0.2, 2 min 30 s left)", "fit: 98% (loss 0.1)"]


def test_steps_are_told_apart(clock: Clock) -> None:
    happened = [(0.5, Step(name, done, 10)) for done in range(10) for name in ("replaying", "predicting")]
    lines = told(clock, *happened)
    assert [line.split(":")[0] for line in lines].count("replaying") == 4
    assert [line.split(":")[0] for line in lines].count("predicting") == 4


def test_a_step_that_is_repeated_a_hundred_times_is_a_few_lines(clock: Clock) -> None:
    happened = [(0.05, Step("predicting", done, 2)) for _ in range(100) for done in (1, 2)]
    assert 1 <= len(told(clock, *happened)) <= 6


def test_a_step_that_begins_anew_has_its_own_time(clock: Clock) -> None:
    happened = [(0, Step("fit", 0, 2)), (5, Step("fit", 2, 2)), (60, Step("fit", 0, 2)), (1, Step("fit", 2, 2))]
    assert told(clock, *happened) == ["fit: done in 5.0 s", "fit: done in 1.0 s"]


def test_a_note_is_a_line(clock: Clock) -> None:
    assert told(clock, (0, Note("two rows had no target\x1b[2J"))) == ["note: two rows had no target\\x1b[2J"]


def work() -> Iterator[None]:
    events.note("begun")
    for done in range(3):
        events.step("working", done, 2)
        yield


class TestShown:
    def test_plain_lines_where_there_is_no_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress.shown(quiet=False):
            list(work())
        told = capsys.readouterr()
        assert told.err == "note: begun\nworking: done in 0.0 s\n"
        assert told.out == ""

    def test_nothing_where_it_is_quiet(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress.shown(quiet=True), warnings.catch_warnings():
            warnings.simplefilter("always")
            list(work())
            warnings.warn("never mind", stacklevel=1)
        assert capsys.readouterr() == ("", "")

    def test_standard_output_is_the_result_s_alone(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress.shown(quiet=False):
            sys.stdout.write("a library's chatter\n")
        sys.stdout.write("{}\n")
        assert capsys.readouterr() == ("{}\n", "a library's chatter\n")

    def test_a_library_s_warning_is_a_note(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress.shown(quiet=False):
            warnings.simplefilter("always")
            warnings.warn("did not converge", RuntimeWarning, stacklevel=1)
        assert capsys.readouterr().err == "note: did not converge\n"

    def test_bars_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen, terminal = pty.openpty()
        monkeypatch.setenv("TERM", "xterm-256color")
        with os.fdopen(terminal, "w", encoding="utf-8") as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            with progress.shown(quiet=False):
                for _ in work():
                    pass
        seen = seen_on(screen)
        assert "note: " in seen
        assert "starting" in seen
        assert "working: done" not in seen  # that is for logs
        assert "\x1b[?25h" in seen  # the cursor is there again


def test_a_long_step_leaves_a_line_on_a_terminal(clock: Clock) -> None:
    from rich.progress import Progress

    stream = io.StringIO()
    bars = progress.Bars(Progress(console=Console(file=stream, width=80)))
    for after, step in (
        (0, Step("short", 0, 1)),
        (0.5, Step("short", 1, 1)),
        (0, Step("long", 0, 1)),
        (75, Step("long", 1, 1, "loss 0.1")),
    ):
        clock.now += after
        bars(step)
    assert stream.getvalue().splitlines() == ["long: 1 min 15 s, loss 0.1"]
    assert not bars.tasks
