"""`modelyard check`: a profile of a recipe's rows and a verdict on them, before any training."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Quiet, RecipeWord, Sets
from modelyard.core.errors import RefusedError

if TYPE_CHECKING:
    from modelyard.core.findings import Finding
    from modelyard.quality.checkup import Checkup

COLOURS = {"severe": "bold red", "warning": "yellow", "note": "cyan"}
VERDICTS = {"ready": "bold green", "doubtful": "bold yellow", "unfit": "bold red"}
Page = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write it as a page, too, of one file.", show_default=False),
]
Fast = Annotated[bool, typer.Option("--fast", metavar="", help="Leave out the inspections that fit models.")]
Strict = Annotated[bool, typer.Option("--strict", metavar="", help="End with 3 where something severe is found.")]


def check(
    recipe: RecipeWord,
    set_: Sets = None,
    html: Page = None,
    fast: Fast = False,
    strict: Strict = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Read a recipe and its rows; say what is wrong with them, what mends it, and what each column means."""
    with progress.shown(quiet=quiet):
        from modelyard import run
        from modelyard.core import artifacts
        from modelyard.quality import page

        found = run.check(words.recipe(recipe), set_ or (), fast=fast)
        if html is not None:
            artifacts.write_file(html, page.write(found))
    if as_json:
        show.json_object(found.told())
    else:
        _print(found)
        if html is not None:
            show.line(f"wrote {html}")
    return RefusedError.exit_status if strict and found.severe else 0


def _print(found: "Checkup") -> None:
    show.line(f"{found.name}: {found.task}, target {found.target}, model {found.model}", "bold")
    show.line("rows: " + _dealt(found))
    for sentence in found.dealt:
        show.indented(sentence)
    if found.classes:
        show.line("classes: " + ", ".join(f"{level} {count}" for level, count in found.classes.items()))
    show.line("metrics: " + ", ".join(found.metrics))
    if found.refused.count:
        show.line(f"refused: {found.refused.count:,} row{'s' * (found.refused.count != 1)}; --json lists them")
    show.line("")
    show.line(found.sentence, VERDICTS[found.verdict])
    for finding in found.findings:
        _print_finding(finding)
    cells = [
        (c.name, c.kind, c.role, c.encoder or "", f"{c.missing:.1%}", str(c.distinct), c.reason) for c in found.profile
    ]
    show.table(cells, "column", "kind", "role", "encoder", "missing", "distinct", "why")


def _print_finding(finding: "Finding") -> None:
    """A line for what it is, a line of evidence, and the recipe's lines to copy."""
    from modelyard.quality.checkup import evidence

    on = f"{', '.join(finding.columns)}: " if finding.columns else ""
    show.out().print(
        Text.assemble((f"{finding.severity} ", COLOURS[finding.severity]), (f"{finding.finding} ", "bold")).append(
            show.clean(f"{on}{finding.problem}")
        ),
        soft_wrap=True,
    )
    if finding.evidence:
        show.indented(evidence(finding.evidence), "dim")
    if finding.hint:
        show.indented(f"hint: {finding.hint}", "green")
    for line in finding.remedy.splitlines():
        show.line(f"    {line}", "green")


def _dealt(found: "Checkup") -> str:
    """How many rows each part has, or what share of train's it takes."""
    shares = {"train": 1.0, "valid": found.split.valid, "test": found.split.test}
    told = [
        f"{found.rows[part]} in {part}" if part in found.rows else f"{share:.0%} of train for {part}"
        for part, share in shares.items()
    ]
    return ", ".join(told)
