"""A running server of two models against requests that schemathesis makes up from its OpenAPI document.

Every protocol is asked: requests that fit the document and requests that break it in one place. Wanted are no 5xx, no
status, header, media type or body that the document does not tell, nothing accepted that the document forbids, and for
`/predict` nothing refused that it allows (no schema says that tensors are of one length, so it is not asked there).
Prints, and writes to benchmarks/results/hostile.json: how many requests there were and what was found.

Run it from the checkout: `python benchmarks/hostile.py` (some minutes).
"""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "hostile.json"
EXAMPLES = 200  # of each operation
LEAST = 5000  # requests
STRICT = "positive_data_acceptance"
# 408 and 413 refuse too; the tool knows of the others by itself.
CONFIG = """\
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429]
"""
CASES = re.compile(r"(\d+) generated")


@dataclass(frozen=True)
class Attack:
    """What one run of schemathesis was asked, how many requests it made, whether it found nothing, what it said."""

    asked: str
    requests: int
    clean: bool
    said: str


def attack(url: str, *words: str, examples: int, phases: str = "examples,coverage,fuzzing") -> Attack:
    """Run schemathesis on a server, the same requests each time."""
    call = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--no-color", "--phases", phases]
    call += ["--max-examples", str(examples), "--generation-deterministic", *words]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    found = CASES.search(said)
    return Attack(" ".join(words), int(found[1]) if found else 0, done.returncode == 0, said)


def whole(url: str, examples: int, phases: str = "examples,coverage,fuzzing") -> list[Attack]:
    """Every operation by every check that can be asked of it, and `/predict` by all."""
    return [
        attack(url, "--exclude-checks", STRICT, examples=examples, phases=phases),
        attack(url, "--checks", STRICT, "--include-path-regex", "predict$", examples=examples, phases=phases),
    ]


def main() -> int:
    """Train two models, serve them, attack, print, write."""
    from modelyard import run
    from modelyard.serve.server import background
    from modelyard.serve.settings import Logging, Settings

    with tempfile.TemporaryDirectory() as home:
        bundles = {}
        for name, target, kinds in (("risk", "status", {"note": {"kind": "text"}}), ("price", "price", {})):
            data = _rows(Path(home) / f"{name}.csv", price=name == "price")
            recipe: dict[str, Any] = {"version": 1, "name": name, "data": str(data), "target": target}
            trained = run.train(recipe | {"model": "linear", "columns": kinds}, home=Path(home) / "yard")
            bundles[name] = trained.bundle
        with background(bundles, port=0, settings=Settings(logging=Logging(folder=home))) as url:
            found = whole(url, EXAMPLES)
    requests = sum(each.requests for each in found)
    for each in found:
        print(f"{each.asked}: {each.requests:,} requests, {'nothing found' if each.clean else each.said}")
    print(f"{requests:,} requests in all")
    RESULT.parent.mkdir(exist_ok=True)
    told = [{key: value for key, value in asdict(each).items() if key != "said" or not each.clean} for each in found]
    RESULT.write_text(json.dumps({"requests": requests, "attacks": told}, indent=1) + "\n", encoding="utf-8")
    return 0 if requests >= LEAST and all(each.clean for each in found) else 1


def _rows(file: Path, *, price: bool) -> Path:
    """A small table of every kind of column."""
    place = random.Random(5)  # noqa: S311 - rows for a benchmark
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["age", "city", "member", "since", *(["price"] if price else ["note", "status"])])
        for _ in range(400):
            age, city = place.randint(20, 70), place.choice(["Köln", "上海", "Lyon", ""])
            row = [age if place.random() < 0.9 else "", city, place.choice(["yes", "no"])]
            row.append(f"20{place.randint(10, 24)}-0{place.randint(1, 9)}-1{place.randint(0, 9)}")
            late = place.random() < age / 100
            word = f"{'late again' if late else 'paid in time'} {place.random():.4f}"
            writer.writerow(
                [*row, age * 1000 + place.randint(0, 500)] if price else [*row, word, "bad" if late else "good"]
            )
    return file


if __name__ == "__main__":
    sys.exit(main())
