"""Models side by side: how well each answers the same rows, and what it takes to train, to hold and to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """A metric on the test rows with its 95% interval; None where it is not defined."""

    metric: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Lead:
    """How far a line's first metric lies above the one of the line `over`, on the same rows.

    The intervals of all lines hold the truth together in 95% of cases (Bonferroni), so each is the wider, the more
    lines there are: of many models one looks good by chance. `verdict` is about the line that this is the lead of.
    """

    over: str
    difference: float | None
    low: float | None
    high: float | None
    verdict: Literal["better", "worse", "not distinguishable"]


@dataclass(frozen=True)
class Alternative:
    """A line of the answer to "is the large model worth it?"; `chosen` is the recipe's model.

    Quality follows from the rows and the seed: `figures` (the first is what lines are compared by), and the leads over
    the chosen line and over the best one. The rest are facts of one machine and one day: `seconds` and `energy`
    (watt-hours) of the fit; `latency`, the median milliseconds of one row alone, on one thread, from values to answers;
    `core`, milliseconds of a core for such a row, in the mean; `size`, bytes of graph and encoders; `cost` of a million
    such rows in `currency`.
    """

    name: str
    model: str
    settings: dict[str, Any] = field(default_factory=dict)
    chosen: bool = False
    figures: tuple[Figure, ...] = ()
    over_chosen: Lead | None = None
    over_best: Lead | None = None
    seconds: float = 0.0
    energy: float = 0.0
    latency: float = 0.0
    core: float = 0.0
    size: int = 0
    cost: float = 0.0
    currency: str = "USD"

    @property
    def value(self) -> float | None:
        """What it is compared by."""
        return self.figures[0].value if self.figures else None
