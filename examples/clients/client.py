"""Ask a Modelyard server for an answer and its explanation, and tell it later what came of it.

Usage: python client.py URL RECORD [TRUTH]; the key comes from MODELYARD_KEY.
"""

import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
from typing import Any

TRIES = 5
LONGEST = 60.0  # seconds that are waited before another try
TIMEOUT = 30.0  # seconds for one answer
BUSY = {429, 503}  # worth another try; everything else would fail again


class Problem(Exception):
    """What the server says is wrong, from its problem document (RFC 9457)."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        first = f"{status} {document.get('code', '')}: {document.get('detail', 'no detail')}"
        told = [f"  {each['where']}: {each['problem']} ({each['hint']})" for each in document.get("problems", ())]
        super().__init__("\n".join([first, *told, f"  request {document.get('request_id', 'unknown')}"]))


class Client:
    """One server, asked with one key."""

    def __init__(self, url: str, key: str = "") -> None:
        self.url = url.rstrip("/")
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def predict(self, record: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """The answer, and the request id by which feedback knows it again."""
        return self.post("/predict", record)

    def explain(self, record: dict[str, Any]) -> dict[str, Any]:
        """What each column adds to the answer."""
        return self.post("/explain", {"record": record})[0]

    def feedback(self, request_id: str, truth: object) -> dict[str, Any]:
        """Tell what came of an answer."""
        return self.post("/feedback", {"request_id": request_id, "truth": truth})[0]

    def post(self, path: str, body: object) -> tuple[dict[str, Any], str]:
        """The JSON that comes back; a server that is busy is asked again when it says so."""
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), self.headers)
        for tried in range(1, TRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:
                    return json.load(reply), reply.headers["X-Request-ID"]
            except urllib.error.HTTPError as error:
                if error.code not in BUSY or tried == TRIES:
                    raise Problem(error.code, _document(error)) from None
                time.sleep(_pause(error.headers.get("Retry-After"), tried))
        raise AssertionError("the last try has returned or raised")


def _pause(said: str | None, tried: int) -> float:
    """Seconds: what the server says, else twice as long each time; a little chance keeps clients apart."""
    seconds = float(said) if said and said.isdigit() else 0.1 * 2**tried
    return min(seconds, LONGEST) + random.random() / 10


def _document(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found = json.load(error)
    except ValueError:  # a proxy's page
        return {}
    return found if isinstance(found, dict) else {}


def main(url: str, record: str, truth: str = "") -> None:
    """Predict, explain, and give feedback where the truth is known: a line of JSON each."""
    client = Client(url, os.environ.get("MODELYARD_KEY", ""))
    answer, request_id = client.predict(json.loads(record))
    print(json.dumps(answer))
    print(json.dumps(client.explain(json.loads(record))))
    if truth:
        print(json.dumps(client.feedback(request_id, truth)))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (Problem, urllib.error.URLError) as error:
        sys.exit(str(error))
