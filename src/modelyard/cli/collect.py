"""`modelyard collect`: bundles that nobody needs make room."""

from dataclasses import asdict
from typing import Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, Quiet, Who

DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help="Remove nothing, show what would go.")]
Keep = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Keep the last N versions that each champion can go back to; every release where not said.",
        show_default=False,
    ),
]
Age = Annotated[str, typer.Option(metavar="AGE", help="Leave alone what is younger, such as 36h or 30d.")]
Unreleased = Annotated[
    bool | None,
    typer.Option(
        "--unreleased/--no-unreleased",
        help="Whether bundles that were never released go; they do in a yard that is a folder.",
        show_default=False,
    ),
]


def collect(  # noqa: PLR0913, PLR0917 - the words of a call
    dry_run: DryRun = False,
    keep: Keep = None,
    age: Age = "7d",
    unreleased: Unreleased = None,
    by: Who = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Remove bundles that no release needs; what an alias names always stays."""
    days = words.days(age, "--age")
    with progress.shown(quiet=quiet):
        made = words.place(home).collect(dry_run, keep=keep, age=days, unreleased=unreleased, by=words.who(by))
    if as_json:
        show.json_object({**asdict(made), "size": made.size})
        return 0
    from modelyard.core.amounts import size_told  # pydantic

    for each in made.gone:
        show.line(f"{each.digest[:12]}  {size_told(each.size)}  {', '.join(each.releases) or 'never released'}")
    word = "would go" if dry_run else "removed"
    bundles = "1 bundle" if len(made.gone) == 1 else f"{len(made.gone)} bundles"
    show.line(f"{bundles} {word}, {size_told(made.size)}; {made.stay} stay", "bold")
    return 0
