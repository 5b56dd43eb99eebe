"""What a server is told. All of it can be pickled, so that every worker starts from the same words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from modelyard.serve.access.settings import Access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.report import Verdict
    from modelyard.release.bundle import Bundle


class Judge(Protocol):
    """Runs gates. A function of a module, so that it can be pickled."""

    def __call__(self, bundle: Bundle, home: str, /) -> Sequence[Verdict]:
        """What the gates of a bundle's recipe say of it beside the champion of its name in the yard of a home."""


@dataclass(frozen=True)
class Limits:
    """What one request may cost."""

    body: int = 10_000_000  # bytes
    rows: int = 10_000
    body_seconds: float = 60.0  # to send the body
    head: int = 32_768  # bytes of the path and the headers
    head_seconds: float = 10.0  # to send them
    seconds: float = 120.0  # of the whole request, from its headers to the last byte of its answer
    connections: int = 1000  # at once, of each process
    patience: float = 0.002  # seconds of work that others may wait for; more is done in a thread
    batch: int = 256  # rows of several requests that are answered at once
    queue: int = 1000  # requests that may wait for one model
    wait: float = 5.0  # seconds of work that they may be, reckoned by what a row costs


@dataclass(frozen=True)
class Explaining:
    """What explanations may cost: each is hundreds or thousands of answers."""

    rows: int = 16
    body: int = 64_000  # bytes: a text is encoded again for every piece of it that is left out
    seconds: float = 20.0
    workers: int = 2  # threads of their own, so that answers go on
    under_way: int = 4  # explanations that are worked out or wait; more are turned away
    permutations: int = 1000
    exact: int = 1 << 15
    samples: int = 2000
    pieces: int = 64
    beam: int = 50


@dataclass(frozen=True)
class Canary:
    """Whatever release of a model carries the alias answers this share of its requests, 0 to 1."""

    alias: str
    share: float
    model: str = ""  # the only one that is served, where it is empty


@dataclass(frozen=True)
class Shadowing:
    """Whatever release of a model carries the alias gets copies of its requests."""

    alias: str
    model: str = ""


@dataclass(frozen=True)
class Promotion:
    """When a canary takes the champion's place by itself, and when it is taken out of traffic."""

    after: int = 0  # requests that it must have answered; 0: it is never promoted by itself
    errors: float = 0.01  # the share of its requests that it may fail; what it fails the champion answers
    slower: float = 1.5  # times the champion's 99th percentile that it may take
    judge: Judge | None = None  # runs the gates; without one nothing is promoted


@dataclass(frozen=True)
class Traffic:
    """Which releases answer, beside the one that is named."""

    canaries: tuple[Canary, ...] = ()
    shadows: tuple[Shadowing, ...] = ()
    promotion: Promotion = Promotion()
    poll: float = 0.5  # seconds between looks at the yard's aliases
    copies: int = 1000  # requests that wait for a shadow at most
    copied: int = 16_000_000  # bytes of them


@dataclass(frozen=True)
class Logging:
    """Where answers are written down: files in a `folder`, whose lines are moved on to the yard at `home`.

    Neither is no log; with a yard alone the files lie with what it keeps on this machine.
    """

    home: str = field(default="", repr=False)  # a folder or a URL, which may hold a password
    folder: str = ""
    inputs: bool = False  # the rows that were asked for too
    lenient: bool = False  # answer though nothing can be written down


@dataclass(frozen=True)
class Settings:
    """How bundles are served."""

    limits: Limits = Limits()
    explaining: Explaining = Explaining()
    traffic: Traffic = Traffic()
    access: Access = field(default_factory=Access)
    logging: Logging = Logging()
    workers: int = 1  # processes on one port
    slot: int = 0  # which of them this is
    figures: str = ""  # the folder where they tell each other what they counted
