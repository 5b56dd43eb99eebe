"""Shapley's shares from a bundle: how exact they are, and what they cost beside shap's KernelExplainer.

Three parts, in one run. A function of twenty columns whose exact shares are counted by its small terms. A bundle of
trees of twenty columns, explained against 100 background rows on 500 test rows, whose exact shares shap's
TreeExplainer counts from the very trees (interventional, on the same background). KernelExplainer on that bundle with
as many samples as it needs for an error no larger than ours on the same rows, the rounds of both taking turns; and one
row alone, as a server would be asked.

An error is the mean distance from the exact shares over the columns, as a share of the range of the row's exact shares.
Prints, and writes to benchmarks/results/explain.json.

Run it from the checkout: `python benchmarks/explain.py` (some minutes).
"""

from __future__ import annotations

import json
import platform
import statistics
import tempfile
import time
import warnings
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from modelyard import run
from modelyard.core.blocks import Numbers
from modelyard.core.explaining import Explanation, Subject, Why
from modelyard.core.types import Column, Kind
from modelyard.explain.family import EXPLAINERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.core.types import Floats
    from modelyard.release.bundle import Bundle
    from modelyard.run import Run

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "explain.json"
COLUMNS, BACKGROUND, TEST, TRAIN = 20, 100, 500, 3000
COMPARED, ROUNDS, ALONE = 10, 5, 200  # rows beside KernelExplainer, its rounds, and calls for one row
SAMPLES = (64, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000, 1250, 1600, 2000)
NAMES = [f"c{place:02}" for place in range(COLUMNS)]
# A term of the planted function: its columns, and what it makes of their values [rows, columns].
TERMS: tuple[tuple[tuple[int, ...], Callable[[Floats], Floats]], ...] = (
    *(((place,), lambda x, place=place: np.sin(x[:, 0] + place) / (1 + place % 5)) for place in range(COLUMNS)),
    *(((place, place + 7), lambda x: 0.5 * np.tanh(x[:, 0] * x[:, 1])) for place in range(0, 12, 2)),
    *(((place, place + 3, place + 9), lambda x: np.maximum(x[:, 0], x[:, 1]) * (x[:, 2] > 0)) for place in range(5)),
    *(((place, place + 2, place + 5, place + 11), lambda x: 0.3 * np.prod(x, axis=1)) for place in range(6)),
)


def main() -> None:
    """Measure, print, write."""
    told: dict[str, Any] = {"machine": platform.processor() or platform.machine()}
    told["planted"] = planted()
    print(f"planted function, {TEST} rows: mean error {told['planted']:.2%} of the range")
    with tempfile.TemporaryDirectory() as home:
        made, frame = trained(Path(home))
        told["bundle"] = _bundle(made, frame)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


def _bundle(made: Run, frame: pl.DataFrame) -> dict[str, Any]:
    """All figures of the trained bundle."""
    bundle, behind, test = made.bundle, frame[:BACKGROUND], frame[BACKGROUND : BACKGROUND + TEST]
    size = (bundle.folder / "model.onnx").stat().st_size
    print(f"\na bundle of trees: {COLUMNS} columns, {size / 1000:.0f} kB, r2 {_r2(made):.2f}")
    truth = exact(made, behind, test)
    error = mean_error(_shares(bundle.explain(test, background=behind)), truth)
    print(f"{TEST} rows against {BACKGROUND}: mean error {error:.2%} of the range")
    some = test[:COMPARED]
    ours = mean_error(_shares(bundle.explain(some, background=behind)), truth[:COMPARED])
    samples, theirs = _equal(bundle, behind, some, truth[:COMPARED], ours)
    times = _timed(
        {
            "modelyard": lambda: bundle.explain(some, background=behind),
            "KernelExplainer": lambda: kernel(bundle, behind, some, samples),
        }
    )
    ratio = times["KernelExplainer"] / times["modelyard"]
    for name, wrong in (("modelyard", ours), ("KernelExplainer", theirs)):
        print(f"  {name:<16} {times[name] / COMPARED * 1000:8.1f} ms a row, mean error {wrong:.2%} on {COMPARED} rows")
    print(f"  KernelExplainer ({samples} samples) takes {ratio:.1f} times as long")
    alone = {
        "against 100 rows": _alone(bundle, test, behind),
        "against 100 rows, permutations=100": _alone(bundle, test, behind, permutations=100),
        "against the bundle's summaries": _alone(bundle, test, None),
    }
    for name, (middle, last, busy) in alone.items():
        print(f"  one row alone, {name}: p50 {middle:.1f} ms, p99 {last:.1f} ms; {busy:.1f} ms of processor time")
    quick = mean_error(_shares(bundle.explain(test, background=behind, permutations=100)), truth)
    print(f"  with permutations=100: mean error {quick:.2%} of the range on {TEST} rows")
    return {
        "error": error,
        "error_of_100_permutations": quick,
        "error_compared": ours,
        "kernel_error": theirs,
        "kernel_samples": samples,
        "seconds": times,
        "ratio": ratio,
        "alone_ms": alone,
        "bytes": size,
    }


