"""`modelyard init`: a first recipe for a table."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, DataWord, Quiet
from modelyard.core.errors import UsageError

Target = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The column to predict.", show_default="a guess, told in the recipe"),
]
Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Write over a recipe that is there.")]


def init(
    data: DataWord,
    target: Target = None,
    out: Out = Path("recipe.yaml"),
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Look at a table and write a first recipe, with the reason for every choice."""
    if out.exists() and not force:
        raise UsageError("is there already", str(out), "write over it with --force, or elsewhere with --out FILE")
    with progress.shown(quiet=quiet):
        from modelyard import run, sketching
        from modelyard.core import artifacts

        sketch = sketching.sketch(words.data(data), target, out)
        artifacts.write_file(out, sketch.text)
        columns = [column.told() for column in run.profile(sketch.plan, sketch.rows)]
    recipe = sketch.plan.recipe
    if as_json:
        told = {"name": recipe.name, "task": sketch.rows.task, "target": recipe.target, "columns": columns}
        show.json_object({"recipe": str(out.absolute()), **told})
        return 0
    show.line(f"wrote {out}: {recipe.name}, {sketch.rows.task}, target {recipe.target}", "bold")
    show.table([(str(c["name"]), str(c["kind"]), str(c["role"])) for c in columns], "column", "kind", "role")
    show.line(f"The reasons are in it. Next: modelyard check {shlex.quote(str(out))}")
    return 0
