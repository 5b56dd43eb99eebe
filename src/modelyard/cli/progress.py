"""What is going on, on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
import warnings
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.cli import show
from modelyard.core import events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress, TaskID

PAUSE = 2.0  # seconds between two plain lines of one step
FAR = 10.0  # seconds to a step's end from which on it is told how long it will take
LONG = 1.0  # seconds after which a step that ended on a terminal leaves a line


@contextmanager
def shown(*, quiet: bool) -> Iterator[None]:
    """Show what the block tells of its work.

    Warnings of libraries become notes, and what libraries print goes where notes go: standard output is the result's.
    """
    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.showwarning = _noted  # type: ignore[assignment]
        if quiet:
            with events.listening(lambda _event: None):
                yield
            return
        console = show.err()
        if console.is_terminal and not console.is_dumb_terminal:
            with _bars(console) as listener, events.listening(listener):
                yield
        else:
            with events.listening(Lines(console)):
                yield


@dataclass
class Pace:
    """How fast a step goes."""

    began: float
    told: float
    done: float = 0.0
    start: float = 0.0

    def seconds(self, now: float) -> float:
        """Since it began."""
        return now - self.began

    def detail(self, step: events.Step, now: float) -> str:
        """The step's own figures, or how many of its pieces pass a second; and how long it will take yet."""
        rate = (step.done - self.start) / max(self.seconds(now), 1e-9)
        shown = step.detail or (f"{rate:,.0f}/s" if step.total > 1 and rate >= 1 else "")
        left = (step.total - step.done) / rate if rate > 0 else 0.0
        if left < FAR or self.seconds(now) < PAUSE:
            return shown
        return f"{shown}, {duration(left)} left" if shown else f"{duration(left)} left"


@dataclass
class Paces:
    """The steps under way, by their names; one that goes back has begun anew."""

    known: dict[str, Pace] = field(default_factory=dict)

    def of(self, step: events.Step, now: float) -> Pace:
        """The pace of a step that has come this far."""
        pace = self.known.get(step.name)
        if pace is None or step.done < pace.done:
            pace = self.known[step.name] = Pace(now, now, start=step.done)
        pace.done = step.done
        if step.done >= step.total:
            del self.known[step.name]
        return pace


class Lines:
    """Plain lines: at most one every two seconds for a step, and one at its end."""

    def __init__(self, console: Console) -> None:
        """Print to `console`."""
        self.console = console
        self.paces = Paces()
        self.ended: dict[str, float] = {}

    def __call__(self, event: events.Event) -> None:
        """Print what is worth a line."""
        if isinstance(event, events.Note):
            show.note(self.console, event.text)
            return
        now = time.monotonic()
        pace = self.paces.of(event, now)
        if event.done >= event.total:
            if now - self.ended.get(event.name, -PAUSE) >= PAUSE:  # a step may be repeated many times
                self._print(f"{event.name}: done in {duration(pace.seconds(now))}", event.detail)
                self.ended[event.name] = now
        elif now - pace.told >= PAUSE:
            pace.told = now
            self._print(f"{event.name}: {event.done / event.total:.0%}", pace.detail(event, now))

    def _print(self, text: str, detail: str) -> None:
        self.console.print(f"{text} ({detail})" if detail else text, soft_wrap=True)


class Bars:
    """A bar for each step under way; a long one leaves a line when it ends."""

    def __init__(self, progress: Progress) -> None:
        """Draw in `progress`."""
        self.progress = progress
        self.paces = Paces()
        self.tasks: dict[str, TaskID] = {}
        self.waiting: TaskID | None = progress.add_task("starting", total=None, detail="")

    def __call__(self, event: events.Event) -> None:
        """Move the step's bar."""
        if self.waiting is not None:
            self.progress.remove_task(self.waiting)
            self.waiting = None
        if isinstance(event, events.Note):
            show.note(self.progress.console, event.text)
            return
        now = time.monotonic()
        pace = self.paces.of(event, now)
        if event.done < event.total:
            if event.name not in self.tasks:
                self.tasks[event.name] = self.progress.add_task(event.name, detail="")
            detail = pace.detail(event, now)
            self.progress.update(self.tasks[event.name], completed=event.done, total=event.total, detail=detail)
            return
        if event.name in self.tasks:
            self.progress.remove_task(self.tasks.pop(event.name))
        if pace.seconds(now) >= LONG:
            tail = f", {event.detail}" if event.detail else ""
            self.progress.console.print(f"{event.name}: {duration(pace.seconds(now))}{tail}", style="dim")


def duration(seconds: float) -> str:
    """A span of time as people say it.

    >>> duration(0.04), duration(12.34), duration(200)
    ('0.0 s', '12.3 s', '3 min 20 s')
    """
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


@contextmanager
def _bars(console: Console) -> Iterator[Bars]:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=10),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn(
            "{task.fields[detail]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
        ),
    )
    with Progress(*columns, console=console, transient=True, expand=True) as progress:
        yield Bars(progress)


def _noted(message: Warning | str, *_where: Any) -> None:  # noqa: ANN401 - as the warnings module calls it
    events.note(str(message))
