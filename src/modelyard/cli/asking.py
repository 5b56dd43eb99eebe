"""A question to a server that this program has started itself."""

import json
from typing import Any

PATIENCE = 300  # seconds for an answer


def post(url: str, rows: Any) -> Any:  # noqa: ANN401 - any JSON
    """What is answered to rows, past any proxy: it does not know our loopback address."""
    from urllib.request import ProxyHandler, Request, build_opener

    request = Request(url, json.dumps(rows).encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own server
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as reply:
        return json.load(reply)
