"""A thousand damaged files, each read as it is usual and with `damaged: refuse`: nothing may be lost in silence.

Every file must give an error that names a place and a way out, or rows. Rows that are read, and those that are
refused, are as many as a patient reader of this benchmark's own finds in the file, and say the same. No other
exception, no more than `SECONDS` for fifty files, no more than `MEMORY`. Prints a table of outcomes, and writes it to
benchmarks/results/damaged.json.

Run it from the checkout: `python benchmarks/damaged.py` (some minutes); `--files 100` for a taste.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from damaging import counting, making

RESULT = Path(__file__).parent / "results" / "damaged.json"
BATCH = 50  # files that a process reads
SECONDS = 300.0  # that it may take; the machine may be busy
MEMORY = 3 << 30  # bytes that it may take
MODES = ("tell", "refuse")


@dataclass(frozen=True)
class Outcome:
    """What came of a file: rows, rows and refusals, an error; or `lost` or `crashed`, which must not be."""

    seed: int
    kind: str
    mode: str
    result: str
    told: str = ""


def outcome(seed: int, mode: str, folder: Path) -> Outcome:
    """Read one file."""
    case = making.case(seed)
    (folder / case.name).write_bytes(case.content)
    try:
        result, told = _read(case, mode, folder)
    except BaseException as error:  # noqa: BLE001 - what must not be is told, not raised
        result, told = "crashed", f"{type(error).__name__}: {error}"[:500]
    return Outcome(seed, case.kind, mode, result, told)


def _read(case: making.Case, mode: str, folder: Path) -> tuple[str, str]:
    from modelyard.core import refusals
    from modelyard.core.errors import ModelyardError
    from modelyard.families import SOURCES

    settings = {"path": case.name} | ({"damaged": mode} if case.source != "arrow" else {})
    source: Any = SOURCES.build(case.source, settings)
    try:
        with refusals.collecting() as refused:
            rows = source.read(folder).collect()
    except ModelyardError as error:
        named = error.where.startswith("rows.") and any(problem.hint for problem in error.problems)
        return ("error", error.problem) if named else ("error without place or hint", str(error))
    problem = _lost(case, source, folder, rows.height, refused.count)
    if problem:
        return "lost", problem
    if refused.count:
        return "rows, some refused", ""
    return ("rows, mended", refused.repairs[0]) if refused.repairs else ("rows", "")


def _lost(case: making.Case, source: Any, folder: Path, rows: int, refused: int) -> str:  # noqa: ANN401 - of any family's part
    """What does not add up; nothing where all does."""
    from modelyard.core import refusals

    if case.rows is not None:
        return "" if rows + refused == case.rows else f"{rows} + {refused} of {case.rows} rows"
    with refusals.collecting():
        held = [row for piece in source.pieces(folder, 1000) for row in piece]
    if case.source == "jsonl":
        good, bad = counting.objects(case.content)
        return (
            ""
            if (good, bad) == (held, refused) and rows == len(good)
            else f"{rows} + {refused}, not {len(good)} + {bad}"
        )
    return _lost_text(source, folder, held, (rows, refused))


def _lost_text(source: Any, folder: Path, held: list[dict[str, Any]], told: tuple[int, int]) -> str:  # noqa: ANN401
    from modelyard.data.delimited import encodings
    from modelyard.data.files import found
    from modelyard.data.unpacking import opened

    with opened(found(source.path, folder)[0]) as content:
        raw = b"".join(iter(lambda: content.read(1 << 20), b""))
    text = raw.decode(encodings.of(raw) or "utf-8", "modelyard.marked").removeprefix("\ufeff").replace("\n\ufeff", "\n")
    names = list(held[0])
    separator = next((s for s in ",;\t|" if counting.records(text, s).header == names), ",")
    expected = counting.records(text, separator)
    bad = expected.bad
    if source.damaged == "tell":  # null bytes are text there
        expected = counting.records(text.replace("\0", "\u2400"), separator)
        bad = expected.bad
    if (len(expected.good), bad) != told or len(held) != told[0]:
        return f"{told[0]} rows ({len(held)} in pieces) and {told[1]} refused, not {len(expected.good)} and {bad}"
    missing = {"", *source.missing}
    wanted = [[None if value in missing else value.replace("\u2400", "\0") for value in row] for row in expected.good]
    return "" if wanted == [list(row.values()) for row in held] else "other values than the file holds"


def batch(seeds: range) -> list[Outcome]:
    """Some files in a process of its own, bounded in time and memory."""
    command = [sys.executable, __file__, "--batch", str(seeds.start), str(seeds.stop)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        lines, end = done.stdout.splitlines(), f"the process ended with {done.returncode}: {done.stderr[-300:]}"
    except subprocess.TimeoutExpired as late:
        lines, end = (late.stdout or b"").decode().splitlines(), f"no answer in {SECONDS:.0f} s"
    found = [Outcome(**json.loads(line)) for line in lines if line.startswith("{")]
    if len(found) < len(seeds) * len(MODES):
        seed = seeds.start + len(found) // len(MODES)
        found.append(Outcome(seed, making.case(seed).kind, MODES[len(found) % len(MODES)], "crashed", end))
    return found


def _batch(start: int, stop: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(start, stop):
            for mode in MODES:
                print(json.dumps(asdict(outcome(seed, mode, Path(folder)))), flush=True)


def main() -> int:
    """Make, read, count, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--batch", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.batch:
        _batch(*asked.batch)
        return 0
    found = [
        one for start in range(0, asked.files, BATCH) for one in batch(range(start, min(start + BATCH, asked.files)))
    ]
    counted = Counter((one.kind, one.mode, one.result) for one in found)
    for (kind, mode, result), count in sorted(counted.items()):
        print(f"{kind:24} {mode:7} {result:30} {count:5}")
    wrong = [one for one in found if one.result in {"lost", "crashed", "error without place or hint"}]
    for one in wrong[:20]:
        print(f"seed {one.seed}, {one.kind}, {one.mode}: {one.result}: {one.told}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"{asked.files} files, {len(wrong)} wrong; {peak / 1e9:.2f} GB at most")
    RESULT.parent.mkdir(exist_ok=True)
    told = {"files": asked.files, "peak_bytes": peak, "cores": os.cpu_count(), "wrong": [asdict(one) for one in wrong]}
    told["outcomes"] = {" / ".join(key): count for key, count in sorted(counted.items())}
    RESULT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
