"""What a body of millions of empty lists costs: each takes twenty times its bytes, and seconds that all others wait."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.serve.asking import refused

if TYPE_CHECKING:
    from tests.serve.asking import Client

NAME = quote("风险")
MANY = b"[" + b"[]," * 500_000 + b"1]"
CASES: dict[str, tuple[str, bytes, str]] = {
    "rows": (f"/models/{NAME}/predict", MANY, "expected object, got array"),
    "a row": (f"/models/{NAME}/predict", b'{"a":' + MANY.replace(b"[]", b"{}") + b"}", "object contains unknown field"),
    "params": (
        f"/models/{NAME}/invocations",
        b'{"instances":[],"params":{"a":%s}}' % MANY,
        "a bundle's answer depends",
    ),
    "parameters": (f"/v2/models/{NAME}/infer", b'{"inputs":[],"parameters":{"a":%s}}' % MANY, "there are no tensors"),
}


@pytest.mark.parametrize(("path", "body", "told"), CASES.values(), ids=CASES.keys())
def test_lists_that_nobody_reads_are_not_built(client: Client, path: str, body: bytes, told: str) -> None:
    tracemalloc.start()
    try:
        problems = refused(client.ask("POST", path, body), 422, "data_invalid")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert problems[0]["problem"].startswith(told)
    assert peak < 8 * len(body)
