"""What a server is told. All of it can be pickled, so that every worker starts from the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """What one request may cost."""

    body: int = 10_000_000  # bytes
    rows: int = 10_000
    body_seconds: float = 60.0  # to send the body
    patience: float = 0.002  # seconds of work that others may wait for; more is done in a thread


@dataclass(frozen=True)
class Settings:
    """How bundles are served."""

    limits: Limits = Limits()
    homes: Mapping[str, str] = field(default_factory=dict)  # the yard that a name is released in
