"""Does a server last? The risk model behind `modelyard serve`, asked for minutes at 70% of the most that it answers.

Prints, and writes to benchmarks/results/soak.json: seconds from start to ready and memory then, the peak at 8 kept
connections, then of the soak requests a second, the median and 99th percentile, how much memory grew from the first
tenth to the last, what failed, and whether every answer that a client got is in the log. `--kill` kills a worker every
few seconds meanwhile: what was under way on its connections is cut, everything else is answered.

Run it from the checkout: `python benchmarks/soak.py --minutes 10`, `python benchmarks/soak.py --minutes 1 --kill`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipes" / "customer-risk.yaml"
RESULT = Path(__file__).parent / "results" / "soak.json"
CONNECTIONS = 8
SHARE = 0.7
PEAK_SECONDS = 5.0
KILL_EVERY = 4.0  # seconds
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Train, serve, ask, print; 1 where something failed that should not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=0, help="1, or 2 with --kill")
    parser.add_argument("--kill", action="store_true", help="kill a worker every few seconds")
    parser.add_argument("--bundle", help="a bundle's folder, instead of training one")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        told = soak(Path(home), said.bundle, said.minutes * 60, said.workers or 1 + said.kill, kill=said.kill)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")
    wrong = told["failed"] + told["missing_in_log"] + (0 if said.kill else told["cut"])
    return int(wrong > 0 or told["growth"] > 0.05)


def soak(home: Path, folder: str | None, seconds: float, workers: int, *, kill: bool) -> dict[str, Any]:
    """All figures of one run."""
    name, example = _released(home, folder)
    words = [sys.executable, "-m", "modelyard.cli", "serve", name, "--home", str(home), "--port", "0", "--json"]
    begun = time.monotonic()
    with subprocess.Popen([*words, "--workers", str(workers)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        try:
            url = json.loads(server.stdout.readline())["url"]
            told: dict[str, Any] = {"workers": workers, "ready_seconds": time.monotonic() - begun}
            told["memory_mb"] = memory(server.pid) / 1e6
            print(
                f"ready in {told['ready_seconds']:.2f} s, {told['memory_mb']:.0f} MB, {workers} worker(s)", flush=True
            )
            peak = _ask(url, example, "peak", PEAK_SECONDS, 0.0).wait_told()
            told["peak_per_second"] = peak["per_second"]
            print(f"peak: {peak['per_second']:,.0f} a second, p99 {peak['p99_ms']:.2f} ms", flush=True)
            asking = _ask(url, example, "soak", seconds, SHARE * peak["per_second"])
            watch = _Watch(server.pid, kill=kill)
            watch.start()
            found = asking.wait_told()
            watch.over.set()
            watch.join()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    told |= {key: value for key, value in found.items() if key != "lost"}
    told |= {"failed": found["failed"] + peak["failed"], "kills": watch.kills, "growth": watch.growth()}
    told["memory_after_mb"] = watch.seen[-1] / 1e6
    told["missing_in_log"] = _missing(home, {"peak": peak, "soak": found})
    _show(told)
    return told


def _released(home: Path, folder: str | None) -> tuple[str, dict[str, Any]]:
    """A release in a yard of its own, and a row for it."""
    from modelyard import run
    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Yard

    if folder is None:
        print("training recipes/customer-risk.yaml", flush=True)
    bundle = Bundle.load(folder) if folder else run.train(RECIPE, home=home).bundle
    Yard(home).offer(bundle, [])
    return bundle.name, bundle.example


class _Watch(threading.Thread):
    """Looks at the memory of a server and its workers every second, and kills one now and then."""

    def __init__(self, pid: int, *, kill: bool) -> None:
        super().__init__()
        self.pid, self.kill = pid, kill
        self.over = threading.Event()
        self.seen: list[int] = [memory(pid)]
        self.kills = 0

    def run(self) -> None:
        next_kill = time.monotonic() + KILL_EVERY
        while not self.over.wait(1.0):
            self.seen.append(memory(self.pid))
            if self.kill and time.monotonic() > next_kill:
                os.kill(children(self.pid)[0], signal.SIGKILL)
                self.kills += 1
                next_kill += KILL_EVERY

    def growth(self) -> float:
        """The last tenth's median over the second tenth's, less 1: the first one still warms up."""
        tenth = max(1, len(self.seen) // 10)
        return statistics.median(self.seen[-tenth:]) / statistics.median(self.seen[tenth : 2 * tenth] or self.seen) - 1


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def memory(pid: int) -> int:
    """Bytes that a process and its children hold."""
    total = 0
    for one in (pid, *children(pid)):
        try:
            total += int(Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()[1]) * PAGE
        except (FileNotFoundError, ProcessLookupError):  # it has just been killed
            continue
    return total


def _missing(home: Path, runs: dict[str, dict[str, Any]]) -> int:
    """How many answers that a client got are not in the log."""
    got = {
        (name, place): bytearray(b"\1") * count for name, of in runs.items() for place, count in enumerate(of["asked"])
    }
    for name, of in runs.items():
        for place, number in of["lost"]:
            got[name, place][number] = 0
    with sqlite3.connect(home / "yard.db") as connection:
        for (own,) in connection.execute("SELECT id FROM answers"):
            name, place, number, _ = own.split("-")
            got[name, int(place)][int(number)] = 0
    return sum(map(sum, got.values()))


def _show(told: dict[str, Any]) -> None:
    print(f"soak: {told['per_second']:,.0f} a second, p50 {told['p50_ms']:.2f} ms, p99 {told['p99_ms']:.2f} ms")
    print(f"{told['answered']:,} answered, {told['failed']} failed, {told['cut']} cut by {told['kills']} kills")
    print(f"memory {told['memory_after_mb']:.0f} MB, grown by {told['growth']:.1%}")
    print(f"answers that are not in the log: {told['missing_in_log']}", flush=True)


class _Process(subprocess.Popen[str]):
    def wait_told(self) -> dict[str, Any]:
        """What it printed at its end."""
        out, _ = self.communicate()
        told: dict[str, Any] = json.loads(out)
        return told


def _ask(url: str, example: dict[str, Any], name: str, seconds: float, rate: float) -> _Process:
    """Ask from a process of its own, at a rate in all, or as fast as it is answered where that is 0."""
    words = {"url": url, "body": json.dumps(example), "name": name, "seconds": seconds, "rate": rate}
    return _Process([sys.executable, __file__, "client", json.dumps(words)], stdout=subprocess.PIPE, text=True)


def client() -> None:
    """The other process: kept connections, one request under way on each, made anew where the server cuts them."""
    import uvloop

    words = json.loads(sys.argv[2])
    host, port = words["url"].removeprefix("http://").split(":")

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + words["seconds"]
        every = CONNECTIONS / words["rate"] if words["rate"] else 0.0
        asking = [_Asking(words, place, every, until) for place in range(CONNECTIONS)]
        began = loop.time()
        await asyncio.gather(*(one.run(host, int(port)) for one in asking))
        took = sorted(seconds for one in asking for seconds in one.took)
        told = {
            "answered": len(took),
            "per_second": len(took) / (loop.time() - began),
            "p50_ms": 1e3 * took[len(took) // 2],
            "p99_ms": 1e3 * took[len(took) * 99 // 100],
            "failed": sum(one.failed for one in asking),
            "cut": sum(one.cut for one in asking),
            "asked": [one.number for one in asking],
            "lost": [(one.place, number) for one in asking for number in one.lost],
        }
        print(json.dumps(told))

    uvloop.run(ask())


class _Asking(asyncio.Protocol):
    """One connection: a request, its whole answer, the next."""

    def __init__(self, words: dict[str, Any], place: int, every: float, until: float) -> None:
        self.name, self.body, self.place = words["name"], words["body"].encode(), place
        self.every, self.until = every, until
        self.number = self.failed = self.cut = 0
        self.connected = False
        self.lost: list[int] = []
        self.took: list[float] = []

    async def run(self, host: str, port: int) -> None:
        """Ask until the time is over."""
        loop = asyncio.get_running_loop()
        next_one = loop.time() + self.every * self.place / CONNECTIONS
        while loop.time() < self.until:
            try:
                await loop.create_connection(lambda: self, host, port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            while self.connected and loop.time() < self.until:
                if self.every:
                    await asyncio.sleep(max(0.0, next_one - loop.time()))
                    next_one = max(next_one + self.every, loop.time() - 1)
                await self._once(loop)
            self.transport.close()

    async def _once(self, loop: asyncio.AbstractEventLoop) -> None:
        number, self.number = self.number, self.number + 1
        self.received = b""
        self.answer: asyncio.Future[bytes] = loop.create_future()
        if not self.connected:
            self.lost.append(number)
            return
        head = f"POST /predict HTTP/1.1\r\nHost: x\r\nX-Request-ID: {self.name}-{self.place}-{number}\r\n"
        began = time.perf_counter()
        self.transport.write(f"{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body)
        answer = await self.answer
        if answer.startswith(b"HTTP/1.1 200 "):
            self.took.append(time.perf_counter() - began)
            return
        self.lost.append(number)
        if not answer:
            self.cut += 1
        elif b'"not_ready"' in answer:  # a worker that has just been started: another one may answer
            await asyncio.sleep(0.01)
        else:
            self.failed += 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.connected = cast("asyncio.Transport", transport), True

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0") if found else 1
        if found and len(body) >= length and not self.answer.done():
            self.answer.set_result(self.received)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - lost is lost
        self.connected = False
        answer = getattr(self, "answer", None)
        if answer is not None and not answer.done():
            answer.set_result(b"")


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        client()
    else:
        sys.exit(main())
