"""Modelyard's own methods: the presets of `auto`, and any model by name (`modelyard:linear`)."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tabular.job import BY_NAME, PRESETS, Fitted, preload

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from tabular.job import Floats, Job

SINGLE = 50


def fit(job: Job) -> Fitted:
    """Train a recipe on the files; `seconds` are those of the fit alone, without reading, measuring and packing."""
    from modelyard import run

    preload("torch", "lightgbm", "optuna", "scipy.optimize", "sklearn.linear_model", "onnx", "onnxscript")
    started = time.perf_counter()
    made = run.train(recipe(job), home=Path(tempfile.mkdtemp(prefix="modelyard-")))
    whole = time.perf_counter() - started
    test = pl.read_parquet(job.test).drop(job.target)
    column = made.bundle.names.index(job.positive) if job.positive is not None else 0

    def predict(rows: Any) -> Floats:  # noqa: ANN401 - a frame or a mapping
        return made.bundle.outputs(rows)[:, column]

    def repeated(rows: int) -> pl.DataFrame:
        return test[np.resize(np.arange(len(test)), rows)]

    one = test.head(SINGLE).to_dicts()
    told = {"whole_seconds": whole, "parity": _parity(made.answers, made.bundle, test)}
    return Fitted(predict, test, one, repeated, made.fit_seconds, told)


def recipe(job: Job) -> dict[str, Any]:
    """What a user would write."""
    model: Any = job.method.removeprefix(BY_NAME)
    if job.method in PRESETS:
        model = {"name": "auto", "preset": job.method, "time_limit": f"{job.limit:g}s"}
    return {
        "version": 1,
        "name": "bench",
        "data": {"train": job.train, "test": job.test},
        "target": job.target,
        "positive": job.positive,
        "task": "binary" if job.positive is not None else "regression",
        "model": model,
        "seed": job.seed,
    }


def _parity(answers: Floats, bundle: Bundle, test: pl.DataFrame) -> float:
    """The largest distance of the graph's answers from the trained model's own, in their scale where that passes 1."""
    packed = bundle.outputs(test)
    return float(np.max(np.abs(packed - answers) / np.maximum(1.0, np.abs(answers))))
