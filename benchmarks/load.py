"""The client of the serving benchmarks: kept connections, one request under way on each, in a process of its own.

It reads what to ask from standard input as JSON and prints figures as JSON. It is written on bare sockets, so that it
takes a fraction of what the server takes: `busy` is the share of a core that it took itself.

Every answer is compared with the expected one: by its bytes with the last that was right, else number by number.
"""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any, cast

WARM = 200  # requests before a round that are not counted
LONGEST = 600  # seconds that a round may take
CLOSE = 1e-4  # how far a number may lie from the expected one: batches of other sizes round otherwise
Figures = dict[str, float]


@dataclass(frozen=True)
class Question:
    """One request, the answer that is right, and how it is asked: so many times, or for so many seconds."""

    path: str
    body: str
    expected: Any
    method: str = "POST"
    connections: int = 1
    requests: int = 0
    seconds: float = 0.0
    warm: int = WARM
    key: str = ""


def ask(url: str, question: Question) -> Figures:
    """Ask from a process of its own: requests a second, and the median and 99th percentile in microseconds.

    Raises:
        CalledProcessError: the server answered something else, or not at all.
    """
    words = json.dumps({"url": url, "question": asdict(question)})
    done = subprocess.run(
        [sys.executable, __file__], input=words, stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def main() -> None:
    """Be that process."""
    import uvloop

    words = json.load(sys.stdin)
    print(json.dumps(uvloop.run(_asked(words["url"], Question(**words["question"])))))


async def _asked(url: str, question: Question) -> Figures:
    host, port = url.removeprefix("http://").split(":")
    body = question.body.encode()
    lines = [f"{question.method} {question.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json"] if body else []
    lines += [f"Authorization: Bearer {question.key}"] if question.key else []
    request = "\r\n".join([*lines, "", ""]).encode() + body
    loop = asyncio.get_running_loop()
    asking = [_Asking(request, question.expected) for _ in range(question.connections)]
    for one in asking:
        await loop.create_connection(lambda one=one: one, host, int(port))  # type: ignore[misc]
    await asyncio.gather(*(one.ask(max(question.warm // len(asking), 1), math.inf) for one in asking))
    times = question.requests // len(asking) if question.requests else math.inf
    until = time.perf_counter() + question.seconds if question.seconds else math.inf
    started, worked = time.perf_counter(), time.process_time()
    taken = await asyncio.gather(*(one.ask(times, until) for one in asking))
    wall = time.perf_counter() - started
    busy = (time.process_time() - worked) / wall
    return figures([seconds for each in taken for seconds in each], wall) | {"busy": busy}


class _Asking(asyncio.Protocol):
    """One connection: send, wait for the whole answer, note the time, again."""

    def __init__(self, request: bytes, expected: Any) -> None:  # noqa: ANN401 - any JSON
        self.request, self.expected, self.right = request, expected, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so

    def ask(self, times: float, until: float) -> asyncio.Future[list[float]]:
        """Ask so often, or until then; gives the seconds of each."""
        self.times, self.until, self.taken = times, until, list[float]()
        self.done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
        self._send()
        return self.done

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        now = time.perf_counter()
        self.taken.append(now - self.sent)
        if not (head[9:12] == b"200" and self._is_right(body)):
            self.done.set_exception(RuntimeError(f"another answer than in process: {self.received!r}"))
        elif len(self.taken) < self.times and now < self.until:
            self._send()
        else:
            self.done.set_result(self.taken)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _is_right(self, body: bytes) -> bool:
        if body != self.right:
            if not same(json.loads(body), self.expected):
                return False
            self.right = body
        return True

    def _send(self) -> None:
        self.received, self.sent = b"", time.perf_counter()
        self.transport.write(self.request)


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether two answers say the same, their numbers but for rounding.

    >>> same({"a": [1.0, "x"]}, {"a": [1.00001, "x"]}), same([1], [2])
    (True, False)
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(one == other)


def figures(taken: list[float], wall: float) -> Figures:
    """Of single times and of the whole, in seconds."""
    ordered = sorted(taken)
    return {
        "per_second": len(ordered) / wall,
        "p50_us": 1e6 * ordered[len(ordered) // 2],
        "p99_us": 1e6 * ordered[len(ordered) * 99 // 100],
    }


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])


if __name__ == "__main__":
    main()
