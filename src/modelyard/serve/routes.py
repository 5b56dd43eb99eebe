"""The paths and what answers them."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from modelyard.core.errors import Problem
from modelyard.serve import (
    admin,
    assets,
    explaining,
    feedback,
    inference,
    invocations,
    openapi,
    reading,
    traffic,
    wire,
)
from modelyard.serve.exchange import Witness
from modelyard.serve.exchanges.native import Native
from modelyard.serve.guard import read_body

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from modelyard.release.bundle import Bundle
    from modelyard.serve.exchange import Exchange
    from modelyard.serve.settings import Settings
    from modelyard.serve.state import State

# The page may ask this server and no other, and may not be framed.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Ask:
    """`POST`: rows in, answers out. An ASGI application of its own, as it is the path that must be fast."""

    def __init__(self, exchange: Exchange, state: State) -> None:
        """In the words of a protocol."""
        self.exchange, self.state = exchange, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        deployment = self.state.deployment(scope["path_params"].get("name"), scope["path"])
        scope["modelyard.model"] = deployment.name
        body = await read_body(scope, receive, self.state.settings.limits)
        served = deployment.choose(scope)
        if not served.ready:
            raise wire.NotReadyError("is warming up", served.name, "ask /readyz, and come back")
        headers = dict(scope["headers"])
        witness = Witness(self.exchange)
        served, answer = await deployment.reply(served, witness, body, headers, self.state.pool)
        if self.state.log is not None:
            await self.state.log.answered(scope, served, witness, answer, body)
        await wire.reply(send, answer, 200, [(b"content-type", b"application/json"), *served.marks])


class Pages:
    """Everything but answers."""

    def __init__(self, state: State) -> None:
        """Of these models."""
        self.state, self.models = state, state.models

    async def live(self, _request: Request) -> Response:
        """The process runs."""
        return wire.JsonResponse({"live": True})

    async def ready(self, _request: Request) -> Response:
        """Every model has answered its example.

        Raises:
            NotReadyError: one has not.
        """
        cold = [name for name, deployment in self.models.items() if not deployment.ready]
        if cold:
            raise wire.NotReadyError.of([Problem("is warming up", name, "come back in a second") for name in cold])
        return wire.JsonResponse({"ready": True, "models": list(self.models)})

    async def listing(self, _request: Request) -> Response:
        """What is served."""
        told = [
            {
                "name": name,
                "digest": bundle.digest,
                "task": bundle.manifest.task,
                "classes": list(bundle.names),
                "decision": bundle.decision,
                "ready": self.models[name].ready,
                "predict": openapi.path_of(name),
                **self.models[name].told(),
            }
            for name, bundle in self._bundles().items()
        ]
        return wire.JsonResponse({"models": told})

    async def metrics(self, _request: Request) -> Response:
        """Figures for Prometheus."""
        return Response(self.state.telemetry.text(), media_type=self.state.telemetry.content_type)

    async def openapi(self, _request: Request) -> Response:
        """The description of all this."""
        return Response(_document(tuple(self._bundles().items()), self.state.settings), media_type=wire.JSON)

    async def docs(self, _request: Request) -> Response:
        """A page to read it and to try it."""
        return Response(_page(), media_type="text/html", headers={"content-security-policy": POLICY})

    def _bundles(self) -> dict[str, Bundle]:
        return {name: deployment.stable.bundle for name, deployment in self.models.items()}


def routes(state: State) -> list[Route]:
    """All paths, the busiest first."""
    predict, pages = Ask(Native(), state), Pages(state)
    return [
        Route("/predict", predict, methods=["POST"]),
        Route("/models/{name}/predict", predict, methods=["POST"]),
        *inference.routes(state, Ask),
        *invocations.routes(state, Ask),
        *explaining.routes(state),
        *feedback.routes(state),
        Route("/models", pages.listing),
        Route("/livez", pages.live),
        Route("/readyz", pages.ready),
        Route("/metrics", pages.metrics),
        Route("/openapi.json", pages.openapi),
        Route("/docs", pages.docs),
        *reading.routes(state),
        *assets.routes(),
        *traffic.routes(state),
        *admin.routes(state),
    ]


@lru_cache(maxsize=4)
def _document(bundles: tuple[tuple[str, Bundle], ...], settings: Settings) -> bytes:
    return wire.encode(openapi.document(dict(bundles), settings))


@cache
def _page() -> bytes:
    return resources.files("modelyard.serve").joinpath("docs.html").read_bytes()
