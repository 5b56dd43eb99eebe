"""What a server is told. All of it can be pickled, so that every worker starts from the same words."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelyard.serve.access.settings import Access


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


@dataclass(frozen=True)
class Settings:
    """How bundles are served."""

    limits: Limits = Limits()
    access: Access = field(default_factory=Access)
