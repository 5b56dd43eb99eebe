"""Every answer is written down before its client hears it; what was written reaches the yard once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import sqlalchemy as sa

from modelyard.core.errors import ModelyardError, YardGoneError
from modelyard.release.ledger.tables import ANSWERS, FEEDBACK
from modelyard.release.yard import Yard
from modelyard.serve import locks
from modelyard.serve import shipping as shipping_module
from modelyard.serve.app import App
from modelyard.serve.settings import Logging, Settings
from tests.serve.asking import Client, refused
from tests.serve.conftest import RECORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelyard.run import Run
    from modelyard.serve.shipping import Shipping


def logging_to(risk: Run, home: Path, **said: Any) -> Client:
    return Client(App({"风险": risk.bundle}, Settings(logging=Logging(str(home), **said))))


def shipping(client: Client) -> Shipping:
    assert client.app.shipping is not None
    return client.app.shipping


def lines(folder: Path) -> list[dict[str, Any]]:
    """What lies in the files of a folder."""
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def rows(home: Path, table: sa.Table = ANSWERS) -> list[dict[str, Any]]:
    with Yard(home).engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.at)).mappings()]


def test_an_answer_is_in_the_file_when_its_client_hears_it_and_then_in_the_yard(risk: Run, tmp_path: Path) -> None:
    client = logging_to(risk, tmp_path)
    one = client.ask("POST", "/predict", json.dumps(RECORD), {"X-Request-ID": "ask-1"})
    (line,) = lines(tmp_path / "log")
    assert line["id"].startswith("ask-1-")
    many = client.post([RECORD, RECORD])
    client.post({"年龄": "old"})  # no answer: not in the log
    shipping(client).once()
    assert lines(tmp_path / "log") == []
    first, second = rows(tmp_path)
    assert first["id"] == line["id"]
    assert (first["name"], first["bundle"], first["release"]) == ("风险", risk.bundle.digest, None)
    assert (first["rows"], second["rows"]) == (1, 2)
    assert (first["exchange"], first["key"]) == ("native", None)
    assert (first["body"], second["body"]) == (one.json(), many.json())
    assert 0 < first["seconds"] < 60
    shipping(client).stop()
    assert list((tmp_path / "log").iterdir()) == []


def test_what_was_asked_is_kept_where_that_is_said(risk: Run, tmp_path: Path) -> None:
    client = logging_to(risk, tmp_path, inputs=True)
    told = client.ask("POST", "/predict", json.dumps(RECORD, indent=1)).json()
    assert lines(tmp_path / "log")[0]["body"] == {"asked": RECORD, "answered": told}


def test_answers_of_one_moment_are_one_write(risk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = logging_to(risk, tmp_path)
    own, written = shipping(client).own, list[int]()
    plain = own.write

    def noted(some: bytes) -> None:
        written.append(some.count(b"\n"))
        plain(some)

    monkeypatch.setattr(own, "write", noted)

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(client.app), base_url="http://yard") as asking:
            return await asyncio.gather(*(asking.post("/predict", json=RECORD) for _ in range(10)))

    assert {one.status_code for one in asyncio.run(ask())} == {200}
    assert sum(written) == 10 == len(lines(tmp_path / "log"))
    assert len(written) < 10


def test_feedback_is_a_row_of_its_own(risk: Run, tmp_path: Path) -> None:
    client = logging_to(risk, tmp_path)
    shipping(client).own.feedback("ask-1", "风险", 3, "好", None)
    shipping(client).once()
    (row,) = rows(tmp_path, FEEDBACK)
    assert (row["request"], row["row"], row["truth"], row["name"]) == ("ask-1", 3, "好", "风险")


def test_lines_that_are_moved_on_twice_are_there_once(risk: Run, tmp_path: Path) -> None:
    client = logging_to(risk, tmp_path)
    client.post(RECORD)
    (path,) = (tmp_path / "log").glob("*.jsonl")
    copied = path.read_bytes()
    shipping(client).once()
    (tmp_path / "log" / "again.jsonl").write_bytes(
        copied + b"{no line\n" + copied.replace(b"\xe5", b"\xff") + copied[:-20]
    )
    shipping(client).once()
    assert len(rows(tmp_path)) == 1


def test_no_more_is_held_at_once_than_fits(risk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long answers go in smaller parts: five hundred of the longest are gigabytes."""
    monkeypatch.setattr("modelyard.serve.shipping.HELD", 100)
    client = logging_to(risk, tmp_path)
    for _ in range(3):
        client.post([RECORD, RECORD])
    moving, parts = shipping(client), []
    assert moving.yard is not None
    plain = moving.yard.keep_lines

    def kept(**tables: Any) -> None:
        parts.append(len(tables["answers"]))
        plain(**tables)

    monkeypatch.setattr(moving.yard, "keep_lines", kept)
    moving.once()
    assert (parts, len(rows(tmp_path))) == ([1, 1, 1], 3)


