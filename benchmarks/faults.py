"""Whether `modelyard check` finds what is wrong with tables, and says nothing severe of sound ones.

Plants every fault of `benchmarks/faulty` by seeds and looks for each by the finding's word, its column, and its rows
where single rows are wrong: at least nine in ten of those that a finding lists must be planted ones (six in ten for
labels, some of which no model can tell), and of the planted ones at least half must be counted. Then checks public
tables: ten by which thresholds were set, and five that nobody looked at before.

Run it from the checkout: `python benchmarks/faults.py` (about two minutes); `--seeds 3` plants by three seeds. Ends
with 1 if a fault is missed, or if something severe is said of a sound table.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faulty import chinese as _chinese  # noqa: F401 - its faults list themselves
from faulty import clean
from faulty import columns as _columns  # noqa: F401
from faulty import parts as _parts  # noqa: F401
from faulty import tables as _tables  # noqa: F401
from faulty import values as _values  # noqa: F401
from faulty.work import FAULTS, Fault, sound
from modelyard.core.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelyard.quality.checkup import Checkup

ROWS, SMALL = 4000, 2000  # of the large table, of the others
RIGHT = {"label_noise": 0.6}  # share of listed rows that must be planted ones; of other findings nine in ten


@dataclass(frozen=True)
class Looked:
    """A fault and the finding that tells of it, if one does; or what was wrong with the one that should."""

    fault: Fault
    finding: Finding | None
    why: str = ""


def main() -> int:
    """Plant, look, check the sound ones, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    looked = [one for seed in range(asked.seeds) for one in planted(seed)]
    missed = [one for one in looked if one.finding is None]
    with tempfile.TemporaryDirectory() as folder:
        recipes = {**clean.bundled(Path(folder)), **clean.TABLES}
        loud = [name for name, said in recipes.items() if severe(name, said)]
        print("\ntables that no threshold was set by:")
        loud += [name for name, said in clean.UNSEEN.items() if severe(name, said)]
    print(f"\n{len(looked) - len(missed)} of {len(looked)} faults found; {len(loud)} sound tables called severe")
    return 1 if missed or loud else 0


def planted(seed: int, tables: Collection[str] = ()) -> list[Looked]:
    """Every fault, or those of some tables, planted by a seed and looked for; printed."""
    from modelyard import run

    found: list[Looked] = []
    for table in dict.fromkeys(fault.table for fault in FAULTS if not tables or fault.table in tables):
        faults = [fault for fault in FAULTS if fault.table == table]
        work = sound(ROWS if table == "large" else SMALL, seed)
        rows = {fault.name: fault.plant(work) for fault in faults}
        with tempfile.TemporaryDirectory() as folder:
            checkup = run.check(recipe(work, Path(folder)))
        for fault in faults:
            one = look(fault, rows[fault.name], checkup)
            found.append(one)
            word = f"found as {one.finding.finding}, {one.finding.severity}" if one.finding else f"MISSED {one.why}"
            print(f"  {table:<18} {fault.name:<42} {word}")
    return found


def look(fault: Fault, rows: Any, checkup: Checkup) -> Looked:  # noqa: ANN401 - as `Plant` returns them
    """The finding that tells of a fault: of its word, its column and its rows."""
    named = [
        f for f in checkup.findings if f.finding in fault.found and (not fault.column or fault.column in f.columns)
    ]
    why = "no such finding" if not named else ""
    for finding in named:
        why = "" if rows is None else rows_wrong(fault, finding, np.asarray(rows) + 1)
        if not why:
            return Looked(fault, finding)
    return Looked(fault, None, why)


def rows_wrong(fault: Fault, finding: Finding, planted_rows: Any) -> str:  # noqa: ANN401
    """What is wrong with the rows that a finding lists; empty where they are those that were planted."""
    listed, count = finding.evidence.get("rows"), finding.evidence.get("count")
    if not isinstance(listed, list) or not isinstance(count, int):
        return "lists no rows"
    right = sum(row in planted_rows for row in listed) / max(len(listed), 1)
    least = RIGHT.get(fault.found[0], 0.9)
    if right < least or count < 0.5 * len(planted_rows) or count * least > len(planted_rows) * 1.2:
        return f"{right:.0%} of the listed rows are right, {count} are told for {len(planted_rows)}"
    return ""


def severe(name: str, said: dict[str, Any]) -> bool:
    """Whether something severe is said of a sound table; printed."""
    from modelyard import run

    started = time.perf_counter()
    checkup = run.check(clean.recipe(name, said))
    words = ", ".join(f"{f.finding} ({', '.join(f.columns[:2])})" for f in checkup.severe)
    warnings = dict.fromkeys(f.finding for f in checkup.findings if f.severity == "warning")
    took = time.perf_counter() - started
    print(
        f"  {name:<16} {checkup.verdict:<9} {took:5.1f} s  severe: {words or 'none'}; warnings: {', '.join(warnings)}"
    )
    return bool(checkup.severe)


def recipe(work: Any, folder: Path) -> dict[str, Any]:  # noqa: ANN401 - faulty.work.Work
    """A recipe for a faulty table, whose parts are written into a folder."""
    places = {}
    for part in ("train", *work.parts):
        places[part] = str(folder / f"{part}.parquet")
        work.frame(part).write_parquet(places[part])
    return {"version": 1, "name": "faulty", "data": places, "target": work.target, "model": "linear", **work.said}


if __name__ == "__main__":
    sys.exit(main())
