"""Modelyard beside `mlflow models serve` and `bentoml serve`: one table model and one text model, in one run.

Each server has an environment of its own under ~/.cache (MODELYARD_BENCH names another folder), installed by this
script; what pip cannot install is left out with a word. All of them serve the very same bundle: Modelyard as
`modelyard serve`, MLflow as the folder that `modelyard export --format mlflow` writes, asked in `dataframe_split`, the
form that it reads fastest, BentoML as a service of ten lines whose method is asynchronous. MLflow and BentoML are also
given a worker for each core.

Prints, and writes to benchmarks/results/serving.json: requests a second, p50 and p99 at 1, 8 and 32 kept connections,
seconds from the start to the first right answer, memory of all processes (PSS, and RSS), installed size, and the ratios
to Modelyard. Every answer is checked. All servers run at once and are asked in turns, round by round, so that a busy
minute falls on all alike; every figure is the median of its rounds. The client is a process of its own (`load.py`) and
tells what share of a core it took.

Run it from the checkout: `python benchmarks/serving.py` (about half an hour, the first time with training);
`--rounds 1 --seconds 1 --starts 1` for a taste.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from load import Figures, Question, ask
from modelyard.release import exporting
from modelyard.release.bundle import Bundle
from rivals import places, weigh
from rivals.servers import Running, Server, running

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "serving.json"
CONNECTIONS = (1, 8, 32)
WARM = 64  # requests before a round that are not counted
MODELS = {"customer-risk": "customer-risk.yaml", "review-sentiment": "review-sentiment.yaml"}
REVIEW = {"review": "The best coffee I have had in years: rich and smooth. I will buy it again and again."}
BRIEFLY = ("compare=[]",)
MEGABYTE = 1e6


def main() -> None:
    """Install, train, measure, print, write."""
    asked = _asked()
    programs = {name: _installed(name) for name in asked.servers}
    there = {name: place for name, place in programs.items() if place is not None}
    installed = {
        name: {"version": places.version(place, name), "bytes": places.size(place)} for name, place in there.items()
    }
    told: dict[str, Any] = {"machine": _machine(), "rounds": asked.rounds, "seconds": asked.seconds}
    told |= {"installed": installed, "models": {}}
    for bundle in _bundles(asked):
        print(f"\n{bundle.name}: bundle {bundle.digest[:12]}")
        found = _measured(bundle, there, asked)
        told["models"][bundle.name] = found
        _show(found, installed)
    asked.out.parent.mkdir(exist_ok=True, parents=True)
    asked.out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {asked.out}")


def _measured(bundle: Bundle, programs: dict[str, Path], asked: argparse.Namespace) -> dict[str, Any]:
    """The figures of every server, by its name."""
    record = REVIEW if bundle.name == "review-sentiment" else bundle.example
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        exported = Path(folder) / "mlflow"
        exporting.export(bundle, exporting.EXPORTS.build("mlflow", {}), exported)
        servers = [
            Server(kind, workers, place, bundle.folder.resolve(), exported)
            for kind, place in programs.items()
            for workers in ((1, asked.workers) if kind != "modelyard" and asked.workers > 1 else (1,))
        ]
        questions = {server: replace(server.question(record, bundle), warm=WARM) for server in servers}
        starts = {server: [_start(server, questions[server]) for _ in range(asked.starts)] for server in servers}
        up = {server: stack.enter_context(running(server, questions[server])) for server in servers}
        rounds = _rounds(up, questions, asked)
        found: dict[str, Any] = {}
        for server in servers:
            proportional, resident = weigh.memory(up[server].process)
            found[server.name] = {
                "kind": server.kind,
                "ready_seconds": statistics.median(starts[server]),
                "pss": proportional,
                "rss": resident,
                "connections": {many: _median(rounds[server, many]) for many in asked.connections},
            }
    return found


def _rounds(
    up: dict[Server, Running], questions: dict[Server, Question], asked: argparse.Namespace
) -> dict[tuple[Server, int], list[Figures]]:
    found: dict[tuple[Server, int], list[Figures]] = {}
    for number in range(asked.rounds):
        print(f"round {number + 1} of {asked.rounds}", flush=True)
        for many in asked.connections:
            for server, place in up.items():
                question = replace(questions[server], connections=many, seconds=asked.seconds)
                found.setdefault((server, many), []).append(ask(place.url, question))
    return found


def _start(server: Server, question: Question) -> float:
    with running(server, question) as up:
        return up.ready


def _bundles(asked: argparse.Namespace) -> list[Bundle]:
    """Those that are named, or the recipes trained anew into the cache."""
    if asked.bundles:
        return [Bundle.load(folder) for folder in asked.bundles]
    from modelyard import run

    made = []
    for recipe in MODELS.values():
        print(f"training recipes/{recipe}", flush=True)
        made.append(run.train(ROOT / "recipes" / recipe, BRIEFLY, home=places.CACHE / "yard").bundle)
    return made


def _installed(name: str) -> Path | None:
    print(f"installing {name}", flush=True)
    place = places.installed(name)
    if place is None:
        print(f"{name} is left out: pip could not install it")
    return place


def _median(rounds: list[Figures]) -> Figures:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def _show(found: dict[str, Any], installed: dict[str, Any]) -> None:
    ours = found.get("modelyard")
    for many in next(iter(found.values()))["connections"]:
        print(
            f"\n{f'{many} connections':24}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'client':>8}{'modelyard is':>15}"
        )
        for name, of in found.items():
            one = of["connections"][many]
            ratio = f"{ours['connections'][many]['per_second'] / one['per_second']:.1f} times" if ours else ""
            times = f"{one['p50_us'] / 1e3:9.2f}{one['p99_us'] / 1e3:9.2f}{one['busy']:8.0%}"
            print(f"{name:24}{one['per_second']:10,.0f}{times}{ratio:>15}")
    print(f"\n{'':24}{'ready s':>10}{'PSS MB':>9}{'RSS MB':>9}{'installed MB':>14}")
    for name, of in found.items():
        memory = f"{of['pss'] / MEGABYTE:9.0f}{of['rss'] / MEGABYTE:9.0f}"
        print(f"{name:24}{of['ready_seconds']:10.2f}{memory}{installed[of['kind']]['bytes'] / MEGABYTE:14.0f}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each round, for each server and connections")
    parser.add_argument("--starts", type=int, default=3, help="how often each server is started to tell its seconds")
    parser.add_argument("--connections", type=_numbers, default=CONNECTIONS, metavar="N,N")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="that rivals are given beside one")
    parser.add_argument("--servers", type=lambda words: words.split(","), default=list(places.PACKAGES), metavar="A,B")
    parser.add_argument("--bundles", type=Path, nargs="*", metavar="DIR", help="serve these instead of training")
    parser.add_argument("--out", type=Path, default=RESULT)
    return parser.parse_args()


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(map(int, words.split(",")))


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main()
