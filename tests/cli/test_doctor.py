"""What `doctor` finds on a good machine and on a broken one."""

from __future__ import annotations

import tempfile
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.cli import doctor as module

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


def found(call: Call, status: int) -> dict[str, dict[str, Any]]:
    told = call("doctor", "--json")
    assert told.status == status
    assert told.json["ok"] is (status == 0)
    return {finding["name"]: finding for finding in told.json["findings"]}


def test_a_machine_that_works(call: Call, folder: Path) -> None:
    findings = found(call, 0)
    assert findings["python"]["state"] == "ok"
    assert findings["modelyard"]["found"] == metadata.version("modelyard")
    assert f"torch {metadata.version('torch')}" in findings["extra train"]["found"]
    assert str(folder / ".modelyard") in findings["yard"]["found"]
    assert int(findings["cores"]["found"]) >= 1
    assert findings["disk"]["found"].endswith("GB free")
    for name in ("all-MiniLM-L6-v2", "multilingual-e5-small"):
        assert findings[f"weights {name}"]["state"] == "ok"
    assert "8080" in findings["port"]["found"]
    told = call("doctor")
    assert told.status == 0
    assert told.out.splitlines()[-1] == "The base works."


def test_an_extra_that_is_not_there_is_a_note(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_version", lambda package: None if package == "torch" else "1")
    finding = found(call, 0)["extra train"]
    assert finding["state"] == "note"
    assert finding["found"] == "without torch"
    assert "pip install 'modelyard[train]'" in finding["hint"]


def test_a_base_that_is_incomplete_is_broken(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    real = module._version
    monkeypatch.setattr(module, "_version", lambda package: None if package == "msgspec" else real(package))
    assert found(call, 1)["msgspec"]["state"] == "broken"
    told = call("doctor")
    assert told.status == 1
    assert told.out.splitlines()[-1] == "1 broken"
    assert "hint: pip install --force-reinstall modelyard" in told.out


def test_a_package_that_cannot_be_loaded_is_broken(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BINARIES", ("numpy", "no_such_module"))
    finding = found(call, 1)["no_such_module"]
    assert "No module named 'no_such_module'" in finding["found"]


def test_versions_apart_from_the_tested_ones_are_told(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    real = module._version
    monkeypatch.setattr(module, "_version", lambda package: "0.1" if package == "numpy" else real(package))
    finding = found(call, 0)["versions"]
    assert finding["state"] == "note"
    assert "numpy 0.1 (tested: " in finding["found"]


def test_a_yard_that_cannot_be_written_is_broken(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_where: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    finding = found(call, 1)["yard"]
    assert finding["state"] == "broken"
    assert finding["found"] == f"{folder} cannot be written: Permission denied"
    assert "MODELYARD_HOME" in finding["hint"]


@pytest.mark.parametrize("name", ["memory", "processor"])
def test_what_a_system_does_not_tell_is_no_failure(call: Call, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(module, "_memory", lambda: None)
    monkeypatch.setattr(module, "_flags", set[str])
    assert found(call, 0)[name]["state"] == "ok"
