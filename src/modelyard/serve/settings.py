"""What a server is told. All of it can be pickled, so that every worker starts from the same words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one request may cost."""

    body: int = 10_000_000  # bytes
    rows: int = 10_000
    body_seconds: float = 60.0  # to send the body
    patience: float = 0.002  # seconds of work that others may wait for; more is done in a thread


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
class Settings:
    """How bundles are served."""

    limits: Limits = Limits()
    explaining: Explaining = Explaining()
