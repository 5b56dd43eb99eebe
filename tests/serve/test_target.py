"""Targets: what words of a call mean, that they travel, and that they name one bundle and no other."""

from __future__ import annotations

import pickle
import shutil
from typing import TYPE_CHECKING

import pytest

from modelyard.cli import words
from modelyard.core.errors import BundleError, UsageError, YardError
from modelyard.serve.settings import Canary, Promotion, Settings, Traffic
from modelyard.serve.target import Target
from tests.serve.releases import NAME, target

if TYPE_CHECKING:
    from modelyard.release.yard import Yard
    from modelyard.run import Run


@pytest.mark.parametrize(
    ("word", "version", "alias"),
    [
        (NAME, 1, "champion"),
        (f"{NAME}@champion", 1, "champion"),
        (f"modelyard:/{NAME}@challenger", 2, "challenger"),
        (f"{NAME}@2", 2, ""),
        (f"{NAME}@v3", 3, ""),
    ],
)
def test_an_alias_is_followed_and_a_version_stays(stock: Yard, word: str, version: int, alias: str) -> None:
    made = words.target(word, str(stock.home))
    assert (made.name, made.version, made.alias, made.home) == (NAME, version, alias, str(stock.home))
    assert made.open().digest == stock.find(f"{NAME}@{version}").digest


def test_a_folder_stays(price: Run) -> None:
    made = words.target(str(price.bundle.folder), None)
    assert made == Target(NAME, str(price.bundle.folder), price.bundle.digest)
    assert (made.release, made.label, made.marks) == ("", price.bundle.digest[:12], [])


@pytest.mark.parametrize(
    ("word", "kind"),
    [("recipe.yaml", UsageError), ("rows.csv", UsageError), ("nothing", YardError), ("no/such/folder", BundleError)],
)
def test_what_cannot_be_served_is_told(stock: Yard, word: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        words.target(word, str(stock.home))


def test_each_name_is_served_once(stock: Yard) -> None:
    with pytest.raises(UsageError, match="a second model called"):
        words.targets([NAME, f"{NAME}@2"], str(stock.home))


def test_targets_and_settings_travel_to_other_processes(stock: Yard) -> None:
    said = target(stock), Settings(traffic=Traffic((Canary("c", 0.1),), promotion=Promotion(100)))
    assert pickle.loads(pickle.dumps(said)) == said  # noqa: S301 - our own bytes


def test_a_password_in_a_home_is_not_shown() -> None:
    made = Target("risk", "/b", "0" * 64, "postgresql://me:secret@host/db", 1)
    assert "secret" not in repr(made)


def test_another_bundle_in_the_same_place_is_refused(stock: Yard) -> None:
    made = target(stock)
    shutil.copytree(stock.bundles / stock.find(f"{NAME}@2").digest, made.folder, dirs_exist_ok=True)
    with pytest.raises(BundleError, match="another bundle"):
        made.open()


def test_a_name_of_any_script_is_a_header() -> None:
    assert Target("风险", "/b", "0" * 64, "/yard", 3).marks == [(b"x-modelyard-release", b"%E9%A3%8E%E9%99%A9@3")]
