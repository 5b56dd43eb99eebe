"""`modelyard history`: what was done in the yard, and by whom."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, Quiet

if TYPE_CHECKING:
    from modelyard.release.ledger.acts import Act

Of = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="A release's name; every act of the yard without.", show_default=False),
]
Limit = Annotated[int, typer.Option(metavar="N", min=1, help="At most so many, the newest.")]


def history(
    name: Of = None, limit: Limit = 50, home: Home = None, as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Show the moves of a name's aliases, or every act: releases, reviews, keys, collections; the newest first."""
    with progress.shown(quiet=quiet):
        yard = words.place(home)
        if name is not None:
            _ = yard.releases(name) or yard.find(name)  # which offers the nearest name
        acts = yard.acts(limit=limit) if name is None else yard.history(name)[:limit]
    if as_json:
        show.json_object({"acts": [asdict(act) for act in acts], "aliases": yard.aliases(name)})
        return 0
    show.table([(act.at, act.kind, act.subject[:64], _told(act), act.by) for act in acts], "at", "act", "of", "", "by")
    for named, aliases in yard.aliases(name).items():
        show.line(f"{named}: {', '.join(f'{alias} is version {version}' for alias, version in aliases.items())}")
    return 0


def _told(act: "Act") -> str:
    """What an act changed."""
    detail = act.detail
    if "alias" in detail:
        before = "" if detail["before"] is None else f", {detail['before']} before"
        return f"{detail['alias']} is version {detail['version']}{before}"
    return ", ".join(f"{key} {_word(key, value)}" for key, value in detail.items() if value is not None)


def _word(key: str, value: object) -> str:
    """A list's words; of digests, which are long, how many."""
    if not isinstance(value, list):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return str(len(value)) if key == "digests" else " and ".join(map(str, value))
