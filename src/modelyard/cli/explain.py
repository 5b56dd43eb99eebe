"""`modelyard explain`: why a bundle answers a row as it does, or what it looks at over many."""

import random
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from modelyard.cli import progress, reading, show, words
from modelyard.cli.options import AsJson, BundleWord, DataWord, Home, Quiet
from modelyard.core.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from modelyard.core.explaining import Explanation, Reason
    from modelyard.release.bundle import Bundle

    Table: TypeAlias = "pl.DataFrame | list[dict[str, Any]]"

MOST = 200  # rows that the picture of all of them is made of
BEHIND = 100  # other rows that stand for what may be
BAR = 24  # signs of the longest bar

Row = Annotated[
    int | None,
    typer.Option(metavar="N", help="The row of DATA, the first one is 1; without it, many together.", min=1),
]
Method = Annotated[str, typer.Option(metavar="NAME", help="shapley, lime or counterfactual.")]
Of = Annotated[
    str | None,
    typer.Option("--of", metavar="CLASS", help="The class whose probability is explained.", show_default=False),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting of the method, as permutations=1000; repeatable."),
]


def explain(  # noqa: PLR0913, PLR0917 - the words of a call
    bundle: BundleWord,
    data: DataWord,
    row: Row = None,
    method: Method = "shapley",
    of: Of = None,
    settings: Settings = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Tell what each column adds to the answer for a row of DATA; its other rows stand for what may be.

    Without --row: how much each column adds or takes on average over up to 200 rows.
    """
    with progress.shown(quiet=quiet):
        from modelyard.release import explained, explaining

        said = parsed(settings or [])
        asked = words.bundle(bundle, home, "explain")
        explaining.check(explaining.built(method, said), method)  # before a row is read
        frame = _read(data, asked)
        some = _chosen(frame, row, data)
        told = asked.explain(some, method, of=of, background=_behind(frame, row), **said)
    if as_json:
        many = row is None
        show.json_object(explained.of_many(asked, told, each=False) if many else explained.of_one(asked, told, row=row))
    else:
        _print(asked, told, row)
    return 0


def parsed(settings: list[str]) -> dict[str, Any]:
    """Settings of a method as words give them, the values in YAML.

    Raises:
        UsageError: one is not of the form KEY=VALUE.
    """
    import yaml

    found = {}
    for word in settings:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise UsageError(f"'{word}' is not of the form KEY=VALUE", "--set", "such as --set permutations=1000")
        try:
            found[key] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UsageError(f"the value of '{word}' is no YAML", "--set") from error
    return found


def _read(data: str, asked: "Bundle") -> "Table":
    from modelyard.data.records import Records

    rows = reading.rows(data, "explain", asked.schema)
    return [row for piece in rows.pieces(MOST) for row in piece] if isinstance(rows, Records) else rows.collect()


def _chosen(table: "Table", row: int | None, data: str) -> "Table":
    if row is None:
        return _some(table, MOST)
    if row > len(table):
        hint = f"say --row 1 to --row {len(table)}" if len(table) else "it has no rows"
        raise UsageError(f"there is no row {row}: {data} has {len(table):,}", "--row", hint)
    return table[row - 1 : row]


def _behind(table: "Table", row: int | None) -> "Table | None":
    """The rows that stand for what may be; None where there are no others than the one that is explained."""
    if row is None:
        others = table
    elif isinstance(table, list):
        others = table[: row - 1] + table[row:]
    else:
        others = table[: row - 1].vstack(table[row:])
    return _some(others, BEHIND) if len(others) else None


def _some(table: "Table", most: int) -> "Table":
    """At most so many rows, by chance and always the same."""
    if len(table) <= most:
        return table
    if isinstance(table, list):
        return random.Random(7).sample(table, most)  # noqa: S311 - no secret
    return table.sample(most, seed=7)


def _print(asked: "Bundle", told: "Explanation", row: int | None) -> None:
    if row is not None:
        show.line(f"{told.name}, row {row}: {told.method}", "bold")
        _reason(told[0])
    elif told.overall:
        show.line(f"{told.name}, {len(told)} rows: {told.method}", "bold")
        largest = max(told.overall.values()) or 1.0
        rows = [(name, show.figure(mean), _bar(mean, largest)) for name, mean in told.overall.items()]
        show.table(rows, "column", "adds or takes on average", "")
        _importance(asked)
    else:
        for number, reason in enumerate(told, 1):
            show.line(f"row {number} of those asked", "bold")
            _reason(reason)
    for note in told.notes:
        show.note(show.out(), note)


def _reason(reason: "Reason") -> None:
    from modelyard.core.explaining import Why, label, named, ordered

    if not isinstance(reason, Why):
        show.paragraph(str(reason))
        return
    largest = max((abs(share.amount) for share in reason.shares), default=0.0) or 1.0
    rows = [("what is answered on average", show.figure(reason.base), "")]
    rows += [
        (label(share), show.figure(share.amount, "+"), _bar(share.amount, largest)) for share in ordered(reason.shares)
    ]
    rows.append((f"sum: {named(reason.of)}", show.figure(reason.total), ""))
    if abs(reason.total - reason.answer) > 1e-4 * max(abs(reason.answer), 1.0):
        rows.append(("what the model answers", show.figure(reason.answer), ""))
    show.table(rows, "column", "adds", "")


def _importance(asked: "Bundle") -> None:
    found = asked.report.importance
    if not found:
        return
    rows = [(e.column, show.figure(e.value, "+"), f"{show.figure(e.low)} to {show.figure(e.high)}") for e in found]
    show.line(f"how much worse {found[0].metric} was on the test rows with the column shuffled", "bold")
    show.table(rows, "column", "worse by", "95% interval")


def _bar(amount: float, largest: float) -> Any:  # noqa: ANN401 - rich's Text, which is loaded where it is drawn
    from rich.text import Text

    return Text("█" * max(round(BAR * abs(amount) / largest), 0), "blue" if amount >= 0 else "red")
