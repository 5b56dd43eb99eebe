"""The page that answers whether the large model is worth it: the bundle's `worth.md`, outside its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core import energy
from modelyard.evaluate import worth
from modelyard.release import frontier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.report import Report
    from modelyard.core.worth import Alternative, Figure, Lead

PAGE, PICTURE = "worth.md", "frontier.svg"
HOW = """\
Each model was fitted once, on the same rows and with the same seed, and measured on the same test rows: an interval
tells of the rows, not of other seeds. The differences' intervals hold together in 95% of cases, so they are wider
the more models are compared. Milliseconds are those of one row alone on one thread, from its values to its answer:
the median. A million predictions cost the seconds of a core that so many single rows keep busy, at the price of an
hour of a core that the recipe names; a server that answers rows together needs less. Energy is an estimate: seconds
of cores times the watts of a busy core, or the processor's own count where it can be read, and what memory draws.
Times, energy and cost are facts of one machine and one day.
"""


def files(lines: Sequence[Alternative], report: Report) -> dict[str, bytes]:
    """The page and the picture, as far as it can be drawn; nothing where nothing is compared."""
    if not lines:
        return {}
    verdict = worth.verdict(lines)
    higher = bool(report.higher_is_better[lines[0].figures[0].metric])
    picture = frontier.svg(lines, verdict, higher_is_better=higher)
    drawn = {} if picture is None else {PICTURE: picture}
    return {PAGE: page(lines, report, verdict, picture=bool(drawn)).encode(), **drawn}


def page(lines: Sequence[Alternative], report: Report, verdict: str, *, picture: bool) -> str:
    """Markdown: the verdict, what each model takes, every metric."""
    said = [f"# {report.name}: is the large model worth it?", "", f"{verdict}.", ""]
    if picture:
        said += [f"![quality against price]({PICTURE})", ""]
    return "\n".join([*said, *_takes(lines), "", *_metrics(lines), "", HOW])


def _takes(lines: Sequence[Alternative]) -> list[str]:
    metric, currency = lines[0].figures[0].metric, lines[0].currency
    heads = [
        "model", metric, "95% interval", "beside the recipe's model", "fit, s", "energy", "ms a row", "size",
        f"a million predictions, {currency}",
    ]  # fmt: skip
    return [_row(heads), _row(["---", "---:", "---", "---", *["---:"] * 5]), *(_row(_cells(line)) for line in lines)]


def _cells(line: Alternative) -> list[str]:
    first = line.figures[0]
    return [
        f"**{_text(line.name)}**" if line.chosen else _text(line.name),
        _number(first.value),
        _span(first),
        _beside(line.over_chosen),
        f"{line.seconds:.1f}",
        energy.told(line.energy),
        f"{line.latency:.3g}",
        _size(line.size),
        f"{line.cost:.3g}",
    ]


def _metrics(lines: Sequence[Alternative]) -> list[str]:
    names = [figure.metric for figure in lines[0].figures]
    rows = [
        [_text(line.name), *(f"{_number(figure.value)} ({_span(figure)})" for figure in line.figures)] for line in lines
    ]
    return [_row(["model", *names]), _row(["---"] * (len(names) + 1)), *map(_row, rows)]


def _beside(lead: Lead | None) -> str:
    if lead is None or lead.difference is None:
        return ""
    span = "" if lead.low is None or lead.high is None else f" ({lead.low:+.4f} to {lead.high:+.4f})"
    return f"{lead.verdict}, {lead.difference:+.4f}{span}"


def _span(figure: Figure) -> str:
    return "not defined" if figure.low is None else f"{_number(figure.low)} to {_number(figure.high)}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:.6g}"


def _size(content: int) -> str:
    unit, name = next((unit, name) for unit, name in ((1 << 20, "MB"), (1 << 10, "kB"), (1, "B")) if content >= unit)
    return f"{content / unit:.3g} {name}" if content < 10 * unit else f"{content / unit:.0f} {name}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
