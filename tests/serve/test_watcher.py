"""Releases change while they are served: what moves in the yard moves here, and what cannot run never takes a place."""

from __future__ import annotations

import gc
import logging
import shutil
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from modelyard.core.errors import BundleError
from modelyard.serve import watcher
from modelyard.serve.server import background
from modelyard.serve.settings import Settings, Traffic
from tests.serve.releases import HOUSE, NAME, Served, target

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.yard import Yard

WAIT = 30  # seconds after which a test gives up


def test_an_alias_is_followed_there_and_back(stock: Yard) -> None:
    client = Served(stock)
    assert client.version() == "1"
    stock.promote(NAME)
    assert client.version() == "1"
    client.look()
    assert client.version() == "2"
    assert client.told()["release"] == f"{NAME}@2"
    assert client.told()["digest"] == stock.find(NAME).digest
    stock.rollback(NAME)
    client.look()
    assert client.version() == "1"


def test_a_fixed_version_stays(stock: Yard) -> None:
    client = Served(stock, version=1)
    stock.promote(NAME)
    client.look()
    assert client.version() == "1"
    assert client.told()["alias"] is None


def test_any_alias_is_followed(stock: Yard, dearer: Any) -> None:
    client = Served(stock, alias="challenger")
    assert client.version() == "2"
    stock.offer(dearer[1].bundle, (), "challenger")
    client.look()
    assert client.version() == "4"


def test_what_is_served_when_it_starts_is_what_the_alias_names_then(stock: Yard) -> None:
    started_with = target(stock)
    stock.promote(NAME)
    with background({NAME: started_with}, port=0) as url:
        answer = httpx.post(f"{url}/predict", json=HOUSE)
    assert answer.headers["x-modelyard-release"] == f"{NAME}@2"


def test_a_release_that_is_gone_from_its_alias_goes_on(stock: Yard) -> None:
    client = Served(stock, alias="challenger")
    stock.promote(NAME)  # the challenger is the champion, and nothing else challenges
    client.look()
    assert client.version() == "2"


def corrupted(yard: Yard, version: int, how: str) -> None:
    folder = yard.bundles / yard.find(f"{NAME}@{version}").digest
    if how == "missing":
        shutil.rmtree(folder)
    elif how == "cut":
        (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-1])
    else:
        shutil.copytree(yard.bundles / yard.find(f"{NAME}@3").digest, folder, dirs_exist_ok=True)


