"""What a report on later rows says beside the one that a bundle was packed with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelyard.evaluate import slices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.report import Report, Score


def notes(now: Report, packed: Report) -> Iterator[str]:
    """A sentence on each metric of all rows that has changed beyond chance, and in any case on the first.

    The rows are other rows, so that the intervals of both figures make that of their difference: the squared distances
    of its ends are the sums of theirs (MOVER: Zou and Donner 2008, equation 3).
    """
    if now.test_digest == packed.test_digest:
        yield "these are the rows that the bundle's own report was measured on"
        return
    first = True
    for score in (each for each in now.scores if each.slice is None):
        before = packed.score(score.metric)
        if before is None or math.isnan(score.value - before.value):
            continue
        low, high = ends(score, before)
        beyond = low > 0 or high < 0
        if first or (beyond and score.rows >= slices.FEWEST):
            said = "more than chance" if beyond else "no more than chance"
            said = said if score.rows >= slices.FEWEST else "too few rows to say whether that is chance"
            these = "this 1 row" if score.rows == 1 else f"these {score.rows} rows"
            yield (
                f"{score.metric} is {score.value:.4f} on {these}, {before.value:.4f} in the bundle's "
                f"report, on {before.rows}: {score.value - before.value:+.4f} ({low:+.4f} to {high:+.4f}), {said}"
            )
        first = False


def ends(now: Score, before: Score) -> tuple[float, float]:
    """The 95% interval of `now` less `before`, of different rows."""
    apart = now.value - before.value
    below = math.hypot(now.value - now.low, before.high - before.value)
    above = math.hypot(now.high - now.value, before.value - before.low)
    return apart - below, apart + above
