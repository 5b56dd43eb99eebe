"""What one release has done, as sums: requests, rows, errors, seconds, answers. All of it can be subtracted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any

FIRST, GROWTH, BINS = 1e-5, 1.04, 424  # bins of seconds from 10 us to 160 s, each 4% wider: what a quantile is off by
STEP = math.log(GROWTH)
EDGES = [FIRST * GROWTH**place for place in range(BINS)]


@dataclass
class Counts:
    """Of some requests. A request that was not what the schema says is `refused`, one that the server failed `failed`.

    `classes` counts answers by class and `total` sums numbers; of `compared` rows `agreed` were answered alike by the
    release beside it; `dropped` requests were to be copied to it and were not, as it did not keep up.
    """

    requests: int = 0
    rows: int = 0
    failed: int = 0
    refused: int = 0
    seconds: float = 0.0
    total: float = 0.0
    compared: int = 0
    agreed: int = 0
    dropped: int = 0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    classes: dict[str, int] = field(default_factory=dict)

    def answered(self, seconds: float) -> None:
        """A request was answered."""
        self.requests += 1
        self.seconds += seconds
        place = int(math.log(seconds / FIRST) / STEP) + 1 if seconds > FIRST else 0
        self.bins[min(place, BINS - 1)] += 1

    @property
    def asked(self) -> int:
        """Requests that it had to answer, whether it did or failed."""
        return self.requests + self.failed

    def quantile(self, share: float) -> float | None:
        """Seconds within which this share of the requests was answered, to 4%; none where there are none."""
        wanted, passed = share * sum(self.bins), 0
        for edge, count in zip(EDGES, self.bins, strict=True):
            passed += count
            if count and passed >= wanted:
                return edge
        return None

    def cumulative(self, bounds: tuple[float, ...]) -> list[tuple[str, float]]:
        """How many requests took at most so many seconds, as Prometheus writes buckets."""
        pairs = list(zip(EDGES, self.bins, strict=True))
        told = [(str(bound), float(sum(count for edge, count in pairs if edge <= bound))) for bound in bounds]
        return [*told, ("+Inf", float(sum(self.bins)))]

    def copy(self) -> Counts:
        """The same counts, which stay as they are."""
        return replace(self, bins=list(self.bins), classes=dict(self.classes))

    def since(self, before: Counts) -> Counts:
        """What has come since an earlier copy."""
        less = self.copy()
        for name in (entry.name for entry in fields(self) if entry.name not in {"bins", "classes"}):
            setattr(less, name, getattr(self, name) - getattr(before, name))
        less.bins = [now - then for now, then in zip(self.bins, before.bins, strict=True)]
        less.classes = {name: count - before.classes.get(name, 0) for name, count in self.classes.items()}
        return less

    def told(self) -> dict[str, Any]:
        """As a page tells it; what is not known is null."""
        decided = sum(self.classes.values())
        return {
            "requests": self.requests,
            "rows": self.rows,
            "errors": self.failed,
            "refused": self.refused,
            "p50_seconds": self.quantile(0.5),
            "p99_seconds": self.quantile(0.99),
            "classes": {name: count / decided for name, count in self.classes.items()} if decided else {},
            "mean": self.total / self.rows if self.rows and not decided else None,
            "agreement": self.agreed / self.compared if self.compared else None,
            "dropped": self.dropped,
        }
