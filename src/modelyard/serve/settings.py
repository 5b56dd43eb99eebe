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
    batch: int = 256  # rows of several requests that are answered at once
    queue: int = 1000  # requests that may wait for one model
    wait: float = 5.0  # seconds of work that they may be, reckoned by what a row costs


@dataclass(frozen=True)
class Settings:
    """How bundles are served."""

    limits: Limits = Limits()
