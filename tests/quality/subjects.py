"""Small tables to inspect: sound ones, into which a test puts what it looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from modelyard.assemble import assemble
from modelyard.data.read import read
from modelyard.quality.inspection import INSPECTIONS
from modelyard.quality.subject import Subject

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.findings import Finding


Columns = dict[str, list[Any]]


def sound(rows: int = 400, seed: int = 0) -> Columns:
    """Columns in which nothing is wrong: `target` is foretold by `points`, as far as it goes."""
    random = np.random.default_rng(seed)
    points = random.normal(0, 1, rows)
    target = points + random.normal(0, 0.8, rows) > 0.3
    return {
        "points": points.round(4).tolist(),
        "spent": random.lognormal(3, 0.4, rows).round(2).tolist(),
        "city": random.choice(["Ulm", "Bonn", "Kiel"], rows).tolist(),
        "target": np.where(target, "yes", "no").tolist(),
    }


def subject(folder: Path, train: Columns, test: Columns | None = None, /, **said: Any) -> Subject:
    """What inspections look at, read as a recipe's rows are."""
    parts = {"train": train, **({"test": test} if test else {})}
    for name, part in parts.items():
        pl.DataFrame(part, strict=False).write_parquet(folder / f"{name}.parquet")
    data = {name: str(folder / f"{name}.parquet") for name in parts}
    plan = assemble({"version": 1, "name": "x", "data": data, "target": "target", "model": "linear", **said})
    return Subject(read(plan.sources, plan.recipe, plan.cleaners), plan.recipe)


def found(name: str, subject: Subject, **settings: Any) -> list[Finding]:
    """What one inspection finds."""
    return list(INSPECTIONS.build(name, settings)(subject))


def put(columns: Columns, name: str, places: list[int], value: Any) -> Columns:
    """The same columns with one value in some rows of a column, from 0 on."""
    return {**columns, name: [value if place in places else was for place, was in enumerate(columns[name])]}
