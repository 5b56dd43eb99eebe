"""One method on one corpus: fitted on train, its choices made on valid, its answers to test."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.assemble import assemble
from modelyard.core.protocols import Network
from modelyard.core.types import Parts
from modelyard.data.read import read, target_values
from modelyard.train.fit import fit
from modelyard.train.loop import Trainable
from textual.corpora import CORPORA

PRETRAINED: dict[str, dict[str, Any]] = {
    "en": {"name": "pretrained", "weights": "all-MiniLM-L6-v2", "max_length": 128},
    "zh": {"name": "pretrained", "weights": "multilingual-e5-small", "max_length": 64},
}
TUNINGS = ("head", "lora", "full")
BASE = "tfidf"
METHODS = (BASE, "bag", "text_cnn", "lstm", "transformer", *TUNINGS)
PLAIN = {  # what a careful user would try of scikit-learn
    "en": [("word", (1, 2)), ("char_wb", (2, 5))],
    "zh": [("char", (1, 2)), ("char", (1, 3))],
}
PENALTIES = (1.0, 3.0, 10.0)
MB = 1e6


@dataclass(frozen=True)
class Answered:
    """The classes answered and the true ones, [rows] int; seconds of the fit, and what else is told."""

    given: npt.NDArray[np.int64]
    truth: npt.NDArray[np.int64]
    seconds: float
    told: dict[str, float] = field(default_factory=dict)


def answer(method: str, data: str, files: dict[str, Path], seed: int) -> Answered:
    """Fit a method and ask it for the test rows."""
    return _tfidf(data, files) if method == BASE else _ours(method, data, files, seed)


def recipe(data: str, files: dict[str, Path], model: dict[str, Any], seed: int) -> dict[str, Any]:
    """A recipe of the files as they are."""
    corpus = CORPORA[data]
    return {
        "version": 1,
        "name": f"text-{data}",
        "data": {part: str(file) for part, file in files.items()},
        "target": corpus.target,
        "positive": corpus.positive,
        "columns": {corpus.text: {"kind": "text"}},
        "model": model,
        "seed": seed,
    }


def model_of(method: str, data: str) -> dict[str, Any]:
    """A method as a recipe names it: the tuning of the language's weights, or a model by its name."""
    return {**PRETRAINED[data], "tuning": method} if method in TUNINGS else {"name": method}


def _ours(method: str, data: str, files: dict[str, Path], seed: int) -> Answered:
    plan = assemble(recipe(data, files, model_of(method, data), seed))
    if not isinstance(plan.model, Network):
        raise TypeError(f"{method} is no network")
    rows = read(plan.sources, plan.recipe)
    if rows.valid is None or rows.test is None:
        raise ValueError("a corpus has three files")
    parts = Parts(rows.train, rows.valid, rows.test)
    began = time.perf_counter()
    trained = fit(
        Trainable(plan.model, plan.training or plan.model.training()), parts, rows.task, plan.making(plan.model), seed
    )
    seconds = time.perf_counter() - began
    truth = np.asarray(target_values(parts.test, rows.task))
    given = trained(parts.test).argmax(axis=1)
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "model.onnx"
        trained.predictor.to_onnx(graph)
        size = graph.stat().st_size / MB
    return Answered(given, truth, seconds, {"mb": size})


def _tfidf(data: str, files: dict[str, Path]) -> Answered:
    """TF-IDF and logistic regression, its n-grams and its penalty chosen on valid."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    corpus = CORPORA[data]
    frames = {part: pl.read_parquet(file) for part, file in files.items()}
    texts = {part: frame[corpus.text].to_list() for part, frame in frames.items()}
    codes = {
        part: (frame[corpus.target] == corpus.positive).cast(pl.Int64).to_numpy() for part, frame in frames.items()
    }
    began = time.perf_counter()
    best, chosen = -1.0, np.zeros(0, dtype=np.int64)
    for analyzer, runs in PLAIN[data]:
        vectors = TfidfVectorizer(analyzer=analyzer, ngram_range=runs, sublinear_tf=True)
        train = vectors.fit_transform(texts["train"])
        valid, test = (vectors.transform(texts[part]) for part in ("valid", "test"))
        for penalty in PENALTIES:
            model = LogisticRegression(C=penalty, max_iter=1000).fit(train, codes["train"])
            if (right := float(model.score(valid, codes["valid"]))) > best:
                best, chosen = right, model.predict(test)
    return Answered(chosen, codes["test"], time.perf_counter() - began)
