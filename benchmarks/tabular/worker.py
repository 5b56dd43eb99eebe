"""One fit in a process of its own: a job comes in by stdin as JSON, answers and figures go into a folder.

Any Python that has the method's library runs it, one without Modelyard too.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tabular.job import BY_NAME, PRESETS, Job, is_ours

if TYPE_CHECKING:
    from tabular.job import Fitted

SECONDS = 2.0  # that a latency is measured for, at most
CALLS = 300
MANY = 100_000  # rows, and fewer where they would take longer than
LONG = 15.0  # seconds
NEEDS = {"autogluon": "autogluon", "catboost": "catboost", "lightgbm": "lightgbm"}  # else scikit-learn


def main() -> None:
    """Do the job, or tell (`can METHOD...`) which methods can be done here."""
    if sys.argv[1] == "can":
        print(*filter(_can, sys.argv[2:]))
        return
    folder = Path(sys.argv[1])
    job = Job(**json.load(sys.stdin))
    warnings.simplefilter("ignore")
    fitted = _fit(job)
    answers = fitted.predict(fitted.test)
    np.save(folder / "answers.npy", np.asarray(answers, dtype=np.float64))
    figures: dict[str, Any] = {
        "fit_seconds": fitted.seconds,
        "latency_ms": _latency(fitted),
        "rows_per_second": _speed(fitted),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **fitted.told,
    }
    (folder / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


def _fit(job: Job) -> Fitted:
    if is_ours(job.method):
        from tabular import ours

        return ours.fit(job)
    from tabular import rivals

    return rivals.fit(job)


def _can(method: str) -> bool:
    if is_ours(method):
        from modelyard.families import MODELS

        return ("auto" if method in PRESETS else method.removeprefix(BY_NAME)) in MODELS.names
    return importlib.util.find_spec(NEEDS.get(method.partition("_")[0], "sklearn")) is not None


def _latency(fitted: Fitted) -> float:
    """Milliseconds a single row takes, the median of as many calls as there is time for."""
    taken: list[float] = []
    fitted.predict(fitted.one[0])
    begun = time.perf_counter()
    while len(taken) < CALLS and time.perf_counter() - begun < SECONDS:
        row = fitted.one[len(taken) % len(fitted.one)]
        started = time.perf_counter()
        fitted.predict(row)
        taken.append(time.perf_counter() - started)
    return 1000 * float(np.median(taken))


def _speed(fitted: Fitted) -> float:
    """Rows a second, many at once."""
    started = time.perf_counter()
    fitted.predict(fitted.test)
    pace = len(fitted.test) / (time.perf_counter() - started)
    rows = fitted.repeated(int(min(MANY, max(len(fitted.test), pace * LONG))))
    started = time.perf_counter()
    fitted.predict(rows)
    return len(rows) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
