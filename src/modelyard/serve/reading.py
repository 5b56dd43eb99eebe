"""What people read of the releases of a served name: their list, and each one's card, report and recipe.

All is found by a name that is served and by a version's number; no path of a client's reaches the disk. Where a model
is of no yard, the running bundle is the only one, under the word `running`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.routing import Route

from modelyard.core.errors import BundleError, ModelyardError, nearest
from modelyard.release.manifest import REPORT
from modelyard.serve import papers, wire
from modelyard.serve.papers import CARD, RECIPE, Paper
from modelyard.serve.tagged import tagged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from modelyard.release.yard import Yard
    from modelyard.serve.deployment import Deployment
    from modelyard.serve.state import State

log = logging.getLogger("modelyard.serve")
RUNNING = "running"
STABLE = "stable"
Made = TypeVar("Made")
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
NEWEST = 200  # releases of a name that are listed
# A card runs nothing, asks for nothing, and may be framed by the console alone.
CARD_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


class UnreadableError(wire.UnavailableError):
    """The yard's database, or the store of its bundles, does not answer."""

    code = "yard_unreachable"


@dataclass(frozen=True)
class Entry:
    """A release as it is listed; `version` is None for a running bundle of no yard, `role` for what does not run.

    `folder` is where its bundle lies on this machine, or will lie once it is fetched.
    """

    version: int | None
    aliases: tuple[str, ...]
    digest: str
    made: str
    role: str | None
    verdicts: tuple[dict[str, Any], ...]
    folder: Path
    gone: str = ""

    @property
    def key(self) -> str:
        """What its paths call it."""
        return RUNNING if self.version is None else str(self.version)


class Reading:
    """The pages of releases. Disk and database are read off the event loop."""

    def __init__(self, state: State) -> None:
        """Of these models."""
        self.state = state

    async def releases(self, request: Request) -> Response:
        """Every release of a name, newest first, with its main figures."""
        name = self._name(request)
        listed = await self._off(lambda: [_told(entry) for entry in entries(self.state, name)])
        return wire.JsonResponse({"name": name, "releases": listed})

    async def card(self, request: Request) -> Response:
        """The card, in a sandbox wherever it is opened."""
        found = await self._paper(request, CARD)
        headers = {"content-security-policy": CARD_POLICY}
        return tagged(request, found.content, "text/html", found.digest, headers)

    async def report(self, request: Request) -> Response:
        """What was measured."""
        found = await self._paper(request, REPORT)
        return tagged(request, found.content, wire.JSON, found.digest)

    async def recipe(self, request: Request) -> Response:
        """The filled recipe."""
        found = await self._paper(request, RECIPE)
        return tagged(request, found.content, "text/plain", found.digest)

    async def _paper(self, request: Request, file: str) -> Paper:
        name, version = self._name(request), str(request.path_params["version"])
        return await self._off(lambda: _paper(self.state, name, version, file))

    def _name(self, request: Request) -> str:
        return self.state.deployment(request.path_params["name"], request.url.path).name

    async def _off(self, work: Callable[[], Made]) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self.state.pool, work)


def routes(state: State) -> list[Route]:
    """Paths of releases."""
    reading, one = Reading(state), "/models/{name}/releases/{version}"
    return [
        Route("/models/{name}/releases", reading.releases),
        Route(f"{one}/card", reading.card),
        Route(f"{one}/report", reading.report),
        Route(f"{one}/recipe", reading.recipe),
    ]


def yard_of(state: State, name: str) -> Yard | None:
    """The yard that a served name is released in, if it is."""
    return state.watcher.yard(state.models[name])


def entries(state: State, name: str) -> list[Entry]:
    """The releases of a name, newest first, with the running bundle.

    Raises:
        UnreadableError: the yard's database does not answer.
    """
    deployment = state.models[name]
    roles = _roles(deployment)
    yard = yard_of(state, name)
    found = _released(yard, deployment.stable.target.name, roles) if yard is not None else []
    if any(entry.role == STABLE for entry in found):
        return found
    bundle = deployment.stable.bundle
    return [Entry(None, (), bundle.digest, bundle.manifest.built.at, STABLE, (), bundle.folder), *found]


def _roles(deployment: Deployment) -> dict[int | str, str]:
    """What runs, by its version; by its digest where a folder is served: two versions may be one bundle."""
    lineup = deployment.lineup
    running = {"shadow": lineup.shadow, "canary": lineup.canary, STABLE: lineup.stable}
    return {each.target.version or each.bundle.digest: role for role, each in running.items() if each is not None}


def _released(yard: Yard, name: str, roles: Mapping[int | str, str]) -> list[Entry]:
    try:
        releases = yard.releases(name)
    except ModelyardError as error:
        raise _unreadable(error, name) from error
    return [
        Entry(
            release.version,
            release.aliases,
            release.digest,
            release.made,
            roles.get(release.version) or roles.get(release.digest),
            tuple(asdict(verdict) for verdict in release.verdicts),
            yard.bundles / release.digest,
            release.gone,
        )
        for release in releases[:NEWEST]
    ]


def _told(entry: Entry) -> dict[str, Any]:
    """An entry as JSON. Figures are told of bundles that lie on this machine: none is fetched for a list."""
    known: dict[str, Any] = {}
    readable = not entry.gone
    if readable and entry.folder.is_dir():
        try:
            known = papers.plain(papers.summary(entry.folder, entry.digest))
        except BundleError:
            readable = False
    return {
        "key": entry.key,
        "version": entry.version,
        "aliases": entry.aliases,
        "digest": entry.digest,
        "made": entry.made,
        "role": entry.role,
        "readable": readable,
        "verdicts": entry.verdicts,
        **known,
    }


def _paper(state: State, name: str, version: str, file: str) -> Paper:
    """A file of a release.

    Raises:
        NotFoundError: there is no such version, or its bundle is missing or altered.
        UnreadableError: the yard, or the store of its bundles, does not answer.
    """
    listed = {entry.key: entry for entry in entries(state, name)}
    if not (version == RUNNING or NUMBER.fullmatch(version)) or version not in listed:
        shown = version[:20]
        raise wire.NotFoundError(f"'{name}' has no version '{shown}'", "version", nearest(shown, listed))
    entry, yard = listed[version], yard_of(state, name)
    try:
        folder = entry.folder if entry.version is None or yard is None else yard.store.fetch(entry.digest)
        return papers.paper(folder, file)
    except BundleError as error:
        log.warning("%s of %s, version %s: %s", file, name, version, error.problem)
        hint = "train and release it again, or copy its bundle back"
        raise wire.NotFoundError(f"its {file} is missing or altered", f"{name}@{version}", hint) from error
    except ModelyardError as error:
        raise _unreadable(error, name) from error


def _unreadable(error: ModelyardError, name: str) -> UnreadableError:
    log.warning("the yard of %s cannot be read: %s", name, error.code)
    return UnreadableError("the yard does not answer", name, "predictions go on; come back in a while")
