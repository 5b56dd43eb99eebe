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
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from modelyard.core.errors import BundleError, YardError, nearest
from modelyard.release.manifest import REPORT
from modelyard.serve import papers, wire
from modelyard.serve.papers import CARD, RECIPE, Paper
from modelyard.serve.tagged import tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from modelyard.release.yard import Release, Yard
    from modelyard.serve.state import State

log = logging.getLogger("modelyard.serve")
RUNNING = "running"
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
NEWEST = 200  # releases of a name that are listed
# A card runs nothing, asks for nothing, and may be framed by the console alone.
CARD_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


class YardGoneError(wire.NotReadyError):
    """The yard's database does not answer."""

    code = "yard_unreachable"


@dataclass(frozen=True)
class Entry:
    """A release as it is listed; `version` is None for a running bundle of no yard."""

    version: int | None
    aliases: tuple[str, ...]
    digest: str
    made: str
    running: bool
    verdicts: tuple[dict[str, Any], ...]
    folder: Path

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

    async def _off(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the work gives
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
    home = state.settings.homes.get(name)
    if not home:
        return None
    from modelyard.release.yard import Yard  # SQLAlchemy, which answering does without

    return Yard(Path(home))


def entries(state: State, name: str) -> list[Entry]:
    """The releases of a name, newest first, with the running bundle.

    Raises:
        YardGoneError: the yard's database does not answer.
    """
    bundle = state.models[name].stable.bundle
    yard = yard_of(state, name)
    found = _released(yard, name, bundle.digest) if yard is not None else []
    if any(entry.running for entry in found):
        return found
    made = bundle.manifest.built.at
    return [Entry(None, (), bundle.digest, made, running=True, verdicts=(), folder=bundle.folder), *found]


def _released(yard: Yard, name: str, running: str) -> list[Entry]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        rows = yard.releases(name)
    except (YardError, SQLAlchemyError) as error:
        log.warning("the yard cannot be read: %s", type(error).__name__)
        raise YardGoneError("the yard does not answer", name, "predictions go on; come back in a while") from error
    aliases: dict[int, list[str]] = {}
    once: dict[int, Release] = {}
    for row in rows:  # a release with two aliases comes twice
        once.setdefault(row.version, row)
        aliases.setdefault(row.version, []).extend([row.alias] if row.alias else [])
    return [
        Entry(
            version,
            tuple(sorted(set(aliases[version]))),
            release.digest,
            release.made,
            running=release.digest == running,
            verdicts=tuple(asdict(verdict) for verdict in release.verdicts),
            folder=yard.bundles / release.digest,
        )
        for version, release in list(once.items())[:NEWEST]
    ]


def _told(entry: Entry) -> dict[str, Any]:
    """An entry as JSON; one whose bundle is gone has no figures."""
    try:
        known = papers.plain(papers.summary(entry.folder, entry.digest))
    except BundleError:
        known = {}
    return {
        "key": entry.key,
        "version": entry.version,
        "aliases": entry.aliases,
        "digest": entry.digest,
        "made": entry.made,
        "running": entry.running,
        "readable": bool(known),
        "verdicts": entry.verdicts,
        **known,
    }


def _paper(state: State, name: str, version: str, file: str) -> Paper:
    """A file of a release.

    Raises:
        NotFoundError: there is no such version, or its bundle cannot be read.
    """
    listed = {entry.key: entry for entry in entries(state, name)}
    if not (version == RUNNING or NUMBER.fullmatch(version)) or version not in listed:
        shown = version[:20]
        raise wire.NotFoundError(f"'{name}' has no version '{shown}'", "version", nearest(shown, listed))
    try:
        return papers.paper(listed[version].folder, file)
    except BundleError as error:
        log.warning("%s of %s, version %s: %s", file, name, version, error.problem)
        hint = "train and release it again, or copy its bundle back"
        raise wire.NotFoundError(f"its {file} is missing or altered", f"{name}@{version}", hint) from error
