"""What augments give on held-out rows: pictures with few labels, SMOTE beside class weights, short series.

Each seed deals the rows anew: few are learnt from, as many are chosen by, all others are measured on. A line tells the
mean change of a figure against the plain model over the seeds with Student's 95% interval, and in how many seeds the
augmented rows were kept: that is decided on the validation rows, as in every training. Both the change that the rows
make and the change with that decision are told, as the second is what a user gets. Prints, and writes to
benchmarks/results/augmenting.json.

Run it from the checkout: `python benchmarks/augmenting.py` (some ten minutes); `--seeds 3 --only series` for
less.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from textual.few import interval

if TYPE_CHECKING:
    from modelyard.assemble import Plan
    from modelyard.core.types import Floats, Parts, Table
    from modelyard.train.fit import Trained

RESULT = Path(__file__).parent / "results" / "augmenting.json"
Said = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """Rows, how many of them are learnt from, a base recipe, and what is said beside it."""

    frame: Callable[[], pl.DataFrame]
    target: str
    rows: int
    models: tuple[Said, ...]
    ways: Mapping[str, Said]
    metrics: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict)  # in every recipe
    most: int = 4000  # rows that are measured on

    def recipe(self, file: Path, model: Said, way: Said) -> Said:
        """A recipe for the rows in a file."""
        return {
            "version": 1,
            "name": "trial",
            "data": str(file),
            "target": self.target,
            "model": model,
            **self.said,
            **way,
        }


@dataclass(frozen=True)
class Line:
    """One seed, model and way: figures of the plain model, with the rows, and as it was decided about them."""

    trial: str
    model: str
    way: str
    seed: int
    kept: bool
    plain: dict[str, float]
    forced: dict[str, float]
    decided: dict[str, float]


def digits() -> pl.DataFrame:
    """The handwritten digits of scikit-learn, 1,797 pictures of 8 x 8."""
    from PIL import Image
    from sklearn.datasets import load_digits

    told = load_digits()
    files = []
    for image in told.images:
        file = BytesIO()
        Image.fromarray((image * 15).astype(np.uint8)).save(file, "PNG")
        files.append(file.getvalue())
    return pl.DataFrame({"picture": files, "digit": [f"digit {number}" for number in told.target]})


def item(package: str, name: str) -> pl.DataFrame:
    """A table of Rdatasets."""
    from modelyard.data.sources.rdatasets import Rdatasets

    return Rdatasets(package=package, item=name).read(Path()).collect()


def waves(rows: int = 3000, length: int = 48) -> pl.DataFrame:
    """Series of two classes: a bump or a dip, anywhere, as wide as it comes, in noise and on a slope."""
    random = np.random.default_rng(11)
    moments = np.arange(length)
    middle, wide = random.uniform(length / 6, length * 5 / 6, (rows, 1)), random.uniform(2, 6, (rows, 1))
    up = random.random(rows) < 0.5
    bump = np.exp(-((moments - middle) ** 2) / (2 * wide**2)) * np.where(up, 1.0, -1.0)[:, None]
    noisy = bump * random.uniform(0.6, 1.4, (rows, 1)) + random.normal(0, 0.3, (rows, length))
    noisy += random.normal(0, 0.02, (rows, 1)) * moments
    columns = {f"t_{place}": noisy[:, place] for place in moments}
    return pl.DataFrame({**columns, "shape": np.where(up, "bump", "dip")})


def one(*augments: str | Said) -> Said:
    """A recipe's line of augments."""
    return {"augment": list(augments)}


LINEAR, BOOSTING = {"name": "linear"}, {"name": "boosting"}
WEIGHED = {"class_weight": "balanced"}
TRIALS: dict[str, Trial] = {
    "digits": Trial(
        digits,
        "digit",
        100,
        (LINEAR, {"name": "mlp"}),
        {
            "rotate": one({"augment": "rotate", "degrees": 10, "copies": 3}),
            "crop": one({"augment": "crop", "least": 0.7, "copies": 3}),
            "colour": one({"augment": "colour", "copies": 3}),
            "flip": one("flip"),
            "mixup": one({"augment": "mixup", "copies": 3}),
            "rotate, crop": one({"augment": "rotate", "degrees": 10, "copies": 3}, {"augment": "crop", "copies": 3}),
        },
        ("accuracy", "log_loss"),
        {"columns": {"picture": {"kind": "image", "encoder": {"name": "pixels", "side": 8}}}},
    ),
    "hmda": Trial(
        lambda: item("AER", "HMDA"),
        "deny",
        900,
        (LINEAR, BOOSTING),
        {"smote": one("smote"), "class_weight": WEIGHED},
        ("roc_auc", "log_loss"),
    ),
    "credit_data": Trial(
        lambda: item("modeldata", "credit_data"),
        "Status",
        1500,
        (LINEAR, BOOSTING),
        {"smote": one("smote"), "class_weight": WEIGHED},
        ("roc_auc", "log_loss"),
    ),
    "series": Trial(
        waves,
        "shape",
        150,
        (LINEAR, BOOSTING, {"name": "mlp"}),
        {
            "jitter": one({"augment": "jitter", "share": 0.2, "copies": 4}),
            "slice": one({"augment": "window", "columns": "t_*", "copies": 4}),
            "warp": one({"augment": "window", "columns": "t_*", "how": "warp", "copies": 4}),
            "mixup": one({"augment": "mixup", "copies": 4}),
        },
        ("accuracy", "log_loss"),
    ),
}