@pytest.mark.parametrize("how", ["missing", "cut", "another"])
def test_a_corrupt_bundle_is_refused_and_told_and_the_running_one_goes_on(
    stock: Yard, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Served(stock)
    stock.promote(NAME)
    corrupted(stock, 2, how)
    for _ in range(3):
        client.look()
    assert client.house().headers["x-modelyard-release"] == f"{NAME}@1"
    assert client.refused() == [("champion", f"{NAME}@2")]
    assert client.get("/readyz").status_code == 200
    assert client.metric("modelyard_release_refused_info", model=NAME, role="champion") == 1
    told = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(told) == 1
    assert f"{NAME}@2 is refused" in told[0].getMessage()
    stock.rollback(NAME)
    client.look()
    assert client.refused() == []


def test_a_bundle_that_is_whole_again_takes_its_place(
    stock: Yard, dearer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "AGAIN", 0.0)
    client = Served(stock)
    stock.promote(NAME)
    folder = stock.bundles / dearer[0].bundle.digest
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(b"")
    client.look()
    assert client.version() == "1"
    (folder / "model.onnx").write_bytes(whole)
    client.look()
    assert (client.version(), client.refused()) == ("2", [])


def test_what_runs_does_not_change_with_the_disk(stock: Yard) -> None:
    client = Served(stock)
    before = client.house().json()
    for version in (1, 2, 3):
        corrupted(stock, version, "cut")
    client.look()
    assert client.house().json() == before
    shutil.rmtree(stock.bundles)
    client.look()
    assert client.house().json() == before
    assert client.get("/openapi.json").status_code == 200


def test_a_bundle_that_does_not_answer_its_example_is_refused(stock: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Served(stock)
    stock.promote(NAME)
    opened = type(stock).open

    def broken(yard: Yard, release: Any) -> Any:
        bundle = opened(yard, release)
        bundle.example = {"area": "large"}
        return bundle

    monkeypatch.setattr(type(stock), "open", broken)
    client.look()
    monkeypatch.undo()
    assert client.version() == "1"
    assert client.told()["refused"][0]["problem"] == "does not answer its own example"


def test_without_its_yard_it_goes_on_and_tells_once(
    stock: Yard, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Served(stock)

    def gone(*_: object) -> None:
        raise OSError("secret-host")

    monkeypatch.setattr(type(stock), "aliases", gone)
    for _ in range(4):
        client.look()
    assert client.metric("modelyard_yard_up") == 0
    assert (client.house().status_code, client.get("/readyz").status_code) == (200, 200)
    told = [r.getMessage() for r in caplog.records if "yard" in r.getMessage()]
    assert told == ["the yard does not answer (OSError): what runs goes on"]
    monkeypatch.undo()
    stock.promote(NAME)
    client.look()
    assert client.version() == "2"
    assert client.metric("modelyard_yard_up") == 1


def test_a_yard_that_does_not_answer_is_asked_less_often(stock: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Served(stock)
    asked: list[float] = []

    def gone(*_: object) -> None:
        asked.append(time.monotonic())
        raise OSError

    monkeypatch.setattr(type(stock), "aliases", gone)
    for _ in range(50):
        client.app.watcher.look()
    assert len(asked) == 1
    (place,) = client.app.watcher.places.values()
    for failures in (*range(20), 5000):  # hours later
        place.next_try, place.failures = 0.0, max(failures, place.failures)
        client.app.watcher.look()
    assert 0 < place.next_try - time.monotonic() <= watcher.LONGEST


def test_a_move_reaches_a_running_server_and_no_request_is_lost(stock: Yard) -> None:
    settings = Settings(traffic=Traffic(poll=0.05))
    expected = {f"{NAME}@{v}": stock.open(stock.find(f"{NAME}@{v}")).predict(HOUSE)["predictions"][0] for v in (1, 2)}
    seen: list[tuple[str, Any]] = []
    enough = threading.Event()

    with background({NAME: target(stock)}, port=0, settings=settings) as url, httpx.Client() as client:
        asking = threading.Thread(target=lambda: _ask_until(enough, client, url, seen))
        asking.start()
        for move in (stock.promote, stock.rollback):
            move(NAME)
            wanted = f"{NAME}@{stock.find(NAME).version}"
            deadline = time.monotonic() + WAIT
            while (not seen or seen[-1][0] != wanted) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert seen[-1][0] == wanted
        enough.set()
        asking.join(WAIT)
    assert all(answer == expected[release] for release, answer in seen)


def _ask_until(enough: threading.Event, client: httpx.Client, url: str, seen: list[tuple[str, Any]]) -> None:
    while not enough.is_set():
        answer = client.post(f"{url}/predict", json=HOUSE)
        seen.append((answer.headers.get("x-modelyard-release", f"status {answer.status_code}"), answer.json()))


def test_a_bundle_that_was_replaced_is_let_go(stock: Yard) -> None:
    client = Served(stock)
    client.version()
    client.get("/metrics")
    bundle = weakref.ref(client.deployment.stable.bundle)
    stock.promote(NAME)
    client.look()
    assert client.version() == "2"
    client.app.watcher.look()
    gc.collect()
    assert bundle() is None
    assert client.figures()["1"]["requests"] == 1


def test_a_folder_is_served_without_a_yard(stock: Yard, tmp_path: Path) -> None:
    from modelyard.serve.app import App
    from tests.serve.asking import Client

    client = Client(App({NAME: stock.open(stock.find(NAME))}))
    client.app.watcher.look()
    response = client.post(HOUSE)
    assert response.status_code == 200
    assert "x-modelyard-release" not in response.headers
    assert client.app.watcher.places == {}
    assert not (tmp_path / ".modelyard").exists()


def test_a_worker_that_starts_late_serves_what_the_alias_names_then(stock: Yard) -> None:
    before = target(stock)
    stock.promote(NAME)
    stock.collect(keep=0, age=0)
    (found, bundle) = before.opened()
    assert (found.version, found.alias, bundle.digest) == (2, "champion", stock.find(NAME).digest)
    shutil.rmtree(bundle.folder)
    with pytest.raises(BundleError):
        before.opened()
