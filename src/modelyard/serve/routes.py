"""The paths and what answers them."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from modelyard.core.errors import Problem, nearest
from modelyard.serve import openapi, wire
from modelyard.serve.guard import read_body

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from modelyard.serve.infer import Served
    from modelyard.serve.telemetry import Telemetry

# The page may ask this server and no other, and may not be framed.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Predict:
    """`POST`: rows in, answers out. An ASGI application of its own, as it is the path that must be fast."""

    def __init__(self, models: Mapping[str, Served], pool: Executor) -> None:
        """Long work goes to `pool`, so that short work and health checks need not wait for it."""
        self.models, self.pool = models, pool
        self.only = next(iter(models.values())) if len(models) == 1 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        served = self._asked(scope["path_params"])
        scope["modelyard.model"] = served.name
        body = await read_body(scope, receive, served.limits)
        if not served.ready:
            raise wire.NotReadyError("is warming up", served.name, "ask /readyz, and come back")
        loop = asyncio.get_running_loop()
        try:
            quick = served.is_quick(body)
            answer = served.answer(body) if quick else await loop.run_in_executor(self.pool, served.answer, body)
        except msgspec.ValidationError as error:
            raise await loop.run_in_executor(self.pool, served.explain, body, error) from None
        headers = [(b"content-type", b"application/json"), (b"x-modelyard-bundle", served.mark)]
        await wire.reply(send, answer, 200, headers)

    def _asked(self, parameters: Mapping[str, str]) -> Served:
        name = parameters.get("name")
        if name is None and self.only is not None:
            return self.only
        if name is None:
            paths = ", ".join(openapi.path_of(name) for name in self.models)
            raise wire.NotFoundError("several models are served here", "/predict", f"use one of {paths}")
        if name not in self.models:
            raise wire.NotFoundError(f"no model called '{name[:100]}'", "/models", nearest(name[:100], self.models))
        return self.models[name]


class Pages:
    """Everything but answers."""

    def __init__(self, models: Mapping[str, Served], telemetry: Telemetry) -> None:
        """Of these models."""
        self.models, self.telemetry = models, telemetry

    async def home(self, _request: Request) -> Response:
        """To the page that shows what is here."""
        return RedirectResponse("/docs")

    async def live(self, _request: Request) -> Response:
        """The process runs."""
        return wire.JsonResponse({"live": True})

    async def ready(self, _request: Request) -> Response:
        """Every model has answered its example.

        Raises:
            NotReadyError: one has not.
        """
        cold = [name for name, served in self.models.items() if not served.ready]
        if cold:
            raise wire.NotReadyError.of([Problem("is warming up", name, "come back in a second") for name in cold])
        return wire.JsonResponse({"ready": True, "models": list(self.models)})

    async def listing(self, _request: Request) -> Response:
        """What is served."""
        told = [
            {
                "name": name,
                "digest": served.bundle.digest,
                "task": served.bundle.manifest.task,
                "classes": list(served.bundle.names),
                "decision": served.bundle.decision,
                "ready": served.ready,
                "predict": openapi.path_of(name),
            }
            for name, served in self.models.items()
        ]
        return wire.JsonResponse({"models": told})

    async def metrics(self, _request: Request) -> Response:
        """Figures for Prometheus."""
        return Response(self.telemetry.text(), media_type=self.telemetry.content_type)

    async def openapi(self, _request: Request) -> Response:
        """The description of all this."""
        return Response(self._document(), media_type=wire.JSON)

    async def docs(self, _request: Request) -> Response:
        """A page to read it and to try it."""
        return Response(_page(), media_type="text/html", headers={"content-security-policy": POLICY})

    @cache  # noqa: B019 - an application lives as long as its process
    def _document(self) -> bytes:
        bundles = {name: served.bundle for name, served in self.models.items()}
        rows = min(served.limits.rows for served in self.models.values())
        return wire.encode(openapi.document(bundles, rows))


def routes(models: Mapping[str, Served], telemetry: Telemetry, pool: Executor) -> list[Route]:
    """All paths, the busiest first."""
    predict, pages = Predict(models, pool), Pages(models, telemetry)
    return [
        Route("/predict", predict, methods=["POST"]),
        Route("/models/{name}/predict", predict, methods=["POST"]),
        Route("/models", pages.listing),
        Route("/livez", pages.live),
        Route("/readyz", pages.ready),
        Route("/metrics", pages.metrics),
        Route("/openapi.json", pages.openapi),
        Route("/docs", pages.docs),
        Route("/", pages.home),
    ]


@cache
def _page() -> bytes:
    return resources.files("modelyard.serve").joinpath("docs.html").read_bytes()
