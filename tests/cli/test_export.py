"""`export`: the folder that was asked for, and what to do with it next."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.cli import weighed
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call, Trained


@pytest.mark.parametrize(
    ("format_", "file", "following"),
    [
        ("mlflow", "MLmodel", "mlflow models serve --model-uri"),
        ("docker", "Dockerfile", "docker build"),
        ("kserve", "kubernetes.yaml", "kubectl apply -f"),
    ],
)
def test_each_format(call: Call, trained: Trained, tmp_path: Path, format_: str, file: str, following: str) -> None:
    told = call("export", trained.bundle, "--format", format_, "--out", tmp_path / "told", "--quiet")
    assert told.status == 0
    assert following in told.out
    told = call("export", trained.bundle, "--format", format_, "--out", tmp_path / "json", "--json")
    assert told.json["format"] == format_
    assert file in told.json["files"]
    assert (tmp_path / "json" / file).is_file()


def test_memory_is_measured_by_serving(call: Call, trained: Trained, tmp_path: Path) -> None:
    took = weighed.memory(Bundle.load(trained.bundle))
    assert 50_000_000 < took < 1_000_000_000
    assert call("export", trained.bundle, "--format", "kserve", "--out", tmp_path / "out").status == 0
    deployment = next(yaml.safe_load_all((tmp_path / "out" / "kubernetes.yaml").read_text(encoding="utf-8")))
    limits = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert int(limits["memory"].removesuffix("Mi")) << 20 == pytest.approx(2 * took, rel=0.4)


def test_memory_is_measured_though_the_yard_has_keys(call: Call, trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "yard" / "bundles" / trained.bundle.name
    shutil.copytree(trained.bundle, folder)
    assert call("keys", "make", "billing", "--home", tmp_path / "yard").status == 0
    told = call("export", folder, "--format", "kserve", "--out", tmp_path / "out")
    assert told.status == 0, told.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "kserv"), "did you mean 'kserve'?"),
        (("--format", "mlflow", "--open"), "--format mlflow.open: unknown key"),
        (("--format", "docker", "--image", "two words"), "is no name of an image"),
        (("--format", "docker", "--with", "train"), "--format docker.extras"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_written(
    call: Call, trained: Trained, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    ended = call("export", trained.bundle, *words, "--out", tmp_path / "out")
    assert ended.status == 2
    assert told in ended.err
    assert not (tmp_path / "out").exists()
