"""`modelyard serve`: releases and bundles over HTTP."""

import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import (
    AsJson,
    CanaryRules,
    Home,
    Host,
    LogInputs,
    LogLenient,
    LogWord,
    Port,
    PromoteAfter,
    PromoteErrors,
    PromoteSlower,
    Quiet,
    ShadowRules,
    WorkersWord,
)
from modelyard.cli.reach import Reach, home_of, reached
from modelyard.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.report import Verdict
    from modelyard.release.bundle import Bundle
    from modelyard.serve.target import Target

AUTO, OFF = "auto", "off"
MOST = 512  # workers
Models = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL...",
        help="Releases (NAME and NAME@ALIAS follow the alias, NAME@VERSION stays) or folders of bundles.",
        show_default=False,
    ),
]


@reached
def serve(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    models: Models,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    home: Home = None,
    canary: CanaryRules = None,
    shadow: ShadowRules = None,
    promote_after: PromoteAfter = 0,
    promote_errors: PromoteErrors = 0.01,
    promote_slower: PromoteSlower = 1.5,
    workers: WorkersWord = "1",
    log: LogWord = "",
    log_inputs: LogInputs = False,
    log_lenient: LogLenient = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    *,
    reach: Reach,
) -> int:
    """Serve releases or bundles over HTTP until it is told to stop (Ctrl-C)."""
    from modelyard.serve import rules, server
    from modelyard.serve.settings import Logging, Promotion, Traffic

    promotion = Promotion(promote_after, promote_errors, promote_slower, judged)
    traffic = Traffic(tuple(map(rules.canary, canary or ())), tuple(map(rules.shadow, shadow or ())), promotion)
    with progress.shown(quiet=quiet):
        targets = words.targets(models, home)
        rules.check(traffic, targets)
    logging = Logging("", "", log_inputs, log_lenient)
    if log != OFF:
        there = next((one.home for one in targets.values() if one.home), str(home or ""))
        logging = replace(logging, home=there, folder=log)
    settings = reach.settings(home_of(next(iter(targets.values())), home))
    settings = replace(settings, traffic=traffic, logging=logging, workers=processes(workers))

    def ready(url: str) -> None:
        if as_json:
            show.json_object({"url": url, "models": digests(targets)})
        else:
            served(targets, url)
        show.flush()

    if server.serve(targets, host=host, port=port, ready=ready, settings=settings) == signal.SIGINT:
        raise KeyboardInterrupt
    return 0


def processes(word: str) -> int:
    """How many `--workers` are meant.

    Raises:
        UsageError: it is no number from 1 on, and not `auto`.
    """
    from modelyard.core import cores

    if word == AUTO:
        return cores.available()
    if not word.isdecimal() or not 1 <= int(word) <= MOST:
        raise UsageError("is no number of workers", f"--workers {word}", f"a number from 1 to {MOST}, or {AUTO}")
    return int(word)


def judged(bundle: "Bundle", home: str) -> "Sequence[Verdict]":
    """What the gates say of a canary: for the promotion rule, which is below what runs them."""
    from modelyard import judging
    from modelyard.release.yard import Yard

    return judging.judge(bundle, Yard(home))


def served(models: "Mapping[str, Bundle | Target]", url: str) -> None:
    """Where each model answers."""
    from modelyard.serve.openapi import path_of

    for name in models:
        show.line(f"{name} answers at {url}{path_of(name)}")
    show.line(f"look at it and try it at {url}/; Ctrl-C stops it", "bold")


def digests(models: "Mapping[str, Bundle | Target]") -> dict[str, str]:
    """What is served, as JSON tells it."""
    return {name: model.digest for name, model in models.items()}
