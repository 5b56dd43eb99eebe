"""How much personal data is found, and how much that is none: on texts and columns made from the formats' definitions.

    python benchmarks/personal.py [--texts 6000] [--seed 7] [--out personal.json]

Nothing here knows how `modelyard.data.personal` looks for it: check digits are computed, not tested, and what is no
personal data is made from what order numbers, amounts, versions, moments and digests look like. A number with a
wrong check digit counts as none.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.data.personal.columns import held
from modelyard.data.personal.finder import Finder
from people import columns, misses, texts

if TYPE_CHECKING:
    from people.texts import Text

RECALL, PRECISION = 0.95, 0.98
WHOLE = 0.8  # of what was planted that must be covered to count as found


@dataclass
class Tally:
    """By sort: what was planted, what of it was found, what was found in all, and what of that was right."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def recall(self, sort: str = "") -> float:
        """Of one sort, or of all."""
        return _share(self.found, self.planted, sort)

    def precision(self, sort: str = "") -> float:
        """Of one sort, or of all."""
        return _share(self.right, self.told, sort)


def _share(part: Counter[str], whole: Counter[str], sort: str) -> float:
    if sort:
        return part[sort] / whole[sort] if whole[sort] else 1.0
    return part.total() / whole.total() if whole.total() else 1.0


def measured(count: int, seed: int) -> Tally:
    """So many texts with personal data, half as many without, and columns."""
    draw, finder, tally = random.Random(seed), Finder(), Tally()  # noqa: S311 - a benchmark's draw
    for _ in range(count):
        _count_text(texts.text(draw), finder, tally)
    for _ in range(count // 2):
        _count_text(misses.text(draw), finder, tally)
    for sort, series in columns.all_of(draw):
        tally.planted[f"column {sort}"] += bool(sort)
        whole = held(series, finder).whole
        if whole:
            tally.told[f"column {whole}"] += 1
            tally.right[f"column {whole}"] += whole == sort
        tally.found[f"column {sort}"] += bool(sort) and whole == sort
        if whole != sort:
            tally.wrong.append(f"column {series.name}: {whole or 'nothing'} instead of {sort or 'nothing'}")
    return tally


def _count_text(text: Text, finder: Finder, tally: Tally) -> None:
    spans = finder.spans(text.text)
    for sort, start, end in text.planted:
        covered = sum(max(0, min(end, s.end) - max(start, s.start)) for s in spans if s.sort == sort)
        tally.planted[sort] += 1
        tally.found[sort] += covered >= WHOLE * (end - start)
        if covered < WHOLE * (end - start):
            tally.wrong.append(f"missed {sort}: {text.text!r}")
    for span in spans:
        right = any(span.sort == sort and span.start < end and start < span.end for sort, start, end in text.planted)
        tally.told[span.sort] += 1
        tally.right[span.sort] += right
        if not right:
            tally.wrong.append(f"wrong {span.sort} {text.text[span.start : span.end]!r}: {text.text!r}")


def main(words: list[str] | None = None) -> int:
    """Print recall and precision by sort and of all; 1 where they miss what they are to be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wrong", type=int, default=0, help="so many mistakes are shown")
    parser.add_argument("--out", type=Path)
    said = parser.parse_args(words)
    tally = measured(said.texts, said.seed)
    lines = {sort: (tally.recall(sort), tally.precision(sort)) for sort in sorted(tally.planted | tally.told)}
    for sort, (recall, precision) in lines.items():
        show(f"{sort:24} planted {tally.planted[sort]:6,}  recall {recall:7.2%}  precision {precision:7.2%}")
    recall, precision = tally.recall(), tally.precision()
    show(f"{'all':24} planted {tally.planted.total():6,}  recall {recall:7.2%}  precision {precision:7.2%}")
    for line in tally.wrong[: said.wrong]:
        show(line)
    if said.out:
        told = {"recall": recall, "precision": precision, "sorts": lines, "texts": said.texts, "seed": said.seed}
        said.out.write_text(json.dumps(told, indent=2), encoding="utf-8")
    return 0 if recall >= RECALL and precision >= PRECISION else 1


def show(line: str) -> None:
    """On standard output."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
