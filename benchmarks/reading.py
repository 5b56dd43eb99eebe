"""How fast a CSV file is read, beside `polars.read_csv` and `pandas.read_csv`, and how much memory each takes.

Makes a file of mixed columns (numbers, counts, words with commas in quotes, codes, dates, texts, gaps), reads it in
processes of their own, in turns, and prints medians, ratios and the most memory that a process held. Polars guesses
types from 10,000 rows; the product looks at all rows, checks each line and keeps codes as text. Writes
benchmarks/results/reading.json.

Run it from the checkout: `python benchmarks/reading.py` (some minutes); `--rows 200000` for a taste.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

RESULT = Path(__file__).parent / "results" / "reading.json"
PRODUCT = "from pathlib import Path; from modelyard.data.sources.csv import Csv"
WAYS = {
    "modelyard": (PRODUCT, "Csv(path=path).read(Path()).collect()"),
    "modelyard, packed": (PRODUCT, "Csv(path=path + '.gz').read(Path()).collect()"),
    "polars": ("import polars", "polars.read_csv(path, infer_schema_length=10000)"),
    "pandas": ("import pandas", "pandas.read_csv(path)"),
    "pandas, C engine": ("import pandas", "pandas.read_csv(path, engine='c')"),
}
TIMED = """
import resource, sys, time
path = sys.argv[1]
{0}
before = resource.getrusage(resource.RUSAGE_SELF)
began = time.perf_counter()
rows = {1}
took = time.perf_counter() - began
after = resource.getrusage(resource.RUSAGE_SELF)
print(took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss * 1024, len(rows))
"""
WORDS = np.array(["rent", "own", "with parents", "上海", "Köln", "other, mixed"])


def table(rows: int) -> pl.DataFrame:
    """Twenty columns of every kind."""
    random = np.random.default_rng(7)
    columns: dict[str, object] = {f"number_{n}": random.normal(size=rows).round(4) for n in range(6)}
    columns |= {f"count_{n}": random.integers(-5, 100_000, rows) for n in range(5)}
    columns |= {f"word_{n}": WORDS[random.integers(0, len(WORDS) - (n > 0), rows)] for n in range(4)}
    columns |= {"flag": random.random(rows) < 0.5, "id": np.arange(rows)}
    columns["code"] = pl.Series(random.integers(0, 99_999, rows)).cast(pl.String).str.zfill(5)
    columns["day"] = pl.Series(random.integers(0, 20_000, rows).astype(np.int32)).cast(pl.Date)
    columns["note"] = "note " + pl.Series(random.integers(0, 10**9, rows)).cast(pl.String) + " of a customer"
    gaps = [pl.when(pl.lit(random.random(rows)) < 0.05).then(None).otherwise(name).alias(name) for name in ("count_2",)]
    return pl.DataFrame(columns).with_columns(gaps)


def timed(way: str, path: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processors, and the most bytes that were held, in a process of its own."""
    code = TIMED.format(*WAYS[way])
    done = subprocess.run([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, check=True)
    took, busy, peak, _ = map(float, done.stdout.split())
    return took, busy, peak


def main() -> None:
    """Write, read in turns, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        table(asked.rows).write_csv(asked.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        # A process begins with the peak of the one that begets it, so this one must stay small.
        subprocess.run([sys.executable, __file__, "--rows", str(asked.rows), "--write", str(path)], check=True)
        subprocess.run(["gzip", "-k1", str(path)], check=True)
        size = path.stat().st_size
        found = {way: list[tuple[float, float, float]]() for way in WAYS}
        for _ in range(asked.turns):
            for way in WAYS:
                found[way].append(timed(way, path))
    told = {
        way: dict(zip(("seconds", "busy", "peak"), map(statistics.median, zip(*runs, strict=True)), strict=True))
        for way, runs in found.items()
    }
    print(f"{asked.rows:,} rows x 20, {size / 1e6:.0f} MB; medians of {asked.turns}; {os.cpu_count()} cores")
    for way, one in told.items():
        print(f"{way:18} {one['seconds']:7.2f} s, {one['busy']:6.2f} s busy, {one['peak'] / 1e9:5.2f} GB at most")
    ours = told["modelyard"]
    for other in ("polars", "pandas", "pandas, C engine"):
        ratio, busy = ours["seconds"] / told[other]["seconds"], ours["busy"] / told[other]["busy"]
        print(f"modelyard takes {ratio:.2f} of the time of {other} ({busy:.2f} of its processors' time)")
    RESULT.parent.mkdir(exist_ok=True)
    kept = {
        "rows": asked.rows,
        "bytes": size,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "ways": told,
    }
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
