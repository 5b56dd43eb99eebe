"""Bundles to an ASGI application."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.routing import Router

from modelyard.core import cores
from modelyard.serve.deployment import Deployment
from modelyard.serve.guard import Guard
from modelyard.serve.infer import Served
from modelyard.serve.openapi import path_of
from modelyard.serve.routes import routes
from modelyard.serve.settings import Settings
from modelyard.serve.state import State
from modelyard.serve.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.types import Receive, Scope, Send

    from modelyard.release.bundle import Bundle


class App:
    """The ASGI application of some bundles. It listens at once and answers rows once it is warm: `/readyz` tells."""

    def __init__(self, models: Mapping[str, Bundle], settings: Settings | None = None) -> None:
        """Serve each bundle under its name."""
        settings = settings or Settings()
        self.telemetry = Telemetry({name: bundle.digest for name, bundle in models.items()})
        self.models = {
            name: Deployment(Served(name, bundle, settings.limits, self.telemetry)) for name, bundle in models.items()
        }
        self.pool = ThreadPoolExecutor(cores.mine(), thread_name_prefix="modelyard-predict")
        self.warming: asyncio.Task[None] | None = None
        self.state = State(self.models, settings, self.telemetry, self.pool)
        table = routes(self.state)
        self.router = Router(table, redirect_slashes=False, lifespan=self._lifespan)
        paths = tuple(route.path for route in table if "{" not in route.path)
        self.guard = Guard(self.router, (*paths, *map(path_of, models)), self.telemetry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        scope["app"] = self
        await (self.guard if scope["type"] == "http" else self.router)(scope, receive, send)

    async def warm_up(self) -> None:
        """Make every model ready, one after the other, off the event loop.

        Raises:
            BundleError: a bundle does not answer its own example.
        """
        loop = asyncio.get_running_loop()
        for deployment in self.models.values():
            await loop.run_in_executor(self.pool, deployment.stable.warm_up)

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        self.warming = asyncio.create_task(self.warm_up())
        try:
            yield
        finally:
            self.warming.cancel()
            self.pool.shutdown(wait=False, cancel_futures=True)
