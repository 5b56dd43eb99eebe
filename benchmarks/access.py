"""What keys, rates and limits add to `/predict`: microseconds of processor time of one request, without a socket.

Prints, and writes to benchmarks/results/access.json: the best round of a request through the routes alone, then
with the door's parts, one more at a time: what surrounds every request without a key (id, limits, time limit, headers),
a key, a rate of that key; and what each adds to a request over HTTP, whose whole time `benchmarks/serve_overhead.py`
measures. The rounds of all of them take turns, so that a busy minute falls on all alike.

Run it from the checkout: `python benchmarks/access.py` (about a minute).
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from modelyard.release.bundle import Bundle

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipes" / "customer-risk.yaml"
RESULT = Path(__file__).parent / "results" / "access.json"
ROUNDS, REQUESTS = 15, 2000


def main() -> None:
    """Train, measure, print, write."""
    from modelyard import run

    with tempfile.TemporaryDirectory() as home:
        bundle = run.train(RECIPE, ["model=linear", "compare=[]"], home=Path(home)).bundle
        figures = asyncio.run(_measured(bundle, home))
    alone = figures["routes alone"]
    print(f"\n{'one request in process':34}{'us':>9}{'added':>9}")
    for name, taken in figures.items():
        print(f"{name:34}{taken:9.1f}{taken - alone:9.1f}")
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    told = {"machine": machine, "rounds": ROUNDS, "requests": REQUESTS, "microseconds": figures}
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


async def _measured(bundle: Bundle, home: str) -> dict[str, float]:
    """Microseconds by what is asked."""
    from modelyard.release.yard import Yard
    from modelyard.serve.access.settings import Access
    from modelyard.serve.app import App
    from modelyard.serve.settings import Settings

    _key, token = Yard(home).keys.make("benchmark", ["predict"])
    opened = App({bundle.name: bundle})
    keyed = App({bundle.name: bundle}, Settings(access=Access(home=home)))
    rated = App({bundle.name: bundle}, Settings(access=Access(home=home, rate=1e6, burst=10_000_000)))
    for app in (opened, keyed, rated):
        await app.warm_up()
    body = json.dumps(bundle.example).encode()
    shown = [(b"authorization", f"Bearer {token}".encode())]
    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "routes alone": lambda: _ask(opened.router, body, []),
        "surrounded, without a key": lambda: _ask(opened, body, []),
        "with a key": lambda: _ask(keyed, body, shown),
        "with a key and its rate": lambda: _ask(rated, body, shown),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, ask in ways.items():
            started = time.process_time()
            for _ in range(REQUESTS):
                await ask()
            taken[name].append(1e6 * (time.process_time() - started) / REQUESTS)
    return {name: min(each) for name, each in taken.items()}


async def _ask(app: Any, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:  # noqa: ANN401 - any ASGI application
    """One request, as uvicorn would hand it over."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/predict",
        "raw_path": b"/predict",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"content-length", b"%d" % len(body)), *headers],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"answered with {message['status']}")

    await app(scope, receive, send)


if __name__ == "__main__":
    main()
