"""How it holds up, why it answers so, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.release.card import charts
from modelyard.release.card.blocks import Block, Figure, Line, Section, Table, span, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.evidence import Cost
    from modelyard.release.card.told import Told


def stress(told: Told) -> Section | None:
    """The section of robustness, where it was measured."""
    words, found = told.words, told.report.stress
    if not found:
        return None
    heads = ("perturbation", "on", "metric", "value", "difference", "95% interval", "rows")
    rows = tuple(
        (
            (words(one.perturbation),),
            (one.on,),
            (one.metric,),
            (Figure(one.value),),
            (Figure(one.difference, "signed"),),
            span(one.low, one.high, words(" to "), "signed"),
            (Figure(one.rows, "count"),),
        )
        for one in found
    )
    said = text(
        words("The same test rows, changed as clients change them; the difference is what that does to the metric.")
    )
    table = Table(tuple(words(head) for head in heads), rows, frozenset({3, 4, 6}))
    return Section("robustness", words("How it holds up"), (said, *_drawn(told, charts.of_stress), table))


def importance(told: Told) -> Section | None:
    """The section of what the answers rest on, where it was measured."""
    words, found = told.words, told.report.importance
    if not found:
        return None
    rows = tuple(
        ((one.column,), (Figure(one.value, "signed"),), span(one.low, one.high, words(" to "), "signed"))
        for one in found
    )
    said = words("How much worse {} is when a column's values are shuffled among the rows.", found[0].metric)
    caveat = words("Columns that tell the same stand in for each other, and so seem to matter less.")
    table = Table((words("column"), words("loss"), words("95% interval")), rows, frozenset({1}))
    blocks = (text(f"{said} {caveat}"), *_drawn(told, charts.of_importance), table)
    return Section("importance", words("Why it answers so"), blocks)


def cost(told: Told) -> Section | None:
    """The section of energy and price, where it was measured."""
    words, found = told.words, told.report.cost
    if found is None:
        return None
    rows: list[tuple[Line, ...]] = [
        (
            (words(name),),
            (Figure(one.kwh, "energy"),),
            span(one.low, one.high, words(" to "), "energy"),
            (Figure(one.co2e, "short"), " g"),
            (Figure(one.price, "short"), f" {found.currency}"),
        )
        for name, one in (("the training", found.training), ("a thousand predictions", found.thousand))
    ]
    heads = ("of", "energy", "within", "CO2e", "price of the energy")
    blocks: list[Block] = [
        Table(tuple(words(head) for head in heads), tuple(rows), frozenset({1, 3, 4})),
        text(*_speed(told, found)),
        text(words("Grid: {}. ", words.note(found.grid)), words.pieces(found.method)),
    ]
    return Section("cost", words("What it takes"), tuple(blocks))


def _speed(told: Told, found: Cost) -> Line:
    words = told.words
    return (
        words("One row alone takes "),
        Figure(found.p50, "short"),
        words(" ms in the median and "),
        Figure(found.p99, "short"),
        words(" ms at the 99th percentile; the bundle holds "),
        Figure(found.size, "count"),
        words(" bytes; a million predictions cost "),
        Figure(found.million, "short"),
        f" {found.currency}.",
    )


def _drawn(told: Told, draw: charts.Draw) -> Iterator[Block]:
    if told.card.pictures and not told.report.doubt:
        yield from draw(told)
