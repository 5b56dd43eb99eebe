"""A bundle that answers, with the release that it is and the figures of what it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.serve.exchange import Answered, Asked, Exchange
from modelyard.serve.infer import Served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.bundle import Bundle
    from modelyard.serve.figures import Figures
    from modelyard.serve.settings import Limits
    from modelyard.serve.target import Target
    from modelyard.serve.telemetry import Telemetry


class Running(Served):
    """A bundle behind a name, as one of the releases that may answer there."""

    def __init__(self, target: Target, bundle: Bundle, figures: Figures, limits: Limits, telemetry: Telemetry) -> None:
        """Not ready before `warm_up`."""
        super().__init__(target.name, bundle, limits, telemetry)
        self.target, self.figures = target, figures
        self.marks += target.marks


class Noting(Exchange):
    """An exchange for one request that keeps what the model said, which `write` alone is told."""

    def __init__(self, exchange: Exchange) -> None:
        """Around the one that was asked."""
        self.exchange = exchange
        self.answered: Answered | None = None

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
        """As the exchange does."""
        return self.exchange.read(served, body, headers)

    def write(self, served: Served, asked: Asked, answered: Answered) -> bytes:
        """As the exchange does."""
        if len(answered.outputs):
            self.answered = answered
        return self.exchange.write(served, asked, answered)

    def explain(self, served: Served, body: bytes, error: Exception) -> Exception:
        """As the exchange does."""
        return self.exchange.explain(served, body, error)
