"""Who may reach a server, by the options of `serve` and `launch`."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from modelyard.cli.reach import told
from modelyard.release.yard import Yard
from modelyard.serve.access.settings import Access
from modelyard.serve.settings import Limits
from tests.cli.test_serve import first_object, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call, Trained


def test_nothing_said_is_the_settings_own() -> None:
    reach = told()
    assert (reach.limits, reach.access) == (Limits(), Access())


@pytest.mark.parametrize("verb", ["serve", "launch"])
def test_every_option_has_a_sentence(call: Call, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = call(verb, "--help").out
    for option in (
        *("open", "rate", "burst", "cors", "tls-cert", "tls-key", "tls-client-ca", "trust-proxy", "access-log"),
        *("max-body", "max-head", "head-seconds", "body-seconds", "timeout", "connections"),
    ):
        assert re.search(rf"--{option} .*\w\.", shown), option


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--host", "0.0.0.0"], "is a public address, and there is no key"),  # noqa: S104 - that is what is refused
        (["--tls-cert", "a.pem"], "TLS needs --tls-key too"),
        (["--tls-client-ca", "a.pem"], "TLS needs --tls-cert and --tls-key too"),
        (["--tls-cert", "a.pem", "--tls-key", "a.key"], "cannot be read"),
        (["--cors", "app.example.com"], "is no origin"),
        (["--trust-proxy", "all"], "is no address"),
        (["--rate", "0"], "is no number of requests"),
        (["--timeout", "0"], "--timeout"),
    ],
)
@pytest.mark.parametrize("verb", ["serve", "launch"])
def test_what_does_not_fit_is_told_before_anything_begins(
    call: Call, folder: Path, trained: Trained, words: list[str], problem: str, verb: str
) -> None:
    what = trained.bundle if verb == "serve" else folder / "recipe.yaml"
    ended = call(verb, what, "--port", 0, *words)
    assert ended.status == 2
    assert problem in ended.err
    assert "training" not in ended.err


def test_serve_asks_for_the_keys_of_its_yard(trained: Trained, tmp_path: Path) -> None:
    _key, token = Yard(tmp_path / "yard").keys.make("one", ["predict"])
    words = ("serve", trained.bundle, "--home", tmp_path / "yard", "--port", 0, "--json", "--access-log")
    with running(*words, cwd=tmp_path) as process:
        url = first_object(process)["url"]
        statuses = []
        for headers in ({}, {"Authorization": f"Bearer {token}"}):
            request = Request(f"{url}/models", headers=headers)  # noqa: S310 - loopback
            try:
                statuses.append(build_opener(ProxyHandler({})).open(request, timeout=30).status)
            except HTTPError as error:
                statuses.append(error.code)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (statuses, process.returncode, out) == ([401, 200], 0, "")
    lines = [json.loads(line) for line in err.splitlines()]
    assert [(line["status"], line["key"], line["route"]) for line in lines] == [
        (401, None, "unknown"),
        (200, "one", "/models"),
    ]
    assert token not in err
