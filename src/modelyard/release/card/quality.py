"""How good it is: the metrics, the baselines, the curves, what mistakes it makes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.release.card import charts, folded, metrics
from modelyard.release.card.blocks import Block, Figure, Line, Section, Table, Tile, Tiles, span, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.report import Comparison, Report, Score
    from modelyard.release.card.told import Told


def glance(told: Told) -> Tiles:
    """What matters most, in large type."""
    report, words = told.report, told.words
    first = next(iter(report.scores), None)
    tiles = []
    if first is not None:
        meaning = words(metrics.meaning(first.metric))
        whole = (words("95% interval"), " ", *span(first.low, first.high, words(" to ")))
        tiles.append(Tile(first.metric, (_figure(first, report),), (*whole, *(("; ", meaning) if meaning else ()))))
    hardest = _hardest(report)
    if hardest is not None:
        beside = (words(hardest.verdict), words(": "), words(hardest.baseline), " ", Figure(hardest.value))
        tiles.append(Tile(words("Beside the simplest answers"), (Figure(hardest.difference, "signed"),), beside))
    rows = report.rows
    learnt = (words("learnt from"), " ", Figure(rows["train"], "count"), words(" rows"))
    tiles.append(Tile(words("Measured on"), (Figure(rows["test"], "count"), words(" rows")), learnt))
    if report.cost is not None:
        p50 = (words("half of them within"), " ", Figure(report.cost.p50, "short"), " ms")
        tiles.append(Tile(words("One answer takes"), (Figure(report.cost.p99, "short"), " ms (p99)"), p50))
    return Tiles(tuple(tiles))


def _hardest(report: Report) -> Comparison | None:
    """The baseline that is the hardest to beat by the first metric."""
    known = [one for one in report.foremost if not math.isnan(one.difference)]
    sign = 1 if known and report.higher_is_better[known[0].metric] else -1
    return min(known, key=lambda one: sign * one.difference, default=None)


def section(told: Told) -> Section:
    """The section of quality."""
    words, report = told.words, told.report
    blocks: list[Block] = [
        text(words("Measured on rows that no choice has seen; the interval says what other rows might have given."))
    ]
    blocks += [_scores(told), *_baselines(told), *folded.blocks(told), *_confusion(told), *_pictures(told)]
    return Section("quality", words("How good it is"), tuple(blocks if report.scores else blocks[:1]))


def _scores(told: Told) -> Table:
    words, report = told.words, told.report
    heads = (words("metric"), words("value"), words("95% interval"), words("what it says"))
    rows = tuple(
        (
            (score.metric,),
            (_figure(score, report),),
            span(score.low, score.high, words(" to ")),
            (words(metrics.meaning(score.metric)),),
        )
        for score in report.scores
        if score.slice is None
    )
    return Table(heads, rows, frozenset({1}), wordy=True)


def _figure(score: Score, report: Report) -> Figure:
    return Figure(score.value, doubtful=bool(report.doubt))


def _baselines(told: Told) -> Iterator[Block]:
    """The model beside the simplest answers."""
    words, compared = told.words, told.report.comparisons
    if not compared:
        return
    yield text(words("Against the simplest answers: the difference is the model's value less the baseline's."))
    heads = ("baseline", "metric", "its value", "difference", "95% interval", "verdict")
    rows = tuple(_against(told, one) for one in sorted(compared, key=lambda one: one.baseline))
    yield Table(tuple(words(head) for head in heads), rows, frozenset({2, 3}))


def _against(told: Told, one: Comparison) -> tuple[tuple[str | Figure, ...], ...]:
    words = told.words
    return (
        (words(one.baseline),),
        (one.metric,),
        (Figure(one.value),),
        (Figure(one.difference, "signed"),),
        span(one.low, one.high, words(" to "), "signed"),
        (words(one.verdict),),
    )


def _confusion(told: Told) -> Iterator[Block]:
    words, report = told.words, told.report
    if not report.confusion:
        return
    yield text(words("What it answers (across) to rows of each class (down):"))
    heads = (words("class"), *report.classes)
    rows: list[tuple[Line, ...]] = [
        ((name,), *((Figure(count, "count"),) for count in row))
        for name, row in zip(report.classes, report.confusion, strict=True)
    ]
    yield Table(heads, tuple(rows), frozenset(range(1, len(heads))))


def _pictures(told: Told) -> Iterator[Block]:
    if told.card.pictures and not told.report.doubt:  # no curve is to please where nothing was learnt
        yield from charts.of_quality(told)
