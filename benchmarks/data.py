"""A large CSV file to a cache that a model learns from: Modelyard beside pandas with scikit-learn, on the same steps.

Makes a mixed table (ten million rows of twenty columns: numbers with gaps, counts, categories of few and of many
levels, days, moments, truth values), and takes it, in a process each, from the file to arrays on disk:

1. read, with the type of each column decided by all rows;
2. leave out what has no target; find what is constant, what differs in every row, what is another column again;
3. keep copies of rows together, and split 60 : 20 : 20 by class;
4. clip numbers at two quantiles of the training rows and scale them, gaps flagged; levels to codes, moments to parts;
5. write the three parts, as rows and as arrays, so that a second run maps them.

It prints, and writes to benchmarks/results/data.json: the seconds and the most memory of each, in turns, their median
ratio, and the seconds from the call to the arrays of a second run of ours, in a process of its own.

`python benchmarks/data.py` takes some minutes and 15 GB of disk; `--rows 1000000` for a taste.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

RESULT = Path(__file__).parent / "results" / "data.json"
PIECE = 500_000
LEVELS = (3, 12, 50, 300, 2000)
TARGET = "outcome"
MOMENTS = ("day_0", "day_1", "when")
BAR, SECOND, MEMORY = 3.0, 2.0, 4.0  # times as fast; seconds of a second run; gigabytes


def main() -> None:
    """Make the rows, run each in turn, tell."""
    asked = _asked()
    if asked.work is not None:
        print(json.dumps(WORK[asked.work](asked.file, asked.folder)))
        return
    with tempfile.TemporaryDirectory(dir=asked.place) as place:
        file = Path(place) / "rows.csv"
        _write(file, asked.rows)
        print(f"{asked.rows:,} rows of 20 columns, {file.stat().st_size / 1e9:.2f} GB, {os.cpu_count()} cores")
        told: dict[str, list[dict[str, Any]]] = {"ours": [], "theirs": [], "again": []}
        for _ in range(asked.rounds):
            shutil.rmtree(Path(place) / "ours", ignore_errors=True)
            for name in ("theirs", "ours", "again"):
                told[name].append(_run(name, file, Path(place) / ("ours" if name == "again" else name)))
                print(f"{name:7} {told[name][-1]['seconds']:7.1f} s  {told[name][-1]['peak'] / 1e9:.2f} GB", flush=True)
    _tell(asked.rows, told)


def _tell(rows: int, told: dict[str, list[dict[str, Any]]]) -> None:
    pairs = zip(told["ours"], told["theirs"], strict=True)
    ratio = statistics.median(theirs["seconds"] / ours["seconds"] for ours, theirs in pairs)
    second = statistics.median(one["seconds"] for one in told["again"])
    peak = max(one["peak"] for one in told["ours"]) / 1e9
    print(f"times as fast as pandas and scikit-learn: {ratio:.2f} (bar {BAR}): {_yes(ratio >= BAR)}")
    print(f"memory at most: {peak:.2f} GB (bar {MEMORY}): {_yes(peak < MEMORY)}")
    print(f"a second run, until the arrays are there: {second:.2f} s (bar {SECOND}): {_yes(second < SECOND)}")
    RESULT.parent.mkdir(exist_ok=True)
    summary = {"rows": rows, "ratio": ratio, "second": second, "peak_gb": peak, "runs": told}
    RESULT.write_text(json.dumps(summary | {"load": os.getloadavg()[0]}, indent=2) + "\n", encoding="utf-8")


def ours(file: Path, folder: Path) -> dict[str, Any]:
    """By a recipe."""
    began = time.perf_counter()
    import modelyard

    ready = modelyard.prepare(
        {
            "version": 1,
            "name": "large",
            "data": str(file),
            "target": TARGET,
            "columns": {name: {"kind": "time"} for name in MOMENTS},
            "prepare": [{"step": "clip", "low": 0.01, "high": 0.99}],
            "model": "linear",
        },
        home=folder,
    )
    return {"seconds": time.perf_counter() - began, "rows": dict(ready.rows), "peak": _peak()}


def theirs(file: Path, folder: Path) -> dict[str, Any]:
    """As it is usually written."""
    began = time.perf_counter()
    import pandas as pd  # noqa: TID251 - it is what is compared with
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.model_selection import GroupShuffleSplit, train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, StandardScaler

    frame = pd.read_csv(file, parse_dates=list(MOMENTS))
    frame = frame[frame[TARGET].notna()]
    different = frame.nunique(dropna=False)
    gone = [
        name for name in frame if name != TARGET and (different[name] <= 1 or _numbered(frame[name], different[name]))
    ]
    sums = {name: pd.util.hash_pandas_object(frame[name], index=False).sum() for name in frame}
    for name in frame:
        earlier = [one for one in frame if one != name and sums[one] == sums[name] and frame[one].equals(frame[name])]
        gone += [name for one in earlier[:1] if one not in gone and name != TARGET]
    frame = frame.drop(columns=gone)
    copies = frame.duplicated(keep=False)
    target = (frame[TARGET] == "bad").to_numpy().astype(np.int64)
    places = np.arange(len(frame))
    if copies.any():  # whoever has copies keeps them together
        groups = pd.factorize(pd.util.hash_pandas_object(frame, index=False))[0]
        rest, test = next(GroupShuffleSplit(1, test_size=0.2, random_state=7).split(places, target, groups))
        train, valid = next(
            GroupShuffleSplit(1, test_size=0.25, random_state=7).split(rest, target[rest], groups[rest])
        )
        train, valid = rest[train], rest[valid]
    else:
        rest, test = train_test_split(places, test_size=0.2, random_state=7, stratify=target)
        train, valid = train_test_split(rest, test_size=0.25, random_state=7, stratify=target[rest])
    numbers = [name for name in frame if name.startswith(("amount", "count"))]
    parts = {"train": frame.iloc[train], "valid": frame.iloc[valid], "test": frame.iloc[test]}
    del frame
    low, high = parts["train"][numbers].quantile(0.01), parts["train"][numbers].quantile(0.99)
    encode = ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(
                    FunctionTransformer(lambda some: some.clip(low, high, axis=1)),
                    SimpleImputer(strategy="mean", add_indicator=True),
                    StandardScaler(),
                ),
                numbers,
            ),
            (
                "levels",
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2),
                [name for name in parts["train"] if name.startswith("kind")],
            ),
            ("moments", FunctionTransformer(_calendar), [name for name in MOMENTS if name in parts["train"]]),
            ("truth", "passthrough", ["member"]),
        ]
    )
    encode.fit(parts["train"].drop(columns=TARGET))
    folder.mkdir(exist_ok=True)
    for name, part in parts.items():
        part.to_parquet(folder / f"{name}.parquet")
        np.save(folder / f"{name}.npy", encode.transform(part.drop(columns=TARGET)).astype(np.float32))
    rows = {name: len(part) for name, part in parts.items()}
    return {"seconds": time.perf_counter() - began, "rows": rows, "peak": _peak()}


def _numbered(column: Any, different: int) -> bool:  # noqa: ANN401 - pandas' own
    """Whether a column of whole numbers differs in every row."""
    return different == len(column) and column.dtype.kind == "i"


def _calendar(moments: Any) -> Any:  # noqa: ANN401 - pandas' own
    """The parts that Modelyard's encoder of times makes: trend, and year, month, week and day as angles."""
    made = []
    for name in moments:
        missing = moments[name].isna()
        some = moments[name].fillna(np.datetime64(0, "s"))
        days = some.to_numpy().astype("datetime64[us]").astype(np.int64) / 86_400e6
        turns = [(some.dt.day_of_year - 1) / 365.25, (some.dt.day - 1) / 31, some.dt.day_of_week / 7]
        turns += [days] if name == "when" else []
        made += [(days - 18_500) / 600, some.dt.day_of_week / 3 - 1, missing]
        made += [part for turn in turns for part in (np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn))]
    return np.stack([np.asarray(part, dtype=np.float32) for part in made], axis=1)