def planted() -> float:
    """The mean error on a function whose exact shares are known, by the sum over its small terms."""
    random = np.random.default_rng(0)
    behind, rows = random.normal(size=(BACKGROUND, COLUMNS)), random.normal(size=(TEST, COLUMNS))

    def answer(blocks: Mapping[str, Any]) -> Floats:
        whole = np.hstack([block.values for block in blocks.values()])
        return np.asarray(sum(term(whole[:, list(of)]) for of, term in TERMS))[:, None]

    subject = Subject(
        columns=tuple(Column(name, Kind.NUMBER) for name in NAMES),
        encode=lambda _name, values: Numbers(values[:, None]),
        run=answer,
        output=np.zeros(TEST, dtype=np.int64),
        of=("",) * TEST,
        decide=lambda answers, _rows: np.zeros(len(answers), dtype=np.int64),
    )
    explainer = EXPLAINERS.build("shapley", {})
    told = explainer(subject, _columns(rows), _columns(behind))
    truth = np.array([sum(_term(of, term, row, behind) for of, term in TERMS) for row in rows])
    return mean_error(_shares(Explanation("planted", "shapley", adds_up=True, reasons=told)), truth)


def _term(of: tuple[int, ...], term: Callable[[Floats], Floats], row: Floats, behind: Floats) -> Floats:
    """The exact shares of one term: all coalitions of its columns."""
    many, mine = len(of), row[list(of)]
    worth: dict[frozenset[int], float] = {}
    for some in (list(on) for size in range(many + 1) for on in combinations(range(many), size)):
        mixed = behind[:, list(of)].copy()
        mixed[:, some] = mine[some]
        worth[frozenset(some)] = float(term(mixed).mean())
    found = np.zeros(COLUMNS)
    for on, value in worth.items():
        for place in range(many):
            if place not in on:
                weight = factorial(len(on)) * factorial(many - len(on) - 1) / factorial(many)
                found[of[place]] += weight * (worth[on | {place}] - value)
    return found


def trained(home: Path) -> tuple[Run, pl.DataFrame]:
    """Trees on a table of numbers, and rows that training has not seen."""
    random = np.random.default_rng(1)
    values = random.normal(size=(TRAIN + BACKGROUND + TEST, COLUMNS))
    target = sum(term(values[:, list(of)]) for of, term in TERMS) + random.normal(0, 2.0, len(values))
    frame = pl.DataFrame(dict(zip(NAMES, values.T, strict=True))).with_columns(pl.Series("y", np.asarray(target)))
    frame[:TRAIN].write_parquet(home / "rows.parquet")
    said = {"data": str(home / "rows.parquet"), "target": "y", "task": "regression", "model": "boosting"}
    made = run.train({"version": 1, "name": "trees", **said}, home=home)
    return made, frame[TRAIN:].drop("y")


def exact(made: Run, behind: pl.DataFrame, test: pl.DataFrame) -> Floats:
    """The exact shares [rows, columns], counted from the trees themselves."""
    import shap

    fitted: Any = made.trained.bare if made.trained else None
    features = made.bundle.features
    matrices = [fitted.matrix(features(made.bundle.columns(rows))) for rows in (behind, test)]
    assert matrices[0].shape[1] == COLUMNS  # noqa: S101 - a number a column, so that the trees' columns are the table's
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trees = shap.TreeExplainer(fitted.booster, data=matrices[0], feature_perturbation="interventional")
        return np.asarray(np.asarray(trees.shap_values(matrices[1], check_additivity=False)) * fitted.scale)


def kernel(bundle: Bundle, behind: pl.DataFrame, rows: pl.DataFrame, samples: int) -> Floats:
    """The shares by shap's KernelExplainer, [rows, columns]; it asks the same bundle, many rows at once."""
    import shap

    def answer(asked: Floats) -> Floats:
        columns = {name: np.ascontiguousarray(asked[:, place]) for place, name in enumerate(NAMES)}
        return bundle.ask(columns)[:, 0].astype(np.float64)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = shap.KernelExplainer(answer, behind.to_numpy(), seed=7)
        return np.asarray(explainer.shap_values(rows.to_numpy(), nsamples=samples, l1_reg=False, silent=True))


def mean_error(found: Floats, truth: Floats) -> float:
    """The mean distance of shares [rows, columns] from the exact ones, of the range of each row's."""
    return float((np.abs(found - truth).mean(axis=1) / np.ptp(truth, axis=1)).mean())


def _equal(bundle: Bundle, behind: pl.DataFrame, rows: pl.DataFrame, truth: Floats, ours: float) -> tuple[int, float]:
    """The fewest samples with which KernelExplainer errs no more than we do, and how much it then errs."""
    for samples in SAMPLES:
        wrong = mean_error(kernel(bundle, behind, rows, samples), truth)
        print(f"  KernelExplainer with {samples} samples: mean error {wrong:.2%}")
        if wrong <= ours:
            break
    return samples, wrong


def _timed(calls: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The median seconds of each, the rounds taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in seconds.items()}


def _alone(
    bundle: Bundle, test: pl.DataFrame, behind: pl.DataFrame | None, permutations: int | None = None
) -> tuple[float, float, float]:
    """The median and the 99th percentile of one row, and its median of processor time, in milliseconds."""
    rows, found, busy = test.to_dicts(), [], []
    others = None if behind is None else behind.to_dicts()
    for number in range(ALONE + 20):
        started, worked = time.perf_counter(), time.process_time()
        bundle.explain(rows[number % len(rows)], background=others, permutations=permutations)
        found.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    middle, last = np.percentile(found[20:], [50, 99])
    return float(middle), float(last), float(np.median(busy[20:]))


def _shares(told: Explanation) -> Floats:
    return np.array([list(why.columns.values()) for why in told if isinstance(why, Why)])


def _columns(values: Floats) -> dict[str, Floats]:
    return dict(zip(NAMES, values.T, strict=True))


def _r2(made: Run) -> float:
    found = made.report.score("r2")
    return found.value if found else float("nan")


if __name__ == "__main__":
    main()
