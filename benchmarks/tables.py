"""What `auto` reaches on tables beside its rivals, in one run: score, rank, seconds, latency, rows a second.

Every method gets the same training rows, with the same threads and in a process of its own, for each of the seeds'
splits (80% train, 20% test, stratified); AutoGluon gets the time limit of the preset it stands beside. Timed are the
fit alone, without imports; a single row, and many at once, as the library's users would hand them over, encoding
included. The file named by --out holds every fit as soon as it is done: a run that was killed goes on where it was,
what failed is tried again, and a method whose code has changed is done anew with --again. The standard errors are over
the seeds, whose splits share rows, so they are somewhat small. Nothing else should run: what has a time limit is worse
for every second that another takes.

With --threads 1, runs over other seeds may go on beside each other, each on a core of its own (`taskset`).

Run it from the checkout: `python benchmarks/tables.py` (hours); `--data hmda --seeds 1 --methods linear_model,lightgbm`
for a taste. CatBoost and AutoGluon need not live here: `--rivals-python PATH` names a Python that has them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tabular import data as sets
from tabular.book import Book, Cell
from tabular.job import PRESETS, Job
from tabular.report import Report, judged
from tabular.scores import scores

HERE = Path(__file__).parent
RIVALS = ["linear_model", "hist_boosting", "lightgbm", "catboost", "autogluon_medium", "autogluon_best"]
BESIDE = {  # whose limit a method has
    "autogluon_medium": "balanced",
    "autogluon_good": "balanced",
    "autogluon_best": "best",
    "autogluon_static": "best",
}
LIMITS = {"quick": 5.0, "balanced": 20.0, "best": 45.0}  # seconds
PATIENCE = 900  # seconds that a process may need beyond thrice its limit
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
FAR = ("catboost", "autogluon")  # what --rivals-python is for


def main() -> None:
    """Fit what is not there yet, then tell."""
    asked = _asked()
    book = Book.open(asked.out, {"machine": _machine(asked.threads), "limits": asked.limits}, asked.again)
    wanted = list(product(asked.seeds, asked.data, asked.methods))
    missing = [one for one in wanted if not book.done(_key(*one, asked))]
    here = _possible(list(dict.fromkeys(method for *_, method in missing)), asked)
    todo = [one for one in missing if one[-1] in here]
    lost = set[str]()
    for number, (seed, data, method) in enumerate(todo, 1):
        if data in lost:
            continue
        try:
            train, test = sets.parts(data, seed, asked.cache)
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            print(f"{data} is left out, as it cannot be had: {error}")
            lost.add(data)
            continue
        cell = _measured(_job(data, method, seed, (train, test), asked), asked)
        key = _key(seed, data, method, asked)
        book.write(key, {"data": data, "method": method, "seed": seed, **cell})
        print(f"[{number}/{len(todo)}] {key}: {_brief(data, cell)}", flush=True)
    found = book.only(_key(*one, asked) for one in wanted)
    print(
        f"\n{Report(found, [data for data in asked.data if data not in lost], asked.methods)}\n\nwritten to {asked.out}"
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    home = Path.home() / ".cache" / "modelyard-bench"

    def words(text: str) -> list[str]:
        return text.split(",")

    parser.add_argument("--data", type=words, default=sets.USUAL, help=f"of {','.join(sets.DATA)}")
    parser.add_argument("--methods", type=words, default=[*PRESETS, *RIVALS], help="also modelyard:NAME, any model")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in words(text)], default=[1, 2, 3, 4, 5])
    parser.add_argument("--limits", type=_limits, default=LIMITS, help="seconds, such as quick=5,balanced=20,best=45")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of every method")
    parser.add_argument("--rivals-python", type=Path, default=Path(sys.executable), help="has CatBoost and AutoGluon")
    parser.add_argument("--again", type=words, default=[], help="methods to measure anew")
    parser.add_argument("--cache", type=Path, default=home, help="where downloads and splits are kept")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "tables.json")
    asked = parser.parse_args()
    if strange := set(asked.data) - sets.DATA.keys():
        parser.error(f"no data called {', '.join(sorted(strange))}; known: {', '.join(sets.DATA)}")
    return asked


def _limits(text: str) -> dict[str, float]:
    given = {name: float(seconds) for name, _, seconds in (part.partition("=") for part in text.split(","))}
    if strange := given.keys() - set(PRESETS):
        raise argparse.ArgumentTypeError(f"no preset called {', '.join(sorted(strange))}")
    return LIMITS | given


def _key(seed: int, data: str, method: str, asked: argparse.Namespace) -> str:
    return f"{data}/{method}@{_limit(method, asked):g}/{seed}"


def _limit(method: str, asked: argparse.Namespace) -> float:
    """The seconds that a method has; 0 for those that know no limit."""
    return float(asked.limits.get(BESIDE.get(method, method), 0))


def _python(method: str, asked: argparse.Namespace) -> str:
    return str(asked.rivals_python if method.startswith(FAR) else sys.executable)


def _worker(method: str, asked: argparse.Namespace, *words: str) -> dict[str, Any]:
    """How to start a process for a method."""
    environment = {**os.environ, **dict.fromkeys(THREADS, str(asked.threads)), "PYTHONPATH": str(HERE)}
    return {"args": [_python(method, asked), "-m", "tabular.worker", *words], "env": environment, "text": True}


def _possible(methods: list[str], asked: argparse.Namespace) -> set[str]:
    """Those of the methods whose library is installed where they would run; the others are told."""
    found = set[str]()
    for python in {_python(method, asked) for method in methods}:
        those = [method for method in methods if _python(method, asked) == python]
        done = subprocess.run(**_worker(those[0], asked, "can", *those), capture_output=True, check=True, timeout=120)
        found |= set(done.stdout.split())
    for method in (method for method in methods if method not in found):
        print(f"{method} is left out, as it is not installed")
    return found


def _job(data: str, method: str, seed: int, files: tuple[Path, Path], asked: argparse.Namespace) -> Job:
    of = sets.DATA[data]
    train, test = map(str, files)
    return Job(method, data, train, test, of.target, of.positive, of.dates, seed, _limit(method, asked), asked.threads)


def _measured(job: Job, asked: argparse.Namespace) -> Cell:
    """The figures and scores of one fit, or its error."""
    with tempfile.TemporaryDirectory() as folder:
        worker = _worker(job.method, asked, folder)
        worker["env"]["TMPDIR"] = folder  # what a library leaves behind goes with it
        started = time.perf_counter()
        try:
            done = subprocess.run(
                **worker,
                input=json.dumps(asdict(job)),
                capture_output=True,
                check=False,
                timeout=3 * job.limit + PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return {"error": f"not done after {time.perf_counter() - started:.0f} s"}
        if done.returncode:
            return {"error": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
        figures: Cell = json.loads(Path(folder, "figures.json").read_text(encoding="utf-8"))
        answers = np.load(Path(folder, "answers.npy"))
    return {**figures, "process_seconds": time.perf_counter() - started, **_scores(job, answers)}


def _scores(job: Job, answers: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    target = pl.read_parquet(job.test, columns=[job.target])[job.target]
    truth = target if job.positive is None else target == job.positive
    return scores(truth.to_numpy().astype(np.float64), answers, classifies=job.positive is not None)


def _brief(data: str, cell: Cell) -> str:
    if "error" in cell:
        return f"failed: {cell['error']}"
    name = judged(data)
    return f"{name} {cell[name]:.4f}, fit {cell['fit_seconds']:.1f} s, a row {cell['latency_ms']:.2f} ms"


def _machine(threads: int) -> dict[str, Any]:
    load = round(os.getloadavg()[0], 1)
    return {"python": platform.python_version(), "cores": os.cpu_count(), "threads": threads, "load": load}


if __name__ == "__main__":
    main()
