"""Figures for Prometheus. Every label has few values: a model, a route's pattern, a status, a column of a schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.serve.multiprocess import AllWorkers

# Seconds: one row of a table takes well under a millisecond, a page of texts takes seconds.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Telemetry:
    """The figures of one application, in a registry of its own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, digests: Mapping[str, str]) -> None:
        """For models with their bundles' digests."""
        self.registry = CollectorRegistry()
        self.all_workers: AllWorkers | None = None  # where other workers count too
        labels = ("model", "route", "status")
        self._requests = Counter("modelyard_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "modelyard_request_seconds",
            "Seconds from a request's headers to its answer.",
            ("model", "route"),
            registry=self.registry,
            buckets=BUCKETS,
        )
        rows = Counter("modelyard_rows", "Rows answered.", ("model",), registry=self.registry)
        self._unseen = Counter(
            "modelyard_unseen_categories",
            "Values of a category that training never saw.",
            ("model", "column"),
            registry=self.registry,
        )
        self._rows = {name: rows.labels(name) for name in digests}
        self._request = cache(self._children)

    def answered(self, model: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        requests, histogram = self._request(model, route, status)
        requests.inc()
        histogram.observe(seconds)

    def predicted(self, model: str, rows: int) -> None:
        """Rows were answered."""
        self._rows[model].inc(rows)

    def unseen(self, model: str, column: str, values: int) -> None:
        """Some rows showed a category that training never saw."""
        self._unseen.labels(model, column).inc(values)

    def text(self) -> bytes:
        """All figures, in the format that Prometheus reads."""
        return generate_latest(self.registry) if self.all_workers is None else self.all_workers.text()

    def _children(self, model: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(model, route, str(status)), self._seconds.labels(model, route)
