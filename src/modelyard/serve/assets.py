"""The console's own files: a page, its styles and its modules, as they lie in the package. They are open to all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from modelyard.core.errors import nearest
from modelyard.serve import wire
from modelyard.serve.tagged import tagged

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

HOME = "/console/"
PAGE = "index.html"
MEDIA = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# Its own files alone run and style it; it asks this server and no other, and may not be framed.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Asset:
    """A file of the console."""

    content: bytes
    media: str
    digest: str


async def home(_request: Request) -> Response:
    """From the server's first page to the console."""
    return RedirectResponse(HOME)


async def asset(request: Request) -> Response:
    """A file of the console; the page itself where none is named.

    Raises:
        NotFoundError: there is none of this name.
    """
    name = request.path_params.get("file", PAGE)
    if name not in assets():
        raise wire.NotFoundError("no such file of the console", HOME + name[:100], nearest(name[:100], assets()))
    found = assets()[name]
    return tagged(request, found.content, found.media, found.digest, {"content-security-policy": POLICY})


def routes() -> list[Route]:
    """The first page, and the console."""
    return [
        Route("/", home),
        Route(HOME, asset),
        Route(HOME.rstrip("/"), home),
        Route(HOME + "{file}", asset),
    ]


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name, read once."""
    found = {}
    for file in resources.files("modelyard.serve").joinpath("console").iterdir():
        media = MEDIA.get("." + file.name.rpartition(".")[2])
        if media:
            content = file.read_bytes()
            found[file.name] = Asset(content, media, hashlib.sha256(content).hexdigest())
    return found
