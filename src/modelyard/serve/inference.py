"""The paths of the Open Inference Protocol v2: `/v2` and all below it."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from modelyard.core.errors import Problem
from modelyard.serve import wire
from modelyard.serve.exchanges.tensors import metadata
from modelyard.serve.exchanges.v2 import V2, output_tensors, version_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from modelyard.serve.deployment import Deployment
    from modelyard.serve.exchange import Exchange
    from modelyard.serve.infer import Served
    from modelyard.serve.state import State

NAME = "modelyard"
INSTALLED = installed(NAME)
PLATFORM = "onnxruntime_onnx"
MODEL = "/v2/models/{name}"
VERSION = MODEL + "/versions/{version}"


class Versioned:
    """`POST .../infer`: the version that is asked for is the one that answers, and an unknown one none."""

    def __init__(self, ask: ASGIApp, state: State) -> None:
        """Before what answers."""
        self.ask, self.state = ask, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found(scope, self.state)
        await self.ask(scope, receive, send)


class Inference:
    """Everything but answers."""

    def __init__(self, state: State) -> None:
        """Of these models."""
        self.state = state

    async def server(self, _request: Request) -> Response:
        """What this server is."""
        return wire.JsonResponse({"name": NAME, "version": INSTALLED, "extensions": []})

    async def live(self, _request: Request) -> Response:
        """The process runs."""
        return wire.JsonResponse({"live": True})

    async def ready(self, _request: Request) -> Response:
        """Every model can be asked.

        Raises:
            NotReadyError: one cannot.
        """
        cold = [name for name, deployment in self.state.models.items() if not deployment.ready]
        if cold:
            raise wire.NotReadyError.of([Problem("is warming up", name, "come back in a second") for name in cold])
        return wire.JsonResponse({"live": True, "ready": True})

    async def model(self, request: Request) -> Response:
        """What a model reads and answers."""
        served = found(request.scope, self.state)
        bundle = served.bundle
        told: dict[str, Any] = {
            "name": served.name,
            "versions": sorted(versions(self.state.deployment(served.name, request.url.path))),
            "platform": PLATFORM,
            "inputs": [metadata(column) for column in bundle.signature.features],
            "outputs": output_tensors(bundle),
        }
        return wire.JsonResponse(told)

    async def model_ready(self, request: Request) -> Response:
        """Whether a model can be asked.

        Raises:
            NotReadyError: it cannot.
        """
        served = found(request.scope, self.state)
        if not served.ready:
            raise wire.NotReadyError("is warming up", served.name, "come back in a second")
        return wire.JsonResponse({"name": served.name, "ready": True})


def versions(deployment: Deployment) -> dict[str, Served]:
    """All that answers under a name, by its versions."""
    return {version_of(served): served for served in deployment.running}


def found(scope: Scope, state: State) -> Served:
    """What a request's name, and version where it says one, stand for.

    Raises:
        NotFoundError: there is none.
    """
    deployment = state.deployment(scope["path_params"]["name"], scope["path"])
    scope["modelyard.model"] = deployment.name
    scope["modelyard.version"] = scope["path_params"].get("version")
    return deployment.stable if scope["modelyard.version"] is None else deployment.choose(scope)


def routes(state: State, ask: Callable[[Exchange, State], ASGIApp]) -> list[Route]:
    """All paths; `ask` makes what answers rows in the words of a protocol."""
    infer, pages = Versioned(ask(V2(), state), state), Inference(state)
    return [
        Route(MODEL + "/infer", infer, methods=["POST"]),
        Route(VERSION + "/infer", infer, methods=["POST"]),
        Route("/v2/health/live", pages.live),
        Route("/v2/health/ready", pages.ready),
        Route("/v2", pages.server),
        Route(MODEL, pages.model),
        Route(VERSION, pages.model),
        Route(MODEL + "/ready", pages.model_ready),
        Route(VERSION + "/ready", pages.model_ready),
    ]
