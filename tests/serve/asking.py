"""Ask an application as a client would, without a socket between."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from modelyard.serve.app import App

Content = bytes | str | list[bytes]


class Client:
    """One request at a time."""

    def __init__(self, app: App, *, warm: bool = True) -> None:
        self.app = app
        if warm:
            asyncio.run(app.warm_up())

    def ask(
        self, method: str, path: str, content: Content = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A list of bytes is sent in chunks, its length unsaid."""
        return asyncio.run(self._ask(method, path, content, headers))

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, value: Any, path: str = "/predict") -> httpx.Response:
        return self.ask("POST", path, json.dumps(value, ensure_ascii=False))

    def metric(self, figure: str, /, **labels: str) -> float:
        """A figure of `/metrics`; 0 where it is not there yet."""
        inner = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
        for line in self.get("/metrics").text.splitlines():
            if line.startswith(f"{figure}{{{inner}}} " if labels else f"{figure} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    async def _ask(self, method: str, path: str, content: Content, headers: Mapping[str, str] | None) -> httpx.Response:
        body = _chunks(content) if isinstance(content, list) else content
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1") as client:
            return await client.request(method, path, content=body, headers=headers)


async def _chunks(parts: list[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def refused(response: httpx.Response, status: int, code: str) -> list[dict[str, str]]:
    """The problems of an answer that must be a problem document and nothing more."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    parts = ["type", "title", "status", "code", "detail", "problems", "request_id"]
    assert list(document) == (parts if "error" not in document else [*parts, "error"])
    assert (document["status"], document["code"]) == (status, code)
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["title"]
    assert document["detail"]
    problems: list[dict[str, str]] = document["problems"]
    assert problems
    assert all(list(problem) == ["problem", "where", "hint"] for problem in problems)
    return problems
