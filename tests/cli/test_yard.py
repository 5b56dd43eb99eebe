"""The verbs of the yard: on both databases, for people and for programs."""

from __future__ import annotations

import getpass
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from modelyard import run
from modelyard.release import keys as kept
from modelyard.release.yard import Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call, Trained


@pytest.fixture
def home(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A yard that the environment names, whichever it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELYARD_HOME", address)
    return address


@pytest.fixture(scope="module")
def again(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same recipe with another seed."""
    home = tmp_path_factory.mktemp("again")
    return run.train(trained.folder / "recipe.yaml", ["seed=11"], home=home).bundle.folder


@pytest.fixture
def bundles(trained: Trained, again: Path, tmp_path: Path) -> list[Path]:
    """Two bundles of one name, outside of any yard."""
    places = [tmp_path / "one", tmp_path / "other"]
    for place, bundle in zip(places, (trained.bundle, again), strict=True):
        shutil.copytree(bundle, place)
    return places


def test_a_challenger_becomes_the_champion_and_back(call: Call, home: str, bundles: list[Path]) -> None:
    assert call("release", bundles[0], "--by", "Ada").status == 0
    told = call("release", bundles[1], "--as", "challenger", "--json")
    assert (told.json["version"], told.json["alias"]) == (2, "challenger")
    promoted = call("promote", "churn", "--json", "--by", "Grace")
    assert (promoted.json["version"], promoted.json["aliases"]) == (2, ["champion"])
    back = call("rollback", "churn")
    assert back.out == "churn version 1 is the champion again\n"
    refused = call("rollback", "churn", "--json")
    assert refused.status == 2
    assert refused.json["code"] == "not_in_yard"
    assert call("promote", "churn", "--from", "2").out == "churn version 2 is the champion\n"
    told = call("history", "churn", "--json")
    acts = told.json["acts"]
    assert [(act["kind"], act["by"]) for act in acts] == [
        ("promote", getpass.getuser()),
        ("rollback", getpass.getuser()),
        ("promote", "Grace"),
        ("release", getpass.getuser()),
        ("release", "Ada"),
    ]
    assert told.json["aliases"] == {"churn": {"champion": 2}}
    shown = call("history", "churn", "--limit", 1)
    assert "champion is version 2, 1 before" in shown.out
    assert "Grace" not in shown.out
    assert "churn: champion is version 2" in shown.out
    assert "did you mean 'churn'" in call("history", "churm").err
    assert Yard(home).aliases() == {"churn": {"champion": 2}}


@pytest.mark.usefixtures("home")
def test_a_difference_is_shown(call: Call, bundles: list[Path]) -> None:
    call("release", bundles[0])
    call("release", bundles[1])
    told = call("diff", "churn@1", "churn@champion")
    assert told.status == 0
    assert told.out.startswith("learnt from the same rows\n")
    assert re.search(r"^seed +7 +11", told.out, re.MULTILINE)
    as_json = call("diff", "churn@1", bundles[1], "--json").json
    assert {"where": "seed", "first": 7, "second": 11} in as_json["recipe"]
    assert call("diff", bundles[0], "churn@1").out == "the same bundle\n"


@pytest.mark.usefixtures("home")
def test_bundles_make_room(call: Call, bundles: list[Path]) -> None:
    call("release", bundles[0])
    call("release", bundles[1])
    asked = call("collect", "--keep", 0, "--age", "0d", "--dry-run")
    assert re.search(r"^[0-9a-f]{12}  [\d.]+ [kM]B  churn@1$", asked.out, re.MULTILINE)
    assert re.search(r"^1 bundle would go, .*; 1 stay$", asked.out, re.MULTILINE)
    assert call("collect").out == "0 bundles removed, 0 B; 2 stay\n"
    told = call("collect", "--keep", 0, "--age", "0d", "--json").json
    assert [each["releases"] for each in told["gone"]] == [["churn@1"]]
    assert told["size"] == told["gone"][0]["size"]
    refused = call("promote", "churn", "--from", "1")
    assert refused.status == 2
    assert "was collected" in refused.err
    assert call("collect", "--age", "soon").status == 2
    assert "collect" in call("history").out


def test_a_key_is_shown_once(call: Call, home: str) -> None:
    made = call("keys", "make", "billing", "--scopes", "predict, explain", "--expires", "90d", "--rate", 20)
    assert made.status == 0
    token = made.out.strip()
    assert re.fullmatch(r"my_[\w-]{43}", token)
    assert token not in made.err
    assert "shown once" in made.err
    key = Yard(home).keys.table()[kept.hash_of(token)]
    assert (key.name, sorted(key.scopes), key.rate) == ("billing", ["explain", "predict"], 20)
    assert key.expires is not None
    for words in (["keys", "list"], ["keys", "list", "--json"], ["history"], ["history", "--json"]):
        told = call(*words)
        assert told.status == 0
        assert "billing" in told.out
        assert token not in told.out + told.err
    (listed,) = call("keys", "list", "--json").json["keys"]
    assert (listed["valid"], listed["scopes"]) == (True, ["explain", "predict"])
    assert call("keys", "revoke", "billing").out == "revoked key 1, billing\n"
    assert not call("keys", "list", "--json").json["keys"][0]["valid"]
    assert call("keys", "revoke", "1").status == 2
    as_json = call("keys", "make", "billing", "--json").json
    assert as_json["token"].startswith("my_")
    assert as_json["number"] == 2


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["make"], "a name is missing"),
        (["revoke"], "a name is missing"),
        (["make", "a", "--scopes", "predikt"], "did you mean 'predict'?"),
        (["make", "a", "--scopes", ","], "opens nothing"),
        (["make", "a", "--expires", "soon"], "an age is a number of days"),
        (["make", "a", "--expires", "9999999y"], "after the end of time"),
        (["make", "a", "--rate", "-1"], "rate"),
        (["revoke", "nobody"], "no key 'nobody'"),
        (["burn"], "make"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_key(call: Call, words: list[str], told: str) -> None:
    ended = call("keys", *words)
    assert ended.status == 2
    assert told in ended.err


def test_a_yard_of_a_database_is_found_from_anywhere(
    call: Call, address: str, trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--home` takes what the environment takes; a bundle's own folder is never taken for the yard of a database."""
    monkeypatch.chdir(tmp_path)
    recipe = trained.folder / "recipe.yaml"
    bundle = call("train", recipe, "--home", address, "--json").json["bundle"]
    assert call("release", bundle, "--home", address).status == 0
    assert call("evaluate", "churn", trained.folder / "customers.csv", "--home", address).status == 0
    if "://" in address:
        nowhere = call("review", bundle, "--by", "Ada")
        assert nowhere.status == 2
        assert "no yard here" in nowhere.err
        monkeypatch.setenv("MODELYARD_HOME", address)
        assert call("review", bundle, "--by", "Ada").status == 0
        assert list(tmp_path.rglob("yard.db")) == []
    assert [release.version for release in Yard(address).releases()] == [1]


def test_a_secret_of_the_address_is_never_told(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    secret = "s3cr3t"  # noqa: S105 - of no database
    monkeypatch.setenv("MODELYARD_HOME", f"postgresql://ada:{secret}@127.0.0.1:1/yard")
    for words in (["history"], ["promote", "x"], ["keys", "list", "--json"], ["predict", "x", "y.csv"], ["doctor"]):
        told = call(*words)
        assert secret not in told.out + told.err, words
    bad = call("history", "--home", f"mysql://ada:{secret}@db/yard")
    assert bad.status == 2
    assert secret not in bad.out + bad.err
    assert "a yard cannot lie in 'mysql://'" in bad.err
