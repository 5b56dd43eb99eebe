"""Releases that change under load: a canary, a promotion and a rollback while clients ask.

Two releases of one name learn from different years, so that each answers otherwise. Eight kept connections ask; in the
middle the second release gets a share of the requests, is promoted, and is rolled back. Every answer is compared with
what `bundle.predict` says offline for the release that its header names, and every request must get one. A request that
is lost, failed, or answered by another release than it says ends the script with 1.

Prints, and writes to benchmarks/results/promotions.json: requests by release, requests a second, and for each move the
seconds from it to the first answer of the new release and to the last one of the old.

Run it from the checkout: `python benchmarks/promotions.py` (200,000 requests, about two minutes; `--requests 3000` in
the tests; `--workers 2` where the server has workers).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.release.yard import Yard

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "promotions.json"
NAME = "house-price"
YEARS = {"champion": 3000, "challenger": 4000}  # what a square metre cost in the year that each has learnt from
CONNECTIONS, BODIES, SHARE = 8, 64, 0.2
QUIET = 0.5  # seconds without an answer of the old release after which a move is through
Answers = dict[str, list[Any]]


@dataclass
class Seen:
    """What the clients saw: answers of each release, when its first and its last came, and all that is wrong."""

    count: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def answered(self) -> int:
        """Answers so far, each of them right."""
        return sum(self.count.values())


class Asking(asyncio.Protocol):
    """One kept connection: send, wait for the whole answer, compare, again."""

    def __init__(self, bodies: list[bytes], expected: Answers, seen: Seen, enough: Callable[[], bool]) -> None:
        """Ask until it is enough."""
        self.bodies, self.expected, self.seen, self.enough = bodies, expected, seen, enough
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so
        self._send()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest, or check the answer and ask again."""
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        self._check(head, body)
        if not self.enough():
            self._send()
        elif not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """What was under way is lost."""
        if not self.done.done():
            self.seen.wrong.append(f"lost: the connection was closed ({exc})")
            self.done.set_result(None)

    def _check(self, head: bytes, body: bytes) -> None:
        release = head.partition(b"x-modelyard-release: ")[2].partition(b"\r\n")[0].decode()
        if not head.startswith(b"HTTP/1.1 200 "):
            self.seen.wrong.append(f"failed: {head[:30]!r} {body[:200]!r}")
        elif release not in self.expected or json.loads(body) != self.expected[release][self.which]:
            self.seen.wrong.append(f"another answer than {release or 'no release'} gives: {body[:200]!r}")
        else:
            now = time.monotonic()
            self.seen.count[release] += 1
            self.seen.first.setdefault(release, now)
            self.seen.last[release] = now

    def _send(self) -> None:
        key = self.seen.asked
        self.seen.asked += 1
        self.which = key % len(self.bodies)
        body, self.received = self.bodies[self.which], b""
        self.transport.write(
            b"POST /predict HTTP/1.1\r\nHost: yard\r\nX-Modelyard-Sticky: customer-%d\r\nContent-Length: %d\r\n\r\n%s"
            % (key, len(body), body)
        )