WORK = {"ours": ours, "theirs": theirs, "again": ours}


def _run(name: str, file: Path, folder: Path) -> dict[str, Any]:
    """One of them in a process of its own; ours keeps to the memory of the bar."""
    words = [sys.executable, __file__, "--work", name, "--file", str(file), "--folder", str(folder)]
    limit = {} if name == "theirs" else {"MODELYARD_MEMORY": str(MEMORY)}
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **limit})
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _peak() -> int:
    """The most memory that this process has held, files that it has mapped included."""
    told = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in told if line.startswith("VmHWM"))


def _write(file: Path, rows: int) -> None:
    for start in range(0, rows, PIECE):
        piece = _piece(start, min(PIECE, rows - start))
        with file.open("ab") as out:
            piece.write_csv(out, include_header=start == 0, datetime_format="%Y-%m-%d %H:%M:%S")


def _piece(start: int, rows: int) -> pl.DataFrame:
    random = np.random.default_rng([7, start])
    columns: dict[str, Any] = {f"amount_{n}": random.normal(50 + 50 * n, 10 + 10 * n, rows).round(3) for n in range(7)}
    columns |= {f"count_{n}": random.integers(0, 10 ** (n + 1), rows) for n in range(3)}
    for n, many in enumerate(LEVELS):
        columns[f"kind_{n}"] = np.array([f"level {level} 类" for level in range(many)])[random.integers(0, many, rows)]
    for n in range(2):
        columns[f"day_{n}"] = np.datetime64("2020-01-01") + random.integers(0, 2000, rows)
    seconds = random.integers(0, 10**8, rows)
    columns["when"] = (np.datetime64("2020-01-01T00:00:00") + seconds).astype("datetime64[us]")
    columns["member"] = random.random(rows) < 0.4
    signal = columns["amount_1"] / 20 + random.normal(0, 2, rows)
    frame = pl.DataFrame(columns).with_columns(pl.Series(TARGET, np.where(signal > 5, "bad", "good")))
    gaps = [
        pl.when(pl.Series(random.random(rows) < 0.05)).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("amount_0", "kind_1", "day_0")
    ]
    return frame.with_columns(gaps)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--place", type=Path, default=None, help="where the rows are written")
    parser.add_argument("--work", choices=sorted(WORK), default=None, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


def _yes(passed: bool) -> str:  # noqa: FBT001 - a bar is passed or not
    return "passed" if passed else "MISSED"


if __name__ == "__main__":
    main()
