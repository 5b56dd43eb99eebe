"""`modelyard compare`: two bundles on the same rows."""

from dataclasses import asdict
from typing import Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Home, Quiet

FirstWord = Annotated[
    str, typer.Argument(metavar="A", help="A bundle's folder, or a release: NAME@champion.", show_default=False)
]
SecondWord = Annotated[
    str, typer.Argument(metavar="B", help="What may take its place: a bundle or a release.", show_default=False)
]
RowsWord = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="Rows that neither has learnt from; without them, the test rows that both were measured on.",
        show_default=False,
    ),
]


def compare(
    first: FirstWord,
    second: SecondWord,
    data: RowsWord = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Tell whether bundle B is really better than A."""
    with progress.shown(quiet=quiet):
        from modelyard import run

        one, other = (words.bundle(word, home, "compare") for word in (first, second))
        found = run.compare(one, other, None if data is None else words.data(data, "compare"))
    if as_json:
        show.json_object({**asdict(found), "verdict": found.verdict})
    else:
        show.contest(found)
    return 0
