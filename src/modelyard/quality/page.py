"""A check as one HTML file that asks nobody for anything: no script, light and dark, for screens and paper."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.quality.checkup import evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.findings import Finding
    from modelyard.quality.checkup import Checkup
    from modelyard.quality.profile import ColumnProfile

# Nothing is loaded from anywhere, whatever a column is called.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
WIDTH, HEIGHT = 120, 28  # of a histogram, in pixels


def write(found: Checkup) -> str:
    """The whole page."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(found.name)}: {found.verdict}</title>
<link rel="icon" href="data:,">
</head>
<body style="margin:0">
{body(found)}
</body>
</html>
"""


def body(found: Checkup) -> str:
    """What stands in the page, with its style, so that a notebook can show it too."""
    parts = [_head(found), *_findings(found), _columns(found), *_rest(found)]
    return f'<style>{STYLE}</style>\n<div class="checkup">\n{"".join(parts)}</div>'


def _head(found: Checkup) -> str:
    rows = ", ".join(f"{count:,} in {part}" for part, count in found.rows.items())
    classes = ", ".join(f"{escape(name)} {count:,}" for name, count in found.classes.items())
    tiles = [("Task", str(found.task)), ("Target", found.target), ("Model", found.model), ("Rows", rows)]
    shown = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in tiles)
    told = f"<p>Classes: {classes}</p>" if classes else ""
    return f"""<header>
<p class="kind">Check of the data</p>
<h1>{escape(found.name)}</h1>
<p class="verdict {found.verdict}" role="status">{escape(found.sentence)}</p>
<dl>{shown}</dl>{told}
</header>
"""


def _findings(found: Checkup) -> Iterator[str]:
    yield '<section aria-labelledby="findings"><h2 id="findings">Findings</h2>\n'
    if not found.findings:
        yield "<p>Nothing was found.</p>\n"
    for finding in found.findings:
        yield _finding(finding)
    yield "</section>\n"


def _finding(finding: Finding) -> str:
    on = " ".join(f"<code>{escape(name)}</code>" for name in finding.columns)
    told = f'<p class="evidence">{escape(evidence(finding.evidence))}</p>' if finding.evidence else ""
    hint = f"<p>{escape(finding.hint)}</p>" if finding.hint else ""
    remedy = f"<pre><code>{escape(finding.remedy)}</code></pre>" if finding.remedy else ""
    return f"""<article class="{finding.severity}">
<h3><span class="badge">{finding.severity}</span> {escape(finding.finding.replace("_", " "))} {on}</h3>
<p>{escape(finding.problem)}</p>{told}{hint}{remedy}
</article>
"""


def _columns(found: Checkup) -> str:
    heads = ("column", "kind", "role", "missing", "distinct", "holds", "why")
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    rows = "".join(_row(column) for column in found.profile)
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        '<section aria-labelledby="columns"><h2 id="columns">Columns</h2>'
        f'<div class="wide" tabindex="0">{table}</div></section>\n'
    )


def _row(column: ColumnProfile) -> str:
    figures = (f"{column.missing:.1%}", f"{column.distinct:,}")
    numbers = "".join(f'<td class="number">{figure}</td>' for figure in figures)
    name, reason = escape(column.name), escape(column.reason)
    kinds = f"<td>{column.kind}</td><td>{column.role}</td>"
    return f'<tr><th scope="row">{name}</th>{kinds}{numbers}<td>{_holds(column)}</td><td>{reason}</td></tr>\n'


def _holds(column: ColumnProfile) -> str:
    """A histogram with the quantiles, or the most frequent levels."""
    if column.shares:
        bars = "".join(
            f'<li><span class="level">{escape(level)}</span><meter value="{share:.4f}" max="1"></meter>{share:.1%}</li>'
            for level, share in column.shares.items()
        )
        return f"<ul>{bars}</ul>"
    if not column.quantiles:
        return ""
    low, middle, high = (escape(_figure(column.quantiles[at])) for at in ("0.05", "0.5", "0.95"))
    return f'{_histogram(column)}<span class="span">{low} · {middle} · {high}</span>'


def _figure(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,g}"


def _histogram(column: ColumnProfile) -> str:
    if not column.histogram:
        return ""
    highest, step = max(*column.histogram, 1), WIDTH / len(column.histogram)
    bars = "".join(
        f'<rect x="{place * step:.1f}" y="{HEIGHT - HEIGHT * count / highest:.1f}" width="{step - 1:.1f}" '
        f'height="{HEIGHT * count / highest:.1f}"/>'
        for place, count in enumerate(column.histogram)
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img" aria-label="histogram between the quantiles 5% and 95%">{bars}</svg>'


def _rest(found: Checkup) -> Iterator[str]:
    """What reading told, and what it refused."""
    if found.notes:
        lines = "".join(f"<li>{escape(note)}</li>" for note in found.notes)
        yield f"<section><h2>Notes of reading</h2><ul>{lines}</ul></section>\n"
    if found.refused.count:
        lines = "".join(f"<li>{escape(row.where)}: {escape(row.why)}</li>" for row in found.refused.listed[:100])
        head = f"{found.refused.count:,} rows were not read"
        yield f"<section><h2>{head}</h2><ul>{lines}</ul></section>\n"