def main(words: list[str] | None = None) -> int:
    """Train, release, serve, ask, move, compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=200_000, help="at least; until both moves are through")
    parser.add_argument("--workers", type=int, default=1)
    said = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), said.requests, said.workers)
    _show(figures)
    if words is None:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        print(f"written to {RESULT.relative_to(ROOT)}")
    return 1 if figures["wrong"] or figures["answered"] != figures["requests"] else 0


def measure(folder: Path, requests: int, workers: int = 1) -> dict[str, Any]:
    """The whole of it, in a folder of its own."""
    yard, rows = stocked(folder)
    bodies = [json.dumps(row).encode() for row in rows]
    expected = {
        f"{NAME}@{release.version}": yard.open(release).predict(rows)["predictions"] for release in yard.releases(NAME)
    }
    extra = ["--workers", str(workers)] if workers > 1 else []
    with serving(yard.home, extra) as url:
        return asyncio.run(_asked(url, yard, requests, bodies, expected))


async def _asked(url: str, yard: Yard, requests: int, bodies: list[bytes], expected: Answers) -> dict[str, Any]:
    host, port = url.removeprefix("http://").split(":")
    seen, loop = Seen(), asyncio.get_running_loop()
    started = time.monotonic()
    moves = asyncio.create_task(_moves(yard, seen, requests))
    enough: Callable[[], bool] = lambda: moves.done() and seen.asked >= requests  # noqa: E731 - asked for each answer
    make = partial(Asking, bodies, expected, seen, enough)
    connections = [(await loop.create_connection(make, host, int(port)))[1] for _ in range(CONNECTIONS)]
    await asyncio.gather(*(one.done for one in connections))
    wall = time.monotonic() - started
    for one in connections:
        one.transport.close()
    await asyncio.sleep(0)  # so that they are
    return {
        "requests": seen.asked,
        "answered": seen.answered,
        "wrong": seen.wrong[:20],
        "releases": dict(sorted(seen.count.items())),
        "per_second": seen.answered / wall,
        "moves": await moves,
    }


async def _moves(yard: Yard, seen: Seen, requests: int) -> list[dict[str, Any]]:
    """The canary is there from the start; then it is promoted, then rolled back."""
    one, two = f"{NAME}@1", f"{NAME}@2"
    steps: list[tuple[str, Callable[[], object], str, str]] = [
        ("promotion", lambda: yard.promote(NAME), one, two),
        ("rollback", lambda: yard.rollback(NAME), two, one),
    ]
    told = []
    for place, (kind, act, old, new) in enumerate(steps, 1):
        while seen.asked < requests * place // (len(steps) + 1) and not seen.wrong:
            await asyncio.sleep(0.005)
        await asyncio.to_thread(act)
        at = time.monotonic()
        seen.first.clear()
        while not seen.wrong and (new not in seen.first or seen.last.get(old, 0.0) > time.monotonic() - QUIET):
            await asyncio.sleep(0.005)
        first, last = seen.first.get(new, at) - at, max(0.0, seen.last.get(old, at) - at)
        told.append({"move": kind, "from": old, "to": new, "first_of_new": first, "last_of_old": last})
    return told


def stocked(folder: Path) -> tuple[Yard, list[dict[str, Any]]]:
    """A yard of a champion and a challenger that answer otherwise, and rows to ask of."""
    from modelyard import run
    from modelyard.release.yard import Yard

    place, yard = random.Random(7), Yard(folder / "yard")  # noqa: S311 - rows for a benchmark
    rows = [{"area": place.randint(40, 200), "quarter": place.choice(["north", "south"])} for _ in range(400)]
    for alias, metre in YEARS.items():
        table = [
            f"{row['area']},{row['quarter']},{int(str(row['area'])) * metre + place.randint(0, 9000)}" for row in rows
        ]
        file = folder / f"{alias}.csv"
        file.write_text("\n".join(["area,quarter,price", *table]) + "\n", encoding="utf-8")
        recipe = {"version": 1, "name": NAME, "data": str(file), "target": "price", "model": "linear"}
        yard.offer(run.train(recipe, home=folder / "trained").bundle, (), alias)
    return yard, rows[:BODIES]


@contextmanager
def serving(home: Path, extra: list[str]) -> Iterator[str]:
    """`modelyard serve` in a process of its own, with a canary; gives its URL."""
    command = [sys.executable, "-m", "modelyard.cli", "serve", NAME, "--home", str(home), "--port", "0", "--json"]
    command += ["--quiet", "--canary", f"challenger={SHARE:.0%}", *extra]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def _show(figures: dict[str, Any]) -> None:
    print(
        f"{figures['answered']:,} of {figures['requests']:,} requests answered, {figures['per_second']:,.0f} a second"
    )
    for release, count in figures["releases"].items():
        print(f"  {release:20}{count:>10,}")
    for move in figures["moves"]:
        print(
            f"{move['move']:10} {move['from']} -> {move['to']}: first answer of the new one after "
            f"{move['first_of_new']:.2f} s, last one of the old after {move['last_of_old']:.2f} s"
        )
    for wrong in figures["wrong"]:
        print(f"WRONG: {wrong}")


if __name__ == "__main__":
    sys.exit(main())
