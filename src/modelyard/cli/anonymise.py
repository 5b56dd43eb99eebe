"""`modelyard anonymise`: a table that may be given away."""

from dataclasses import asdict
from typing import Annotated, Literal

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, DataWord, Quiet

Out = Annotated[str, typer.Option(metavar="FILE", help="The .csv, .parquet or .jsonl file.", show_default=False)]
QuasiWord = Annotated[
    str,
    typer.Option(
        "--quasi", metavar="A,B", help="Columns that others may know of a person: made coarse.", show_default=False
    ),
]
SensitiveWord = Annotated[
    str,
    typer.Option("--sensitive", metavar="A,B", help="Columns that nobody may learn of a person.", show_default=False),
]
DropWord = Annotated[str, typer.Option("--drop", metavar="A,B", help="Columns that are left out.", show_default=False)]
HashWord = Annotated[
    str,
    typer.Option(
        "--hash",
        metavar="A,B",
        help="Columns that are hashed, with the key in $MODELYARD_PRIVACY_KEY.",
        show_default=False,
    ),
]
KeepWord = Annotated[
    str, typer.Option("--keep", metavar="A,B", help="Columns that stay as they are.", show_default=False)
]
Alike = Annotated[int, typer.Option("--k", metavar="N", help="Rows that are alike, at least.")]
Open = Annotated[float, typer.Option("--l", metavar="N", help="Sensitive values left open among them.")]
Diversity = Annotated[Literal["distinct", "entropy"], typer.Option(metavar="SORT", help="How these are counted.")]


def anonymise(  # noqa: PLR0913, PLR0917 - each is a word of the call
    data: DataWord,
    out: Out,
    quasi: QuasiWord,
    sensitive: SensitiveWord = "",
    k: Alike = 5,
    l: Open = 1,  # noqa: E741 - the letter of the literature
    drop: DropWord = "",
    hashed: HashWord = "",
    keep: KeepWord = "",
    diversity: Diversity = "distinct",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Write a table in which each row is like k - 1 others; nothing where that cannot be."""
    with progress.shown(quiet=quiet):
        from modelyard.anonymising import anonymise as release

        made = release(
            words.data(data, "anonymise"),
            out,
            quasi=_names(quasi),
            sensitive=_names(sensitive),
            k=k,
            l=l,
            drop=_names(drop),
            hashed=_names(hashed),
            keep=_names(keep),
            diversity=diversity,
        )
    if as_json:
        show.json_object({**asdict(made), "path": str(made.path)})
        return 0
    told = made.measured
    show.line(f"{told.rows:,} rows in {told.classes:,} classes, written to {made.path}", "bold")
    show.line(f"alike in a class: {told.smallest:,} at least, {told.median:g} in the middle, {told.largest:,} at most")
    for name, left in told.diversity.items():
        show.line(f"{name}: {left:.3g} values left open in each class ({diversity})")
    show.line(f"information lost: {told.ncp:.1%} (NCP); discernibility {told.discernibility:,}")
    show.line(f"risk of being picked out: {told.risk:.1%} at most, {told.mean_risk:.1%} in the mean")
    show.table([(name, f"{share:.1%}") for name, share in told.by_column.items()], "column", "lost")
    return 0


def _names(word: str) -> list[str]:
    return [name.strip() for name in word.split(",") if name.strip()]