def main() -> None:
    """Train, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6, help="how often the rows are dealt anew")
    parser.add_argument("--only", choices=list(TRIALS), help="one of the trials")
    asked = parser.parse_args()
    lines: list[Line] = []
    for name in [asked.only] if asked.only else TRIALS:
        for model in TRIALS[name].models:
            found = [line for seed in range(asked.seeds) for line in of_seed(name, TRIALS[name], model, seed)]
            lines += found
            shown(name, TRIALS[name], str(model["name"]), found)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(line) for line in lines], indent=2), encoding="utf-8")


def shown(name: str, trial: Trial, model: str, lines: list[Line]) -> None:
    """Print what a model's seeds say of each way."""
    first = {metric: np.mean([line.plain[metric] for line in lines]) for metric in trial.metrics}
    plain = ", ".join(f"{metric} {figure:.4f}" for metric, figure in first.items())
    print(f"\n{name}, {model}, {trial.rows} rows to learn from and as many to choose by; plain: {plain}")
    for way in trial.ways:
        some = [line for line in lines if line.way == way]
        kept = f"kept {sum(line.kept for line in some)} of {len(some)}"
        print(f"  {way:<14} {kept:<14} " + "; ".join(change(some, metric) for metric in trial.metrics))


def change(lines: list[Line], metric: str) -> str:
    """The mean change that rows make, and the one with the decision, each with its interval."""
    forced = np.array([line.forced[metric] - line.plain[metric] for line in lines])
    decided = np.array([line.decided[metric] - line.plain[metric] for line in lines])
    (low, high), (least, most) = interval(forced), interval(decided)
    return (
        f"{metric} {forced.mean():+.4f} ({low:+.4f} to {high:+.4f}), "
        f"as decided {decided.mean():+.4f} ({least:+.4f} to {most:+.4f})"
    )


def of_seed(name: str, trial: Trial, model: Said, seed: int) -> list[Line]:
    """A line for each way on the rows as one seed deals them."""
    from modelyard.assemble import assemble
    from modelyard.data.read import read

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        trial.frame().write_parquet(file)
        plan = assemble(trial.recipe(file, model, {"seed": seed}))
        rows = read(plan.sources, plan.recipe)
        parts = dealt(rows.train, trial, seed)
        plain = fitted(plan, parts)
        before = figures(plan, plain, parts.test, trial.metrics)
        lines = []
        for way, said in trial.ways.items():
            other = assemble(trial.recipe(file, model, {"seed": seed, **said}))
            forced, kept = tried(other, parts, plain)
            after = figures(other, forced, parts.test, trial.metrics)
            decided = after if kept else before
            lines.append(Line(name, str(model["name"]), way, seed, kept, before, after, decided))
    return lines


def tried(plan: Plan, parts: Parts, plain: Trained) -> tuple[Trained, bool]:
    """The model with what the recipe says beside it, and whether it is kept; a class weight always is."""
    from modelyard.train import augmented, augmenting

    if not plan.augments:
        return fitted(plan, parts), True
    more, _ = augmenting.rows(parts.train, plain.task, plan.augments, plan.recipe.seed)
    forced = fitted(plan, parts, more)
    chosen = augmented.fit(lambda some: plain if some is None else forced, parts, plan.augments, plan.recipe.seed)
    return forced, chosen.notes[-1].endswith("they are learnt from")


def fitted(plan: Plan, parts: Parts, more: Table | None = None) -> Trained:
    """The plan's model, with the augmented rows whether they help or not."""
    from modelyard import learners
    from modelyard.core.types import Task
    from modelyard.release.yard import Yard
    from modelyard.train import fit

    with tempfile.TemporaryDirectory() as home:
        learner = learners.learner(plan.model, plan.training, plan.recipe, Yard(home))
        task = Task.BINARY if len(parts.train.schema.target.levels) == 2 else Task.MULTICLASS
        return fit.fit(learner, parts, task, plan.making(learner), plan.recipe.seed, plan.finish, more)


def figures(plan: Plan, trained: Trained, test: Table, metrics: tuple[str, ...]) -> dict[str, float]:
    """Metrics of the answers to rows that were held out, as they are served: calibrated."""
    from modelyard.data.read import target_values

    truth, answers = target_values(test, trained.task), trained(test)
    even: Floats = np.ones(len(test))
    built = plan.metrics_for(trained.task)
    return {metric: float(built[metric](truth, answers, even)) for metric in metrics}


def dealt(table: Table, trial: Trial, seed: int) -> Parts:
    """Rows to learn from, as many to choose by, and all others: each class in proportion."""
    from modelyard.core.types import Parts, Task
    from modelyard.data.read import target_values
    from modelyard.data.splits.dealing import deal

    random = np.random.default_rng(seed)
    target = target_values(table, Task.MULTICLASS)
    share = trial.rows / len(table)
    part = deal(target, (share, share), random)
    test = np.flatnonzero(part == 0)[: trial.most]
    return Parts(table.take(np.flatnonzero(part == 1)), table.take(np.flatnonzero(part == 2)), table.take(test))


if __name__ == "__main__":
    main()
