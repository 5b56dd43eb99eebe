"""The paths of MLflow's scoring server: a client of one need not know that another answers."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse
from starlette.routing import Route

from modelyard.core.errors import Problem
from modelyard.serve import wire
from modelyard.serve.exchanges.mlflow import Mlflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from modelyard.serve.exchange import Exchange
    from modelyard.serve.state import State

VERSION = installed("modelyard")


class Health:
    """`/ping`, `/health` and `/version`."""

    def __init__(self, state: State) -> None:
        """Of these models."""
        self.state = state

    async def ping(self, _request: Request) -> Response:
        """An empty line once every model can be asked.

        Raises:
            NotReadyError: one cannot.
        """
        cold = [name for name, deployment in self.state.models.items() if not deployment.ready]
        if cold:
            raise wire.NotReadyError.of([Problem("is warming up", name, "come back in a second") for name in cold])
        return PlainTextResponse("\n")

    async def version(self, _request: Request) -> Response:
        """Modelyard's."""
        return PlainTextResponse(VERSION)


def routes(state: State, ask: Callable[[Exchange, State], ASGIApp]) -> list[Route]:
    """All paths; `ask` makes what answers rows in the words of a protocol."""
    invocations, health = ask(Mlflow(), state), Health(state)
    return [
        Route("/invocations", invocations, methods=["POST"]),
        Route("/models/{name}/invocations", invocations, methods=["POST"]),
        Route("/ping", health.ping),
        Route("/health", health.ping),
        Route("/version", health.version),
    ]
