"""Bundles to an ASGI application."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import Router

from modelyard.core import cores
from modelyard.core.errors import ModelyardError
from modelyard.serve import rules
from modelyard.serve.access.door import Door
from modelyard.serve.deployment import Deployment
from modelyard.serve.guard import Guard
from modelyard.serve.multiprocess import AllWorkers
from modelyard.serve.openapi import path_of
from modelyard.serve.opening import Opening
from modelyard.serve.promotion import Rule
from modelyard.serve.routes import routes
from modelyard.serve.settings import Settings
from modelyard.serve.shadow import Shadow
from modelyard.serve.state import State
from modelyard.serve.target import Target
from modelyard.serve.telemetry import Telemetry
from modelyard.serve.traffic import ReleaseFigures
from modelyard.serve.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.types import Receive, Scope, Send

    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Logging
    from modelyard.serve.shipping import Shipping


class App:
    """The ASGI application of some bundles. It listens at once and answers rows once it is warm: `/readyz` tells."""

    def __init__(self, models: Mapping[str, Bundle | Target], settings: Settings | None = None) -> None:
        """Serve each bundle, or what a target names, under its name.

        Raises:
            BundleError: a target's bundle is missing or altered.
            ModelyardError: the log's folder cannot be written.
            UsageError: a rule for canaries or shadows does not fit what is served.
        """
        settings = settings or Settings()
        targets = {name: one if isinstance(one, Target) else Target.of(one, name) for name, one in models.items()}
        rules.check(settings.traffic, targets)
        opened = {
            name: one.opened() if isinstance(one, Target) else (targets[name], one) for name, one in models.items()
        }
        targets = {name: target for name, (target, _) in opened.items()}
        bundles = {name: bundle for name, (_, bundle) in opened.items()}
        self.telemetry = Telemetry({name: bundle.digest for name, bundle in bundles.items()})
        opening = Opening(settings.limits, self.telemetry)
        self.shadow = Shadow(settings.traffic.copies, settings.traffic.copied)
        self.models = {
            name: Deployment(opening.cold(targets[name], bundle), self.shadow) for name, bundle in bundles.items()
        }
        self.watcher = Watcher(self.models.values(), opening, Rule(settings.traffic.promotion), settings.traffic)
        self.telemetry.registry.register(ReleaseFigures(self.models.values(), self.watcher))
        if settings.figures:
            self.telemetry.all_workers = AllWorkers(settings.figures, settings.slot, self.telemetry.registry)
        self.pool = ThreadPoolExecutor(cores.mine(), thread_name_prefix="modelyard-predict")
        self.warming: asyncio.Task[None] | None = None
        self.shipping = logged(settings.logging)
        log = None if self.shipping is None else self.shipping.own
        self.state = State(self.models, settings, self.telemetry, self.pool, self.watcher, log)
        table = routes(self.state)
        self.router = Router(table, redirect_slashes=False, lifespan=self._lifespan)
        paths = tuple(route.path for route in table if "{" not in route.path)
        kept = Path(settings.figures) / "keys.json" if settings.figures else None
        self.door = Door(settings.access, share=1 / settings.workers, kept=kept)
        known = (*paths, *map(path_of, models))
        self.guard = Guard(self.router, known, self.telemetry, self.door, settings.limits.seconds)

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
        await loop.run_in_executor(self.pool, self.watcher.look)  # an alias may have moved since it was named
        for deployment in self.models.values():
            if not deployment.ready:
                await loop.run_in_executor(self.pool, deployment.stable.warm_up)
        await loop.run_in_executor(self.pool, self.watcher.look)  # canaries and shadows

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        self.warming = asyncio.create_task(self._start())
        self.door.start()
        if self.state.settings.workers > 1:  # others answer until this one is warm; it does not listen before
            await asyncio.wait({self.warming})
        try:
            yield
        finally:
            self.door.stop()
            self.warming.cancel()
            self.watcher.stop()
            self.shadow.stop()
            self.pool.shutdown(wait=False, cancel_futures=True)
            for one in (self.shipping, self.telemetry.all_workers):
                if one is not None:
                    await asyncio.to_thread(one.stop)

    async def _start(self) -> None:
        for one in (self.shipping, self.telemetry.all_workers):
            if one is not None:
                one.start()
        await self.warm_up()
        self.watcher.start()


def logged(settings: Logging) -> Shipping | None:
    """The log that was asked for, and what moves it on to the yard.

    Raises:
        ModelyardError: its folder cannot be written.
    """
    if not settings.home and not settings.folder:
        return None
    from modelyard.release.yard import Yard  # the database's driver, which a server without a log does without
    from modelyard.serve.log import Log
    from modelyard.serve.shipping import Shipping

    yard = Yard(settings.home) if settings.home else None
    folder = Path(settings.folder) if settings.folder or yard is None else yard.place.log
    try:
        return Shipping(Log(folder, settings), yard)
    except OSError as error:
        problem = f"the log cannot be written: {(error.strerror or type(error).__name__).lower()}"
        raise ModelyardError(problem, str(folder), "name another folder with --log") from error
