"""Would more data help? The same model learnt from fewer rows, measured on the same test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.evidence import Curve
from modelyard.core.seeds import generator
from modelyard.evaluate.pairs import Rows, gap, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.types import Floats, Ints

SHARES = (0.125, 0.25, 0.5)  # of the training rows, before all of them


def order(strata: Ints, seed: int) -> Ints:
    """An order of rows whose every beginning has each stratum in proportion, and first a row of each: [rows] int."""
    shuffled = generator(seed, "learning").permutation(len(strata))
    place = np.zeros(len(strata))
    for one in np.unique(strata):
        mine = shuffled[strata[shuffled] == one]
        place[mine] = np.arange(len(mine)) / len(mine)
    return shuffled[np.argsort(place[shuffled], kind="stable")]


def curve(rows: Rows, metric: Metric, name: str, sizes: Sequence[int], answers: Sequence[Floats]) -> tuple[Curve, str]:
    """The metric by how many rows were learnt from, each with its interval, and what the last step says, in a sentence.

    `answers` [rows, outputs] are those of the models by their size, the last of all rows.
    """
    found = measured(rows, [(metric, each) for each in answers])
    drawn = Curve(
        "learning",
        tuple(float(size) for size in sizes),
        tuple(each.value for each in found),
        tuple(each.low for each in found),
        tuple(each.high for each in found),
        tuple(sizes),
    )
    last = gap(rows, metric, answers[-1], answers[-2])
    says = {
        "better": "more rows would help",
        "worse": "it learns no more from more rows, and is worse",
        "not distinguishable": "more rows of this kind would hardly show",
    }[last.verdict]
    step = f"{name} {last.difference:+.4f} ({last.low:+.4f} to {last.high:+.4f})"
    return drawn, f"learnt from {sizes[-1]:,} rows instead of {sizes[-2]:,}: {step}: {says}"
