"""Whether 95% intervals cover: how often those of a report hold the truth, over data sets whose truth is known.

A fixed, imperfect scoring model answers rows that are drawn anew for each data set; what each metric truly is, is known
from two million rows. A slice of a fifth of the rows, where the model is worse, is measured beside the whole. Prints,
and writes to benchmarks/results/intervals.json: for each figure the share of data sets whose interval held the truth,
the standard error of that share, and the mean width. AUC, accuracy, F1 and the rates of decisions, and of the slice all
of them but AUC, must be held in 93 to 97 of a hundred each.

Run it from the checkout: `python benchmarks/intervals.py` (200 data sets, then 2,000; a few minutes); `--sets 200`;
`--more` adds figures that are drawn, of numbers and of three classes too, `--rows 100` shows fewer rows.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.evaluate.score import Measured, score
from modelyard.families import METRICS

if TYPE_CHECKING:
    from collections.abc import Callable

RESULT = Path(__file__).parent / "results" / "intervals.json"
KNOWN = 2_000_000  # rows that tell the truth
SLICE = "group = few"
LOW, HIGH = 0.93, 0.97
RATES = ("true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate", "selection_rate")
JUDGED = ("roc_auc", "accuracy", "f1", *RATES)
WANTED = [(metric, None) for metric in JUDGED] + [(metric, SLICE) for metric in JUDGED if metric != "roc_auc"]
CLASSES = ("no", "yes", "perhaps")


@dataclass(frozen=True)
class Line:
    """How often one figure's intervals held the truth."""

    task: str
    metric: str
    slice: str | None
    truth: float
    sets: int
    held: float
    error: float
    width: float

    @property
    def covers(self) -> bool:
        """Whether it is as often as wanted."""
        return LOW <= self.held <= HIGH


def binary(count: int, random: np.random.Generator) -> tuple[Any, Any, Any]:
    """Truth, answers [rows, 2] of a model that overstates, and the slice, where it knows less."""
    few = random.random(count) < 0.2
    x = random.normal(size=count)
    truth = (random.random(count) < 1 / (1 + np.exp(-1.4 * x + 0.6))).astype(np.int64)
    told = 1 / (1 + np.exp(-2.0 * x + 0.6 - np.where(few, 1.2, 0.5) * random.normal(size=count)))
    return truth, np.stack([1 - told, told], axis=1), few


def multiclass(count: int, random: np.random.Generator) -> tuple[Any, Any, Any]:
    """The same of three classes."""
    few = random.random(count) < 0.2
    truth = random.choice(3, count, p=[0.5, 0.3, 0.2])
    signal = np.eye(3)[truth] * np.where(few, 1.0, 2.0)[:, None] + random.normal(size=(count, 3))
    raised = np.exp(signal)
    return truth, raised / raised.sum(axis=1, keepdims=True), few


def regression(count: int, random: np.random.Generator) -> tuple[Any, Any, Any]:
    """Numbers with errors that grow with them."""
    few = random.random(count) < 0.2
    truth = random.gamma(4.0, 1.0, count)
    error = random.normal(size=count) * (0.3 + truth / 10) * np.where(few, 1.5, 1.0)
    return truth, (truth + error)[:, None], few


SOURCES: dict[Task, tuple[Callable[..., tuple[Any, Any, Any]], tuple[str, ...]]] = {
    Task.BINARY: (binary, (*JUDGED, "precision", "recall", "log_loss", "brier")),
    Task.MULTICLASS: (multiclass, ("accuracy", "f1", "balanced_accuracy", "log_loss", "roc_auc")),
    Task.REGRESSION: (regression, ("rmse", "mae", "r2")),
}


def cover(task: Task, names: tuple[str, ...], rows: int, sets: int, seed: int = 7) -> list[Line]:
    """Measure so many data sets of so many rows as a report does: a line for each metric, whole and on the slice."""
    source, _ = SOURCES[task]
    metrics = {name: METRICS.build(name, {}) for name in names}
    truth, answers, few = source(KNOWN, np.random.default_rng(seed))
    one = np.ones(KNOWN)
    true: dict[tuple[str, str | None], float] = {}
    for name, metric in metrics.items():
        true[name, None] = metric(truth, answers, one)
        true[name, SLICE] = metric(truth[few], answers[few], one[few])
    held: dict[tuple[str, str | None], list[bool]] = {key: [] for key in true}
    widths: dict[tuple[str, str | None], list[float]] = {key: [] for key in true}
    random = np.random.default_rng(seed + 1)
    for one_set in range(sets):
        truth, answers, few = source(rows, random)
        measured = Measured(_table(task, truth, few), task, answers.astype(np.float32))
        report = score(measured, metrics, name="known", model="fixed", rows={"test": rows}, seed=one_set)
        for found in report.scores:
            if (key := (found.metric, found.slice)) in true and not math.isnan(found.low):
                held[key].append(found.low <= true[key] <= found.high)
                widths[key].append(found.high - found.low)
    return [_line(task, key, true[key], held[key], widths[key]) for key in sorted(true, key=lambda key: str(key[1]))]


def _line(task: Task, key: tuple[str, str | None], truth: float, held: list[bool], widths: list[float]) -> Line:
    share = float(np.mean(held))
    error = math.sqrt(share * (1 - share) / len(held))
    return Line(str(task), *key, truth, len(held), share, error, float(np.mean(widths)))


def _table(task: Task, truth: Any, few: Any) -> Table:  # noqa: ANN401 - what a source gave
    levels = CLASSES[: 2 if task is Task.BINARY else 3] if task.classifies else ()
    target = Column("y", Kind.CATEGORY if levels else Kind.NUMBER, Role.TARGET, levels=levels)
    group = Column("group", Kind.CATEGORY, Role.SLICE)
    shown = [levels[code] for code in truth] if levels else truth
    frame = pl.DataFrame({"y": shown, "group": np.where(few, "few", "many")})
    return Table(frame, Schema((target, group)))


def main() -> None:
    """Simulate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, nargs="*", default=[200, 2000], help="data sets of each run")
    parser.add_argument("--rows", type=int, default=400, help="rows of a data set, a fifth of them the slice")
    parser.add_argument("--more", action="store_true", help="all usual metrics, of every task")
    asked = parser.parse_args()
    lines: list[Line] = []
    for sets in asked.sets:
        began, seed, found = time.perf_counter(), 7 + sets, list[Line]()
        for task, (_, names) in SOURCES.items():
            if asked.more or task is Task.BINARY:
                chosen = names if asked.more else JUDGED
                found += cover(task, chosen, asked.rows, sets, seed)
        lines += found
        print(f"{sets} data sets of {asked.rows} rows, {time.perf_counter() - began:.0f} s")
        for line in found:
            wanted = line.task == "binary" and (line.metric, line.slice) in WANTED
            said = ("yes" if line.covers else "NO") if wanted else ""
            print(
                f"  {line.task:10} {line.metric:17} {line.slice or 'all rows':11} truth {line.truth:.4f}  held "
                f"{100 * line.held:.1f}% (standard error {100 * line.error:.1f})  width {line.width:.3f}  {said}"
            )
    told = {"rows": asked.rows, "lines": [asdict(line) for line in lines]}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
