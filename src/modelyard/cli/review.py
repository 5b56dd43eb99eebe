"""`modelyard review`: a named person signs a bundle off."""

from dataclasses import asdict
from typing import Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, BundleWord, Home, Quiet

By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who signs, by name.", show_default=False)]
Remark = Annotated[str, typer.Option("--note", metavar="TEXT", help="What there is to say.", show_default=False)]


def review(
    bundle: BundleWord, by: By, note: Remark = "", home: Home = None, as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Sign a bundle off by name, this very one; the yard keeps it for the gate `reviewed`."""
    with progress.shown(quiet=quiet):
        asked = words.bundle(bundle, home, "review")
        signed = words.yard(asked, home).review(asked, by, note)
    if as_json:
        show.json_object({"name": asked.name, "digest": asked.digest, **asdict(signed)})
    else:
        show.line(f"{signed.by} signed off {asked.name} {asked.digest[:12]}", "bold")
    return 0
