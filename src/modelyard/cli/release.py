"""`modelyard release`: the gates of a bundle's recipe, and where all say yes a new version."""

from typing import Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, BundleWord, Home, Quiet, Who
from modelyard.core.errors import RefusedError

As = Annotated[str, typer.Option("--as", metavar="ALIAS", help="What to call it: champion, or such as challenger.")]


def release(
    bundle: BundleWord,
    as_: As = "champion",
    by: Who = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Run the gates; where all say yes, the bundle is the next version of its name and its champion."""
    with progress.shown(quiet=quiet):
        from modelyard import judging

        candidate = words.bundle(bundle, home, "release")
        released, verdicts = judging.release(candidate, words.yard(candidate, home), as_, words.who(by))
    if as_json:
        show.json_object(show.judged(candidate, released, verdicts))
    else:
        show.verdicts(verdicts)
        if released is not None:
            show.released(released)
        else:
            show.error(judging.refusal(verdicts, candidate), as_json=False)
    return 0 if released is not None else RefusedError.exit_status
