"""`serve`, `launch` and `demo`, each as a process of its own that answers over HTTP and stops when told to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from modelyard.release.bundle import Bundle
from tests.cli.conftest import RECIPE, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Call, Trained

PROGRAM = [sys.executable, "-m", "modelyard.cli"]
REVIEWS = """\
version: 1
name: review-sentiment
data: reviews.csv
target: verdict
model: linear
columns: {review: {kind: text}}
hygiene: {duplicates: keep}
gates: [{gate: at_least, metric: accuracy, bound: 0.6}]
"""


@contextmanager
def running(*words: object, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """A verb in a process of its own, killed at the end if it still runs."""
    command = [*PROGRAM, *map(str, words)]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_object(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The one JSON object that a server prints when it is ready."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


def ask(url: str, rows: object) -> Any:
    request = Request(url, json.dumps(rows).encode(), {"Content-Type": "application/json"})  # noqa: S310 - loopback
    with build_opener(ProxyHandler({})).open(request, timeout=30) as reply:
        return json.load(reply)


@pytest.mark.parametrize(("sign", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_serve_answers_and_stops_when_told_to(
    trained: Trained, tmp_path: Path, sign: signal.Signals, status: int
) -> None:
    with running("serve", trained.bundle, "--port", 0, "--json", cwd=tmp_path) as process:
        told = first_object(process)
        assert told["models"] == {"churn": trained.told["digest"]}
        row = Bundle.load(trained.bundle).example
        assert ask(f"{told['url']}/predict", row) == Bundle.load(trained.bundle).predict(row)["predictions"][0]
        process.send_signal(sign)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (status, "")
    assert err == ("note: interrupted\n" if sign is signal.SIGINT else "")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("--canary", "challenger"), ("--shadow", "challenger=5%"), ("--promote-after", 5)])
def test_rules_that_fit_nothing_are_told_before_anything_is_served(
    call: Call, trained: Trained, words: tuple[object, ...]
) -> None:
    told = call("serve", trained.bundle, "--port", 0, *words)
    assert told.status == 2
    assert str(words[0]) in told.err


def test_launch_goes_all_the_way(folder: Path) -> None:
    with running("launch", "recipe.yaml", "--port", 0, "--json", "--quiet", cwd=folder) as process:
        told = first_object(process)
        assert (told["released"], told["version"], told["alias"]) == (True, 1, "champion")
        assert [verdict["passed"] for verdict in told["verdicts"]] == [True]
        bundle = Bundle.load(told["bundle"])
        assert ask(f"{told['url']}/models/churn/predict", [bundle.example]) == bundle.predict([bundle.example])
        with build_opener(ProxyHandler({})).open(f"{told['url']}/models", timeout=30) as reply:
            (served,) = json.load(reply)["models"]
        assert (served["release"], served["alias"]) == ("churn@1", "champion")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("as_json", [True, False])
def test_launch_ends_with_3_where_a_gate_says_no(call: Call, as_json: bool) -> None:  # noqa: FBT001 - a case
    gates = "gates=[{gate: at_least, metric: roc_auc, bound: 0.9999}]"
    told = call("launch", "recipe.yaml", "--port", 0, "--set", gates, *(["--json"] if as_json else []))
    assert told.status == 3
    if as_json:
        assert told.json["code"] == "refused"
        assert told.json["where"] == "gate at_least"
    else:
        assert "refused  at_least" in told.out
        assert "under the bound 0.9999" in told.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("verb", ["launch", "demo"])
def test_a_taken_port_is_told_before_anything_is_trained(call: Call, folder: Path, verb: str) -> None:
    _recipes(folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = call(verb, *(["recipe.yaml"] if verb == "launch" else []), "--port", taken.getsockname()[1])
    assert told.status == 2
    assert "the port is taken" in told.err
    assert "training" not in told.err


def test_demo_once(call: Call, folder: Path) -> None:
    _recipes(folder)
    told = call("demo", "--once", "--port", 0, "--home", "yard")
    assert told.status == 0, told.err
    for words in (
        "customer-risk: linear, binary",
        "released customer-risk version 1",
        "released review-sentiment version 1",
    ):
        assert words in told.out
    assert told.out.count("  -> ") == 3
    assert "-> glad (" in told.out
    assert "-> sad (" in told.out
    assert "Ctrl-C" not in told.out


def test_demo_goes_on_until_ctrl_c(folder: Path) -> None:
    _recipes(folder)
    with running("demo", "--port", 0, "--json", "--quiet", cwd=folder) as process:
        told = first_object(process)
        assert [model["name"] for model in told["models"]] == ["customer-risk", "review-sentiment"]
        risk, reviews = told["models"]
        assert set(risk["answered"]) == {"prediction", "probabilities"}
        assert len(reviews["answered"]["predictions"]) == len(reviews["asked"]) == 2
        again = ask(f"{told['url']}/models/review-sentiment/predict", reviews["asked"])
        assert again == reviews["answered"]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "note: interrupted\n")


def test_demo_ends_with_3_where_a_gate_says_no(call: Call, folder: Path) -> None:
    _recipes(folder)
    strict = REVIEWS.replace("bound: 0.6", "bound: 1.1")
    (folder / "recipes" / "review-sentiment.yaml").write_text(strict, encoding="utf-8")
    told = call("demo", "--once", "--port", 0)
    assert told.status == 3
    assert "gate at_least: accuracy is" in told.err
    assert "->" not in told.out


def test_demo_elsewhere_says_where_the_recipes_are(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = call("demo", "--once")
    assert told.status == 2
    assert "has no customer-risk.yaml and no review-sentiment.yaml" in told.err
    assert "--recipes DIR" in told.err


def _recipes(folder: Path) -> None:
    """The two recipes of the demo, on tiny tables."""
    place = folder / "recipes"
    place.mkdir()
    write_table(place / "customers.csv")
    (place / "customer-risk.yaml").write_text(RECIPE.replace("name: churn", "name: customer-risk"), encoding="utf-8")
    (place / "review-sentiment.yaml").write_text(REVIEWS, encoding="utf-8")
    lines = [
        line
        for number in range(40)
        for line in (
            f"the best coffee in years and I will buy it again {number},glad",
            f"stale and bitter and half of it was broken money back {number},sad",
        )
    ]
    (place / "reviews.csv").write_text("review,verdict\n" + "\n".join(lines) + "\n", encoding="utf-8")
