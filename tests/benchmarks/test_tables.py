"""The comparison on tables runs, goes on where it was, and counts right."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tabular.book import Book
from tabular.data import DATA, parts
from tabular.report import Report, verdict
from tabular.scores import calibration_error, scores

ROOT = Path(__file__).parents[2]


def compare(folder: Path, *words: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / "tables.py"), "--data", "hmda", "--threads", "1"]
    places = ["--cache", str(folder), "--out", str(folder / "out.json")]
    return subprocess.run([*command, *places, *words], check=True, capture_output=True, text=True, timeout=120).stdout


def test_a_run_compares_and_another_goes_on_where_it_was(tmp_path: Path) -> None:
    words = ["--seeds", "1", "--methods", "modelyard:linear,linear_model,modelyard:no_such_model"]
    told = compare(tmp_path, *words)
    assert "modelyard:no_such_model is left out, as it is not installed" in told
    assert "[2/2] hmda/linear_model@0/1: log_loss 0.2" in told
    cells = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["cells"]
    ours = cells["hmda/modelyard:linear@0/1"]
    assert 0.2 < ours["log_loss"] < 0.3
    assert ours["parity"] < 1e-4
    assert ours["latency_ms"] > 0
    assert ours["rows_per_second"] > 0
    again = compare(tmp_path, *words)
    assert "[" not in again
    assert again[again.index("hmda") :] == told[told.index("\nhmda ") + 1 :]


def test_a_split_is_the_same_again_and_in_proportion(tmp_path: Path) -> None:
    import polars as pl

    first, second = (parts("ames", 3, tmp_path / name) for name in ("a", "b"))
    train, test = (pl.read_parquet(file) for file in first)
    assert test.equals(pl.read_parquet(second[1]))
    assert len(test) == pytest.approx(0.2 * (len(train) + len(test)), abs=10)
    assert abs(test[DATA["ames"].target].median() / train[DATA["ames"].target].median() - 1) < 0.02  # type: ignore[operator]


@pytest.mark.parametrize(
    ("answers", "truth", "expected"),
    [
        ([0.2] * 10, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0], 0.32),  # a bin a row: eight are off by 0.2 and two by 0.8
        ([0.0] * 30 + [1.0] * 30, [0] * 30 + [1] * 30, 0.0),
        ([0.5] * 30, [0, 1] * 15, 0.0),
    ],
)
def test_the_calibration_error_is_the_mean_gap_of_the_bins(
    answers: list[float], truth: list[int], expected: float
) -> None:
    assert calibration_error(np.array(truth, float), np.array(answers)) == pytest.approx(expected)


def test_scores_of_a_number() -> None:
    assert scores(np.array([1.0, 2.0]), np.array([1.0, 4.0]), classifies=False) == {"rmse": pytest.approx(2**0.5)}


@pytest.mark.parametrize(
    ("gap", "error", "expected"),
    [(-1.0, 0.4, "better"), (1.0, 0.4, "worse"), (1.0, 0.5, "noise"), (-1.0, float("nan"), "one seed")],
)
def test_a_verdict(gap: float, error: float, expected: str) -> None:
    assert verdict(gap, error) == expected


def booked(folder: Path) -> Book:
    """Two data sets and two seeds, on which `balanced` loses to a rival that is too slow to count."""
    book = Book(folder / "book.json", {})
    losses = {"balanced": (0.4, 3.0), "catboost": (0.3, 2.0), "linear_model": (0.5, 4.0)}
    for method, (loss, rmse) in losses.items():
        seconds = {"fit_seconds": 99.0 if method == "catboost" else 9.0, "latency_ms": 0.5, "rows_per_second": 2e5}
        for seed in (1, 2):
            common = {"method": method, "seed": seed, **seconds}
            binary = {"log_loss": loss + seed / 100, "roc_auc": 1 - loss, "ece": loss / 10}
            book.write(f"hmda/{method}/{seed}", {"data": "hmda", **common, **binary})
            book.write(f"ames/{method}/{seed}", {"data": "ames", **common, "rmse": rmse * seed})
    return book


def test_the_account_ranks_and_judges_in_pairs(tmp_path: Path) -> None:
    methods = ["balanced", "catboost", "linear_model"]
    report = Report(booked(tmp_path), ["hmda", "ames"], methods)
    assert report.ranks(methods, "loss") == {"balanced": 2.0, "catboost": 1.0, "linear_model": 3.0}
    told = str(report)
    assert "yes balanced has the best mean rank of those that need no more than its time: balanced 1.00, lin" in told
    assert "catboost          hmda         worse    +0.1 ± " in told
    assert "linear_model      ames         better   -1.5 ± 1 (-25.0%)" in told
    assert "NO  calibration error of balanced beside CatBoost's on hmda: +0.0100" in told


def test_a_book_is_read_again_without_what_is_asked_for_anew(tmp_path: Path) -> None:
    book = booked(tmp_path)
    book.write("hmda/best/1", {"data": "hmda", "method": "best", "seed": 1, "error": "no models"})
    again = Book.open(book.file, {}, ["catboost"])
    assert again.cells.keys() == {key for key in book.cells if "catboost" not in key}
    assert again.done("hmda/balanced/1")
    assert not again.done("hmda/best/1")
    assert "best              failed with seed 1: no models" in str(Report(again, ["hmda"], ["best"]))
