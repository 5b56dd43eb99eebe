"""What serving costs beside the bare graph: `/predict` of the risk bundle over HTTP against onnxruntime in process.

Prints, and writes to benchmarks/results/serve_overhead.json: requests a second and the median and 99th percentile of
`/predict` at 1 and 8 kept connections, of `/livez` (what HTTP costs without a model), of `session.run` alone and of
`bundle.predict` in process, their ratio to `session.run`, and the seconds from the start of a process to `/readyz`. The
server and the client have a process each. Every figure is the median of its rounds; the rounds of all of them take
turns, so that a busy minute falls on all alike.

Run it from the checkout: `python benchmarks/serve_overhead.py` (about two minutes).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from load import WARM, Figures, Question, ask, figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.release.bundle import Bundle

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipes" / "customer-risk.yaml"
RESULT = Path(__file__).parent / "results" / "serve_overhead.json"
ROUNDS, REQUESTS, CALLS, STARTS = 5, 4000, 4000, 5
CONNECTIONS = (1, 8)

# A server that tells when it had its imports, its bundle and its answer; monotonic clocks agree between processes.
SERVER = """
import sys, time
from modelyard.release.bundle import Bundle
from modelyard.serve.server import serve
imported = time.monotonic()
bundle = Bundle.load(sys.argv[1])
loaded = time.monotonic()
serve({bundle.name: bundle}, port=0, ready=lambda url: print(url, imported, loaded, time.monotonic(), flush=True))
"""


def main() -> None:
    """Train, measure, print, write."""
    from modelyard import run

    with tempfile.TemporaryDirectory() as home:
        print("training recipes/customer-risk.yaml")
        bundle = run.train(RECIPE, home=Path(home)).bundle
        starts = [_start(bundle.folder) for _ in range(STARTS)]
        rounds = _rounds(bundle)
    found = {name: _median(each) for name, each in rounds.items()}
    bare = found["onnxruntime"]
    for each in found.values():
        each["times_onnxruntime"] = bare["per_second"] / each["per_second"]
        each["beside_onnxruntime_us"] = 1e6 / each["per_second"] - 1e6 / bare["per_second"]
    start = _median(starts)
    _show(found, start)
    RESULT.parent.mkdir(exist_ok=True)
    told = {"machine": _machine(), "rounds": ROUNDS, "figures": found, "start_seconds": start}
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


def _rounds(bundle: Bundle) -> dict[str, list[Figures]]:
    """Every measure, round by round."""
    from modelyard.core.blocks import feeds

    inputs = bundle.features(bundle.signature.columns(bundle.signature.convert([bundle.example])))
    given = {name: array for name, array in feeds(inputs).items() if name in bundle.wanted}
    measures: dict[str, Callable[[], Figures]] = {
        "onnxruntime": lambda: _calls(lambda: bundle.session.run(["answers"], given)),
        "bundle.predict": lambda: _calls(lambda: bundle.predict(bundle.example)),
    }
    found: dict[str, list[Figures]] = {}
    with _server(bundle.folder) as (url, _times):
        live = Question("/livez", "", {"live": True}, method="GET", requests=REQUESTS)
        expected = bundle.predict(bundle.example)["predictions"][0]
        predict = Question("/predict", json.dumps(bundle.example, separators=(",", ":")), expected, requests=REQUESTS)
        for question, many in product((live, predict), CONNECTIONS):
            measures[f"{question.path}, {_plural(many)}"] = partial(ask, url, replace(question, connections=many))
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}")
            for name, measure in measures.items():
                found.setdefault(name, []).append(measure())
    return found


def _calls(call: Callable[[], object]) -> Figures:
    taken = []
    for _ in range(WARM):
        call()
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return figures(taken, sum(taken))


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, Figures]]:
    """A server in a process of its own: its URL, and how long each part of its start took."""
    begun = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            url, *moments = process.stdout.readline().split()
            imported, loaded, ready = map(float, moments)
            parts = {"imports": imported - begun, "load": loaded - imported, "warm_up": ready - loaded}
            yield url, parts | {"ready": ready - begun}
        finally:
            process.terminate()


def _start(folder: Path) -> Figures:
    with _server(folder) as (_url, parts):
        return parts


def _median(rounds: list[Figures]) -> Figures:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def _show(found: dict[str, Figures], start: Figures) -> None:
    print(f"\n{'one row':26}{'a second':>10}{'p50 us':>10}{'p99 us':>10}{'beside us':>11}{'times':>8}")
    for name, of in found.items():
        cells = f"{of['per_second']:10,.0f}{of['p50_us']:10.0f}{of['p99_us']:10.0f}"
        print(f"{name:26}{cells}{of['beside_onnxruntime_us']:11.0f}{of['times_onnxruntime']:8.1f}")
    parts = ", ".join(f"{name.replace('_', '-')} {seconds:.2f}" for name, seconds in start.items() if name != "ready")
    print(f"\nfrom start to ready: {start['ready']:.2f} s ({parts})")


def _plural(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"


def _machine() -> dict[str, Any]:
    from importlib.metadata import version

    packages = {name: version(name) for name in ("onnxruntime", "numpy", "uvicorn", "starlette", "msgspec")}
    load = os.getloadavg()[0]
    return {"python": platform.python_version(), "cores": os.cpu_count(), "load": round(load, 1), **packages}


if __name__ == "__main__":
    main()
