"""Every path of the application has a scope on purpose."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from modelyard.serve.access import scopes
from modelyard.serve.app import App
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.run import Run

CASES = {
    "/predict": "predict",
    "/models/risk/predict": "predict",
    "/invocations": "predict",
    "/models/risk/invocations": "predict",
    "/v2/models/risk/infer": "predict",
    "/v2/models/risk/versions/3/infer": "predict",
    "/explain": "explain",
    "/models/risk/explain": "explain",
    "/models/admin/explain": "explain",
    "/feedback": "feedback",
    "/models/风险/feedback": "feedback",
    "/admin": "admin",
    "/admin/acts": "admin",
    "/admin/models/risk/predict": "admin",
    "/admin/models/risk/promote": "admin",
    "/livez": None,
    "/readyz": None,
    "/v2/health/ready": None,
    "/": None,
    "/docs": None,
    "/openapi.json": None,
    "/console/": None,
    "/console/main.js": None,
    "/models": "",
    "/metrics": "",
    "/models/risk/releases": "",
    "/models/risk/releases/3/card": "",
    "/v2": "",
    "/v2/models/risk/ready": "",
    # What looks like something open, and is not there.
    "/livez/": "",
    "/docs/../admin": "",
    "/consoles": "",
    "//admin": "",
    "": "",
}


@pytest.mark.parametrize("path", CASES)
def test_a_path_needs_its_scope(path: str) -> None:
    assert scopes.needed(path) == CASES[path]


def paths_of(app: App) -> Iterator[tuple[str, str]]:
    """Every method and path of the application's own table, a name put in where one belongs."""
    for route in app.router.routes:
        path = re.sub(r"\{[^}]*\}", "风险", route.path)  # type: ignore[attr-defined]
        for method in sorted(route.methods or {"GET"}):  # type: ignore[attr-defined]
            yield method, path


def test_every_route_has_a_scope_on_purpose(risk: Run) -> None:
    found = list(paths_of(App({"风险": risk.bundle})))
    assert ("POST", "/models/风险/predict") in found
    assert [each for each in found if not scopes.is_ruled(each[1], each[0])] == []


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/models/risk/unload"), ("DELETE", "/models"), ("GET", "/secrets")]
)
def test_a_route_without_a_rule_is_found_out(method: str, path: str) -> None:
    assert not scopes.is_ruled(path, method)


def test_every_route_asks_for_its_scope(risk: Run, tmp_path: Path) -> None:
    """Each path without a key, with a key of every other scope, and with the one that opens it."""
    from modelyard.release.keys import SCOPES
    from modelyard.release.yard import Yard
    from modelyard.serve.access.settings import Access
    from modelyard.serve.settings import Settings
    from tests.serve.asking import Client, refused

    yard = Yard(tmp_path / "yard")
    tokens = {scope: yard.keys.make(scope, [scope])[1] for scope in SCOPES}
    app = App({"风险": risk.bundle}, Settings(access=Access(home=str(tmp_path / "yard"))))
    client = Client(app)
    seen = set()
    for method, path in paths_of(app):
        if method == "HEAD":  # as GET, without a body to read the code from
            continue
        needed = scopes.needed(path)
        seen.add(needed)
        bare = client.ask(method, path)
        if needed is None:
            assert bare.status_code not in {401, 403}, path
            continue
        refused(bare, 401, "key_missing")
        for scope, token in tokens.items():
            told = client.ask(method, path, headers={"Authorization": f"Bearer {token}"})
            if needed in {"", scope}:
                assert told.status_code not in {401, 403}, (path, scope)
            else:
                assert f"'{needed}'" in refused(told, 403, "scope_missing")[0]["problem"]
                assert f'scope="{needed}"' in told.headers["www-authenticate"]
    assert {"predict", "", None} <= seen
    assert client.post(RECORD).status_code == 401


@pytest.mark.parametrize(
    "path", ["/predict", "/invocations", "/explain", "/feedback", "/v2/models/风险/infer", "/livez"]
)
def test_a_line_break_behind_a_path_opens_nothing(risk: Run, tmp_path: Path, path: str) -> None:
    """A pattern's `$` matches before it, and the path without its rule asks for any key at all."""
    from modelyard.release.yard import Yard
    from modelyard.serve.access.settings import Access
    from modelyard.serve.settings import Settings
    from tests.serve.asking import Client, refused

    _key, token = Yard(tmp_path / "yard").keys.make("reader", ["admin"])
    client = Client(App({"风险": risk.bundle}, Settings(access=Access(home=str(tmp_path / "yard")))))
    method = "GET" if path == "/livez" else "POST"
    told = client.ask(method, f"{path}%0A", json.dumps(RECORD), {"Authorization": f"Bearer {token}"})
    assert refused(told, 404, "not_found")[0]["problem"] == "nothing lies here"
    assert "x-modelyard-bundle" not in told.headers
