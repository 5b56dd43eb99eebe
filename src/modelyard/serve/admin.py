"""What an administrator does over HTTP: promote, roll back, and read who did what. The guard asks for the key."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.routing import Route

from modelyard.core.errors import BundleError, ModelyardError, YardError
from modelyard.serve import wire
from modelyard.serve.exchanges.plain import bad_json
from modelyard.serve.guard import read_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from modelyard.release.yard import Release, Yard
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.state import State

SMALL = 10_000  # bytes of a body
SHOWN = 200  # acts
CHALLENGER = "challenger"
LOOPBACK = "loopback"  # who acts where no key is asked for: whoever is on this machine

Made = TypeVar("Made")


class ConflictError(ModelyardError):
    """What is asked for does not fit what is."""

    code = "conflict"
    http_status = 409


class InvalidError(ModelyardError):
    """The body is JSON, and not what this path reads."""

    code = "body_invalid"
    http_status = 422


class NotJsonError(ModelyardError):
    """The body does not say that it is JSON.

    A page of another origin can send anything but this header to a server on its reader's machine without asking.
    """

    code = "media_unsupported"
    http_status = 415


class Admin:
    """The acts."""

    def __init__(self, state: State) -> None:
        """On these models."""
        self.state = state

    async def promote(self, request: Request) -> Response:
        """Let the champion be what `from` names: an alias, or a version. It is opened and warmed first.

        Raises:
            NotFoundError, YardError: there is no such model, alias or version.
            ConflictError: it is the champion already, or cannot take its place.
        """
        deployment, yard = self._of_yard(request)
        which = _which(await self._body(request))
        name, by = deployment.name, _by(request)

        def act() -> Release:
            release = yard.find(f"{name}@{which}")
            champion = yard.aliases(name).get(name, {}).get("champion")
            if champion == release.version:
                raise ConflictError("is the champion already", f"{name}@{release.version}", "GET /models tells it")
            self._try(deployment, yard, release)
            return yard.promote(name, which, by)

        return self._done(deployment, await self._off(act))

    async def rollback(self, request: Request) -> Response:
        """Let the champion be what it was before its last move.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: there is nothing before, or it cannot take its place.
        """
        deployment, yard = self._of_yard(request)
        await self._body(request)
        name, by = deployment.name, _by(request)

        def act() -> Release:
            try:
                return yard.rollback(name, by)
            except BundleError as error:
                raise ConflictError.of(error.problems) from error
            except YardError as error:
                if error.http_status != YardError.http_status:
                    raise
                raise ConflictError.of(error.problems) from error

        return self._done(deployment, await self._off(act))

    async def acts(self, _request: Request) -> Response:
        """Who did what, the newest first, in every yard that is served from."""

        def read() -> list[dict[str, Any]]:
            places = self.state.watcher.places.values()
            found = [asdict(act) for place in places for act in place.yard.acts(limit=SHOWN)]
            return sorted(found, key=lambda act: str(act["at"]), reverse=True)[:SHOWN]

        return wire.JsonResponse({"acts": await self._off(read)})

    def _try(self, deployment: Deployment, yard: Yard, release: Release) -> None:
        """Open and warm it here first: an alias is not moved to what this server would refuse."""
        lineup = deployment.lineup
        beside = (lineup.canary, lineup.shadow)
        if any(running is not None and running.target.version == release.version for running in beside):
            return
        try:
            self.state.watcher.opening.warm(deployment, yard, release)
        except BundleError as error:
            raise ConflictError.of(error.problems) from error

    def _of_yard(self, request: Request) -> tuple[Deployment, Yard]:
        deployment = self.state.deployment(request.path_params["name"], "")
        yard = self.state.watcher.yard(deployment)
        if yard is None:
            hint = f"release it, and serve it by name: modelyard serve {deployment.name}"
            raise ConflictError("is served from a folder, which has no releases", deployment.name, hint)
        return deployment, yard

    async def _body(self, request: Request) -> Any:  # noqa: ANN401 - JSON
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != wire.JSON:
            raise NotJsonError("does not say that it is JSON", "content-type", f"send content-type: {wire.JSON}")
        limits = self.state.settings.limits
        body = await read_body(request.scope, request.receive, replace(limits, body=SMALL))
        if not body.strip():
            return {}
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise bad_json(body, error) from None

    async def _off(self, work: Callable[[], Made]) -> Made:
        """Off the event loop: databases and disks take their time."""
        return await asyncio.get_running_loop().run_in_executor(self.state.pool, work)

    def _done(self, deployment: Deployment, release: Release) -> Response:
        self.state.watcher.wake()
        told = {"name": release.name, "version": release.version, "alias": "champion", "digest": release.digest}
        follows = deployment.stable.target.alias
        return wire.JsonResponse({**told, "follows": follows or None})


def routes(state: State) -> list[Route]:
    """Every path of an administrator."""
    admin = Admin(state)
    return [
        Route("/admin/models/{name}/promote", admin.promote, methods=["POST"]),
        Route("/admin/models/{name}/rollback", admin.rollback, methods=["POST"]),
        Route("/admin/acts", admin.acts),
    ]


def _which(body: Any) -> str:  # noqa: ANN401 - JSON
    said = body.get("from", CHALLENGER) if isinstance(body, dict) else None
    unknown = sorted(set(body) - {"from"}) if isinstance(body, dict) else []
    if unknown:
        raise InvalidError("unknown field", str(unknown[0])[:100], 'send {"from": "challenger"} or {"from": 3}')
    if isinstance(said, bool) or not isinstance(said, (str, int)) or not 0 < len(str(said)) <= 64:
        raise InvalidError("is no alias and no version", "from", 'send {"from": "challenger"} or {"from": 3}')
    return str(said)


def _by(request: Request) -> str:
    """The name of the key that was shown."""
    key = request.scope.get("modelyard.key")
    return str(key.name) if key is not None else LOOPBACK
