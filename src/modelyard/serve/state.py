"""What every path of one application shares."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from urllib.parse import quote

from modelyard.core.errors import nearest
from modelyard.serve import wire
from modelyard.serve.deployment import Deployment
from modelyard.serve.log import Log
from modelyard.serve.settings import Settings
from modelyard.serve.telemetry import Telemetry
from modelyard.serve.watcher import Watcher


@dataclass(frozen=True)
class State:
    """The models of one application and what surrounds them. Long work goes to `pool`, off the event loop."""

    models: Mapping[str, Deployment]
    settings: Settings
    telemetry: Telemetry
    pool: Executor
    watcher: Watcher
    log: Log | None = None  # where answers are written down, if anywhere

    def deployment(self, name: str | None, path: str) -> Deployment:
        """The model of a name; without one the only model there is.

        Raises:
            NotFoundError: there is none, or several and no name.
        """
        if name is None and len(self.models) == 1:
            return next(iter(self.models.values()))
        if name is None:
            paths = ", ".join(f"/models/{quote(name)}{path}" for name in self.models)
            raise wire.NotFoundError("several models are served here", path, f"use one of {paths}")
        if name not in self.models:
            raise wire.NotFoundError(f"no model called '{name[:100]}'", "/models", nearest(name[:100], self.models))
        return self.models[name]
