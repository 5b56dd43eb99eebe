"""`modelyard promote`: another version becomes the champion."""

from dataclasses import asdict
from typing import Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, NameWord, Quiet, Who

From = Annotated[str, typer.Option("--from", metavar="ALIAS|VERSION", help="The version that is to be the champion.")]


def promote(
    name: NameWord,
    from_: From = "challenger",
    by: Who = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Let a challenger, or any version, be the champion; servers follow within two seconds."""
    with progress.shown(quiet=quiet):
        made = words.place(home).promote(name, from_, words.who(by))
    if as_json:
        show.json_object(asdict(made))
    else:
        show.line(f"{made.name} version {made.version} is the champion", "bold")
    return 0