def test_a_file_that_is_written_is_left_to_its_writer(risk: Run, tmp_path: Path) -> None:
    one, other = logging_to(risk, tmp_path), logging_to(risk, tmp_path)
    one.post(RECORD)
    shipping(other).once()
    assert len(lines(tmp_path / "log")) == 1
    os.close(shipping(one).own._file)  # as its end does
    shipping(other).once()
    assert len(rows(tmp_path)) == 1


def test_the_database_may_be_gone_for_a_while(risk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = logging_to(risk, tmp_path)
    moving = shipping(client)
    assert moving.yard is not None
    plain = moving.yard.keep_lines

    def gone(**_tables: Any) -> None:
        raise YardGoneError("the yard cannot be written", str(tmp_path))

    monkeypatch.setattr(moving.yard, "keep_lines", gone)
    for _ in range(3):
        assert client.post(RECORD).status_code == 200
        with pytest.raises(YardGoneError):
            moving.once()
        moving.failed = True
    assert len(lines(tmp_path / "log")) == 3
    assert len(list((tmp_path / "log").glob("*.jsonl"))) == 2  # one was turned, the other goes on
    monkeypatch.setattr(moving.yard, "keep_lines", plain)
    moving.once()
    moving.failed = False
    moving.once()
    assert len(rows(tmp_path)) == 3


def test_a_folder_that_cannot_be_written_is_told_at_the_start(risk: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelyardError, match="the log cannot be written") as caught:
        logging_to(risk, tmp_path, folder=str(tmp_path / "file"))
    assert "--log" in caught.value.hint


FULL = """
import json, resource, signal, sys
from modelyard.release.bundle import Bundle
from modelyard.serve.app import App
from modelyard.serve.settings import Logging, Settings
from tests.serve.asking import Client

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
bundle = Bundle.load(sys.argv[1])
folder, lenient = sys.argv[2], sys.argv[3] == "lenient"
client = Client(App({bundle.name: bundle}, Settings(logging=Logging(folder=folder, lenient=lenient))))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
told = [client.post(bundle.example) for _ in range(6)]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
told.append(client.post(bundle.example))
print(json.dumps([[one.status_code, one.json().get("code")] for one in told]))
"""


@pytest.mark.parametrize("lenient", [False, True])
def test_a_full_disk_is_a_503_unless_the_answer_matters_more(risk: Run, tmp_path: Path, *, lenient: bool) -> None:
    words = [sys.executable, "-c", FULL, str(risk.bundle.folder), str(tmp_path), "lenient" if lenient else "strict"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    kept = lines(tmp_path)  # each of them whole
    if lenient:
        assert told == [[200, None]] * 7
        assert 1 < len(kept) < 7
        assert done.stderr.count("not in the log") == 1
    else:
        assert told[0] == [200, None] == told[-1]
        assert [503, "log_unwritable"] in told
        assert len(kept) == sum(status == 200 for status, _ in told)


def test_a_full_disk_is_told_as_one(risk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = logging_to(risk, tmp_path)

    def full(_lines: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shipping(client).own, "write", full)
    problem = refused(client.post(RECORD), 503, "log_unwritable")[0]
    assert problem["problem"] == "what is answered cannot be written down: no space left on device"


def test_a_file_that_another_removed_before_it_was_locked_is_begun_anew(
    risk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, plain, seen = logging_to(risk, tmp_path), locks.take, list[int]()

    def late(file: int) -> bool:
        if not seen:
            seen.append(file)
            shipping(other).once()  # comes between the opening and the lock
        return plain(file)

    monkeypatch.setattr(locks, "take", late)
    client = logging_to(risk, tmp_path)
    client.post(RECORD)
    assert len(seen) == 1 == len(lines(tmp_path / "log"))


def test_the_thread_lives_on_whatever_a_driver_raises(
    risk: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping_module, "EVERY", 0.01)
    client = logging_to(risk, tmp_path)
    moving = shipping(client)
    client.post(RECORD)
    told = (tmp_path / "log" / f"{moving.own.worker}-1.jsonl").read_bytes()
    foreign = tmp_path / "log" / "0.jsonl"
    foreign.write_bytes(told.replace(b'"rows":1', b'"rows":%d' % 10**30))  # more than a database counts to
    moving.start()
    until(lambda: moving.failed)
    foreign.unlink()
    until(lambda: not moving.failed and len(rows(tmp_path)) == 1)
    moving.stop()
    assert len(rows(tmp_path)) == 1  # once, however often it was tried
    assert not foreign.exists()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
