"""Two bundles on the same rows: is the second really better? All frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Bout:
    """One metric of both: `difference` is the second's value less the first's, with its 95% interval (paired).

    `verdict` is what it says of the second.
    """

    metric: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    verdict: Literal["better", "worse", "not distinguishable"]


@dataclass(frozen=True)
class Contest:
    """What two bundles' answers to the same rows say; `first` and `second` are their names, with digests if alike."""

    first: str
    second: str
    target: str
    rows: int
    test_digest: str
    bouts: tuple[Bout, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Whether the second is better by the first metric, in a sentence."""
        bout = self.bouts[0]
        if math.isnan(bout.difference):
            return f"whether {self.second} is better cannot be said: {bout.metric} is not defined on these rows"
        phrase = {
            "better": f"{self.second} is better than {self.first}",
            "worse": f"{self.second} is worse than {self.first}",
            "not distinguishable": f"{self.second} cannot be told from {self.first}",
        }[bout.verdict]
        values = f"{bout.metric} {bout.second:.4f} against {bout.first:.4f}"
        return f"{phrase}: {values}, {bout.difference:+.4f} ({bout.low:+.4f} to {bout.high:+.4f}) on {self.rows} rows"

    def __str__(self) -> str:
        """The verdict, and the figures as lines of text."""
        lines = [
            f"  {b.metric:<10} {b.first:>10.4f} {b.second:>10.4f} {b.difference:>+10.4f} "
            f"({b.low:+.4f} to {b.high:+.4f})  {b.verdict}"
            for b in self.bouts
        ]
        return "\n".join([self.verdict, *lines, *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        from html import escape

        heads = ("metric", self.first, self.second, "difference", "95% interval", "the second is")
        head = "".join(f"<th>{escape(each)}</th>" for each in heads)
        rows = "".join(
            f"<tr><td>{escape(b.metric)}</td><td>{b.first:.4f}</td><td>{b.second:.4f}</td><td>{b.difference:+.4f}</td>"
            f"<td>{b.low:+.4f} to {b.high:+.4f}</td><td>{b.verdict}</td></tr>"
            for b in self.bouts
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<table><caption>{escape(self.verdict)}</caption><tr>{head}</tr>{rows}</table>{notes}"
