"""What verbs print: tables and lines for people, one JSON object for programs."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from modelyard.core.contest import Contest
    from modelyard.core.errors import ModelyardError
    from modelyard.core.report import Report, Score, Verdict
    from modelyard.core.tuning import Candidate
    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Release

WIDE = 120  # columns where there is no terminal to ask
COLOURS = {"better": "green", "worse": "red", "not distinguishable": "yellow"}


class _Out(Console):
    """Standard output; that nobody reads it any more is for `main` to say."""

    def on_broken_pipe(self) -> None:
        """Go on as any other writer does."""
        raise BrokenPipeError


class _Err(Console):
    """Standard error; that nobody reads it any more is no reason to stop working."""

    def on_broken_pipe(self) -> None:
        """Write into nothing from now on."""
        hush(sys.stderr)


def out() -> Console:
    """Standard output: results."""
    return _on(sys.stdout, _Out)


def err() -> Console:
    """Standard error: progress, notes and errors."""
    return _on(sys.stderr, _Err)


def hush(stream: TextIO) -> None:
    """Let what is still written to a stream go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def line(text: str, style: str = "") -> None:
    """A line of the result; never broken, so that a path can be copied."""
    out().print(Text(clean(text), style), soft_wrap=True)


def indented(text: str, style: str = "") -> None:
    """A part of the result under its head."""
    from rich.padding import Padding

    console = out()
    body = Text(clean(text), style)
    console.print(
        Padding(body, (0, 0, 0, 2)) if console.is_terminal else Text("  ").append_text(body),
        soft_wrap=not console.is_terminal,
    )


def paragraph(text: str) -> None:
    """Lines of the result, each kept as it is."""
    for each in text.splitlines():
        line(each)


def document(content: str) -> None:
    """A document as it is; in a file or a pipe it is UTF-8, whatever the terminal speaks."""
    if sys.stdout.isatty():
        sys.stdout.write(content)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content.encode())


def flush() -> None:
    """Let whoever reads see it now."""
    sys.stdout.flush()


def note(console: Console, text: str) -> None:
    """Something that a person should know."""
    _sentence(console, Text.assemble(("note: ", "cyan"), clean(text)))


def error(problem: ModelyardError, *, as_json: bool) -> None:
    """What is wrong: all of it, for people on standard error, for programs on standard output."""
    if as_json:
        first = {"code": problem.code, "problem": problem.problem, "where": problem.where, "hint": problem.hint}
        json_object({**first, "problems": [asdict(each) for each in problem.problems]})
        return
    console = err()
    for each in problem.problems:
        told = f"{each.where}: {each.problem}" if each.where else each.problem
        _sentence(console, Text.assemble(("error: ", "bold red"), clean(told)))
        if each.hint:
            _sentence(console, Text.assemble(("  hint: ", "green"), clean(each.hint)))


def json_object(value: Mapping[str, Any]) -> None:
    """One JSON object on one line, and nothing else."""
    sys.stdout.write(to_json(value) + "\n")


def to_json(value: object) -> str:
    """JSON that any terminal can take: NaN is null, and an escape stands in for what it cannot write."""
    return json.dumps(_finite(value), ensure_ascii=not _speaks_utf8(), allow_nan=False)


