"""`modelyard serve`: releases and bundles over HTTP."""

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, Host, Port, Quiet
from modelyard.cli.reach import Reach, home_of, reached

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.bundle import Bundle

Models = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL...",
        help="Releases (NAME, NAME@champion, NAME@VERSION) or folders of bundles.",
        show_default=False,
    ),
]


@reached
def serve(
    models: Models,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    *,
    reach: Reach,
) -> int:
    """Serve releases or bundles over HTTP until it is told to stop (Ctrl-C)."""
    from modelyard.serve import server

    with progress.shown(quiet=quiet):
        bundles = words.named(models, home)
    settings = reach.settings(home_of(next(iter(bundles.values())), home))

    def ready(url: str) -> None:
        if as_json:
            show.json_object({"url": url, "models": digests(bundles)})
        else:
            served(bundles, url)
        show.flush()

    if server.serve(bundles, host=host, port=port, ready=ready, settings=settings) == signal.SIGINT:
        raise KeyboardInterrupt
    return 0


def served(bundles: "Mapping[str, Bundle]", url: str) -> None:
    """Where each model answers."""
    from modelyard.serve.openapi import path_of

    for name in bundles:
        show.line(f"{name} answers at {url}{path_of(name)}")
    show.line(f"try it at {url}/docs; Ctrl-C stops it", "bold")


def digests(bundles: "Mapping[str, Bundle]") -> dict[str, str]:
    """What is served, as JSON tells it."""
    return {name: bundle.digest for name, bundle in bundles.items()}
