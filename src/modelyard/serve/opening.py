"""From the name of a release to one that is warm and may answer: all the work that no request should wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.serve import fits
from modelyard.serve.figures import Figures
from modelyard.serve.running import Running

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Release, Yard
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.settings import Limits
    from modelyard.serve.target import Target
    from modelyard.serve.telemetry import Telemetry


class Opening:
    """Makes what runs, all of one application in the same way."""

    def __init__(self, limits: Limits, telemetry: Telemetry) -> None:
        """Within these limits."""
        self.limits, self.telemetry = limits, telemetry

    def cold(self, target: Target, bundle: Bundle, figures: Figures | None = None) -> Running:
        """A bundle that is not warm yet; its figures go on where it ran before."""
        return Running(target, bundle, figures or Figures(bundle), self.limits, self.telemetry)

    def warm(self, deployment: Deployment, yard: Yard, release: Release) -> Running:
        """A release that can take the place of what a deployment runs.

        Raises:
            BundleError: it is missing or altered, does not answer its example, or does not fit what is served.
        """
        stable = deployment.stable
        bundle = yard.open(release)
        if stable.ready:  # before, nobody has been told what is served
            fits.check(stable.bundle, bundle, f"{release.name}@{release.version}")
        target = stable.target.at(release, bundle)
        running = self.cold(target, bundle, deployment.figures.get(target.label))
        running.warm_up()
        return running
