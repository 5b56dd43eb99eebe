"""For whom it is worse: slices, disparities, weak slices, and what a mitigation changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.release.card import charts, metrics
from modelyard.release.card.blocks import Block, Figure, Line, Points, Section, Table, span, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.evidence import Disparity
    from modelyard.core.report import Report
    from modelyard.release.card.told import Told

ABREAST = 3  # metrics that a table of groups has room for, on a screen and on paper


def section(told: Told) -> Section:
    """The section of slices; it says so where none was named."""
    words = told.words
    blocks = [*_slices(told), *_disparities(told), *_changes(told), *_weak(told)]
    if not blocks:
        blocks = [text(words("No column was named whose groups are to be told apart (role: slice)."))]
    return Section("slices", words("For whom it is worse"), tuple(blocks))


def _slices(told: Told) -> Iterator[Block]:
    words, report = told.words, told.report
    names = list(dict.fromkeys(score.slice for score in report.scores if score.slice))
    if not names:
        return
    if told.card.pictures and not report.doubt:
        yield from charts.of_slices(told)
    measured = list(dict.fromkeys(score.metric for score in report.scores if score.slice))
    yield text(words("Each metric on each group, with its 95% interval:"))
    for start in range(0, len(measured), ABREAST):
        some = measured[start : start + ABREAST]
        rows: list[tuple[Line, ...]] = [
            ((name,), (_rows(report, name),), *(_value(told, name, metric) for metric in some)) for name in names
        ]
        yield Table((words("group"), words("rows"), *some), tuple(rows), frozenset({1}))


def _rows(report: Report, name: str) -> Figure:
    return Figure(next(score.rows for score in report.scores if score.slice == name), "count")


def _value(told: Told, name: str, metric: str) -> Line:
    score = told.report.score(metric, name)
    if score is None or math.isnan(score.value):
        return (told.words("not defined"),)
    return (
        Figure(score.value, doubtful=bool(told.report.doubt)),
        " (",
        *span(score.low, score.high, told.words(" to ")),
        ")",
    )


def _disparities(told: Told) -> Iterator[Block]:
    words, found = told.words, told.report.disparities
    if not found:
        return
    yield text(words("How far groups lie apart (0 is equal for a difference, 1 for a ratio):"))
    pairs: dict[tuple[str, str], dict[str, Disparity]] = {}
    for one in found:
        pairs.setdefault((one.column, one.metric), {})[one.kind] = one
    heads = ("metric", "column", "difference", "95% interval", "ratio", "95% interval", "lowest", "highest", "rows")
    rows = tuple(_apart(told, both) for both in pairs.values())
    yield Table(tuple(words(head) for head in heads), rows, frozenset({2, 4, 8}))


def _apart(told: Told, both: dict[str, Disparity]) -> tuple[Line, ...]:
    """A metric between the groups of a column, by difference and by ratio as far as they are there."""
    one = next(iter(both.values()))
    figures: list[Line] = []
    for kind in ("difference", "ratio"):
        each = both.get(kind)
        figures += [("-",), ("-",)] if each is None else [(Figure(each.value),), _span(told, each)]
    groups: list[Line] = [(name.removeprefix(f"{one.column} = "),) for name in (one.lowest, one.highest)]
    return ((one.metric,), (one.column,), *figures, *groups, (Figure(one.rows, "count"),))


def _span(told: Told, one: Disparity) -> Line:
    return span(one.low, one.high, told.words(" to "))


def _changes(told: Told) -> Iterator[Block]:
    """What the mitigation changed."""
    words, found = told.words, told.report.changes
    if not found:
        return
    yield text(words("What the mitigation '{}' changed, beside the same model without it:", found[0].mitigation))
    heads = ("metric", "column", "before", "after", "95% interval of the difference")
    rows = tuple(
        (
            (one.metric,),
            (one.column or "",),
            (Figure(one.before),),
            (Figure(one.after),),
            span(one.low, one.high, words(" to "), "signed"),
        )
        for one in found
    )
    yield Table(tuple(words(head) for head in heads), rows, frozenset({2, 3}))


def _weak(told: Told) -> Iterator[Block]:
    """What a search found, the worst first."""
    words, found = told.words, told.report.weak
    if not found:
        return
    yield text(words("Found by a search among all columns, corrected for all groups that were looked at:"))
    lines: list[Line] = [
        (
            one.where,
            f": {one.metric} ",
            Figure(one.value),
            words(" beside "),
            Figure(one.other),
            words(" elsewhere"),
            " (",
            words("difference"),
            " ",
            *span(one.low, one.high, words(" to "), "signed"),
            "; ",
            Figure(one.rows, "count"),
            words(" rows"),
            ")",
        )
        for one in found
    ]
    yield Points(tuple(lines))
    meaning = words(metrics.meaning(found[0].metric))
    if meaning:
        yield text(found[0].metric, words(": "), meaning)