def json_lines(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Many small objects, each as `to_json` writes it, quickly where the terminal takes every sign."""
    if not _speaks_utf8():
        return [to_json(record) for record in records]
    import msgspec

    return msgspec.json.Encoder().encode_lines(records).decode().removesuffix("\n").split("\n")


def trained(bundle: Bundle, report: Report, leaderboard: Sequence[Candidate] = ()) -> dict[str, Any]:
    """What `train --json` and `evaluate --json` tell: all that the report holds, and where the bundle lies."""
    return {
        "bundle": str(bundle.folder.absolute()),
        "digest": bundle.digest,
        **asdict(report),
        "leaderboard": [asdict(candidate) for candidate in leaderboard],
    }


def judged(bundle: Bundle, release: Release | None, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What `release --json` tells; without a release, version and alias are null."""
    return {
        "released": release is not None,
        "name": bundle.name,
        "version": release.version if release else None,
        "alias": release.alias if release else None,
        "digest": bundle.digest,
        "verdicts": [asdict(verdict) for verdict in verdicts],
    }


def report(measured: Report) -> None:
    """Every metric with its interval, the baselines, and what a reader must not miss."""
    from modelyard.cli import facts  # which prints by what is below

    console = out()
    counts = [f"{count} {part}" for part, count in measured.rows.items()]
    console.print(Text.assemble((clean(measured.name), "bold"), f": {measured.model}, {measured.task}"), soft_wrap=True)
    console.print(f"rows: {', '.join(counts)}; measured on test, with 95% intervals", style="dim")
    console.print()
    if measured.doubt:
        _sentence(console, Text.assemble(("beware: ", "bold red"), (clean(measured.doubt), "bold")))
        console.print()
    console.print(_scores(measured))
    console.print()
    if measured.comparisons:
        metric = measured.comparisons[0].metric
        drawn = _table("against", f"its {metric}", "difference", "95% interval", "this model is")
        for each in measured.foremost:
            span = f"{figure(each.low, '+')} to {figure(each.high, '+')}"
            verdict = Text(each.verdict, COLOURS[each.verdict])
            drawn.add_row(clean(each.baseline), figure(each.value), figure(each.difference, "+"), span, verdict)
        console.print(drawn)
        for told in _by_others(measured):
            console.print(Text(told, "dim"), soft_wrap=not console.is_terminal)
        console.print()
    facts.folds(measured.folds)
    facts.stress(measured.stress)
    facts.cost(measured.cost)
    from modelyard.cli import curves

    curves.tell(measured)
    for said in measured.others:
        note(console, said)
    if measured.others:
        console.print()


def contest(found: Contest) -> None:
    """Whether the second of two bundles is better, and by which metrics."""
    console = out()
    console.print(Text(clean(found.verdict), "bold"), soft_wrap=not console.is_terminal)
    heads = ("metric", found.first, found.second, "difference", "95% interval", "the second is")
    rows = []
    for bout in found.bouts:
        values = figure(bout.first), figure(bout.second), figure(bout.difference, "+")
        span = "not defined" if math.isnan(bout.low) else f"{figure(bout.low, '+')} to {figure(bout.high, '+')}"
        rows.append((bout.metric, *values, span, Text(bout.verdict, COLOURS[bout.verdict])))
    table(rows, *heads)
    for said in found.notes:
        note(console, said)


def verdicts(said: Sequence[Verdict]) -> None:
    """What each gate said."""
    console = out()
    for verdict in said:
        word = ("passed ", "green") if verdict.passed else ("refused", "bold red")
        _sentence(console, Text.assemble(word, f"  {verdict.gate}: ", clean(verdict.reason)))


def released(release: Release) -> None:
    """The new version."""
    line(f"released {release.name} version {release.version}, the {release.alias}", "bold")


def matrix(rows: Iterable[Sequence[str]], *heads: str) -> None:
    """A table of numbers under a first column of names."""
    drawn = _table(*[clean(head) for head in heads])
    for column in drawn.columns[1:]:
        column.justify = "right"
    for row in rows:
        drawn.add_row(*[clean(cell) for cell in row])
    out().print(drawn)
    out().print()


def table(rows: Iterable[Sequence[str | Text]], *heads: str) -> None:
    """A table, a blank line before and after it."""
    out().print()
    block(rows, *heads)


def block(rows: Iterable[Sequence[str | Text]], *heads: str) -> None:
    """A table, a blank line after it."""
    drawn = _table(*heads)
    for row in rows:
        drawn.add_row(*[clean(cell) if isinstance(cell, str) else cell for cell in row])
    console = out()
    console.print(drawn)
    console.print()


def clean(text: str) -> str:
    r"""A text that no terminal obeys: control characters are shown, not sent.

    >>> clean("Age\x1b[31m\n年龄")
    'Age\\x1b[31m\\n年龄'
    """
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _sentence(console: Console, text: Text) -> None:
    """Broken between words on a terminal, and one line in a log."""
    console.print(text, soft_wrap=not console.is_terminal)


def _on(stream: TextIO, kind: type[Console]) -> Console:
    columns = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else int(columns) if columns.isdecimal() else WIDE
    return kind(file=stream, width=width, markup=False, highlight=False, emoji=False)


def _by_others(measured: Report) -> list[str]:
    """What the comparisons by other metrics than the first say, a line for each baseline."""
    said: dict[str, dict[str, list[str]]] = {}
    for each in measured.comparisons:
        if each.metric != measured.comparisons[0].metric and not math.isnan(each.difference):
            said.setdefault(each.baseline, {}).setdefault(each.verdict, []).append(each.metric)
    return [
        f"by other metrics against {clean(baseline)}: "
        + "; ".join(f"{verdict} by {', '.join(names)}" for verdict, names in verdicts.items())
        for baseline, verdicts in said.items()
    ]


def _scores(measured: Report) -> Table:

    sliced = any(score.slice for score in measured.scores)
    drawn = _table("metric", *(["on"] if sliced else []), "value", "95% interval", "rows", "better is")
    for score in measured.scores:
        where = [clean(score.slice or "all rows")] if sliced else []
        better = {True: "higher", False: "lower", None: "neither"}[measured.higher_is_better[score.metric]]
        value = Text(f"{figure(score.value)}?", "dim") if measured.doubt else Text(figure(score.value))
        drawn.add_row(score.metric, *where, value, _span(score), str(score.rows), Text(better, "dim"))
    return drawn


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    return drawn


def _span(score: Score) -> str:
    return "not defined" if math.isnan(score.low) else f"{figure(score.low)} to {figure(score.high)}"


def figure(number: float, sign: str = "") -> str:
    """Four places, or six digits where the number is large.

    >>> figure(0.83125), figure(23551.4321), figure(0.05, "+"), figure(float("nan"))
    ('0.8313', '23551.4', '+0.0500', '-')
    """
    if math.isnan(number):
        return "-"
    return f"{number:{sign}.4f}" if abs(number) < 1000 else f"{number:{sign}.6g}"


def _speaks_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
