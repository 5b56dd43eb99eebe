"""`modelyard diff`: what differs between two bundles."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, Quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.release.difference import Change

One = Annotated[
    str, typer.Argument(metavar="A", help="A bundle's folder, or a release: NAME@champion, NAME@3.", show_default=False)
]
Other = Annotated[str, typer.Argument(metavar="B", help="What it is compared with, the same way.", show_default=False)]


def diff(a: One, b: Other, home: Home = None, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Show what differs between two bundles: recipe, rows, columns, scores; `compare` tells which is better."""
    with progress.shown(quiet=quiet):
        from modelyard.release import difference

        found = difference.between(words.bundle(a, home, "diff"), words.bundle(b, home, "diff"))
    if as_json:
        show.json_object(asdict(found))
        return 0
    if found.same:
        show.line("the same bundle", "bold")
        return 0
    show.line("learnt from the same rows" if found.rows else "learnt from other rows", "bold")
    show.line("")
    for what in ("recipe", "columns", "scores", "versions"):
        _table(what, getattr(found, what))
    return 0


def _table(what: str, changes: "Sequence[Change]") -> None:
    if changes:
        rows = [(change.where, _cell(change.first), _cell(change.second)) for change in changes]
        show.block(rows, what, "first", "second")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return show.figure(value) if isinstance(value, float) else str(value)
