"""A bundle that answers, with the release that it is and the figures of what it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.serve.infer import Served

if TYPE_CHECKING:
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
