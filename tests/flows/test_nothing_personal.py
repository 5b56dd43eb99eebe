"""Nothing personal enters a bundle, a report, a log, an answer or an error text: planted values are searched for."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard.cli.main import main
from modelyard.data.personal import keyed
from modelyard.release.bundle import Bundle
from modelyard.serve.app import App
from modelyard.serve.settings import Logging, Settings
from tests.flows import planted
from tests.serve.asking import Client

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

KEY = secrets.token_urlsafe(32)


def written(folder: Path, frame: pl.DataFrame, **said: Any) -> Path:
    """A recipe with its rows beside it."""
    frame.write_csv(folder / "rows.csv")
    recipe = {
        "version": 1,
        "name": "planted",
        "data": "rows.csv",
        "target": "outcome",
        "model": "linear",
        "columns": {"internal": {"role": "ignore"}, "comment": {"kind": "text"}, "home": {"role": "slice"}},
        **said,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    return folder / "recipe.yaml"


def called(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """A verb's status, and all that it wrote: on standard output first."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    told = capfd.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out + told.err


def served(bundle: Bundle, home: Path, records: list[dict[str, Any]]) -> str:
    """All that a server answers to good rows and to bad ones, the log of requests on."""
    client = Client(App({"planted": bundle}, Settings(logging=Logging(str(home), inputs=True))))
    told = [client.post(records).text, client.post(records[0]).text]
    told += [client.post({**records[0], name: value}).text for name in records[0] for value in (["x"], {"a": 1})]
    told += [client.post({**records[0], "age": records[0]["Email"]}).text, client.get("/metrics").text]
    told += [client.ask("POST", "/predict", json.dumps(records)[:-2]).text, client.get("/openapi.json").text]
    told += [client.post({"record": records[0]}, "/explain").text]
    return "\n".join(told)


@pytest.mark.parametrize(("found", "model"), [("mask", "mlp"), ("hash", "linear")])
def test_no_planted_value_is_left_anywhere(
    found: str, model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keyed.KEY, KEY)
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "yard"))
    frame, values = planted.table()
    more = (
        {"training": {"epochs": 2}}
        if model == "mlp"
        else {"evidence": {"robustness": False}, "card": {"pictures": False}}
    )
    recipe = written(tmp_path, frame, protect={"found": found}, model=model, **more)
    answers = tmp_path / "answers.jsonl"
    said = [called(capfd, "check", recipe), called(capfd, "train", recipe, "--json")]
    assert [status for status, _told in said] == [0, 0]
    folder = str(json.JSONDecoder().raw_decode(said[1][1])[0]["bundle"])
    said.append(called(capfd, "predict", folder, tmp_path / "rows.csv", "--out", answers))
    said.append(called(capfd, "evaluate", folder, tmp_path / "rows.csv"))
    assert [status for status, _told in said] == [0, 0, 0, 0]
    bundle = Bundle.load(folder)
    records = frame.drop("outcome").head(20).to_dicts()
    told = "\n".join([*(told for _status, told in said), served(bundle, tmp_path / "served", records)])
    assert "personal data" in told
    contents = [("output", told.encode()), *((str(p), c) for p, c in planted.files(tmp_path, [tmp_path / "rows.csv"]))]
    assert len(contents) > 12
    assert len(values) > 900
    assert {name: dict(left) for name, content in contents if (left := planted.leaks(content, values))} == {}
    assert not any(KEY.encode() in content for _name, content in contents)


def test_the_search_finds_what_is_there() -> None:
    value = "ann.lee@example.org"
    for form in planted.forms(value):
        assert planted.leaks(b"before" + form + b"after", [value])[value] >= 1
    assert planted.leaks(json.dumps("于 王小明").encode(), ["王小明"]) == {"王小明": 1}
    assert planted.leaks(b"nothing", [value]) == {}


@pytest.mark.parametrize(
    "columns",
    [
        {"Email": {"kind": "number"}, "comment": {"kind": "time"}},
        {"home": {"levels": ["rent", "own"]}, "手机号": {"kind": "boolean"}},
        {"full_name": {"role": "weight"}},
    ],
)
def test_without_protection_errors_tell_no_value_either(
    columns: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    frame, values = planted.table()
    recipe = written(tmp_path, frame, columns=columns)
    status, told = called(capfd, "check", recipe)
    assert status == 2
    assert "error:" in told
    assert planted.leaks(told.encode(), values) == {}


@pytest.mark.parametrize("target", ["Email", "full_name", "home", "internal"])
def test_a_target_of_persons_is_refused_without_naming_one(
    target: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    frame, values = planted.table()
    recipe = written(tmp_path, frame, target=target, columns={}, task="multiclass")
    status, told = called(capfd, "check", recipe)
    assert status == 2
    assert planted.leaks(told.encode(), values) == {}
