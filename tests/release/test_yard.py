"""Names, versions and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import modelyard
from modelyard import run
from modelyard.core.errors import BundleError, YardError
from modelyard.core.report import Verdict
from modelyard.release.bundle import Bundle
from modelyard.release.yard import Yard, here, home_of
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

YES, NO = Verdict("at_least", passed=True, reason="fine"), Verdict("at_least", passed=False, reason="too low")


def test_versions_count_up_and_the_newest_is_the_champion(yard: Yard, binary: Run, other: Run) -> None:
    first, second = yard.offer(binary.bundle, [YES]), yard.offer(other.bundle, [YES])
    assert (first.version, second.version, second.alias) == (1, 2, "champion")
    assert [(r.version, r.alias) for r in yard.releases("risk")] == [(2, "champion"), (1, "")]
    champion = yard.champion("risk")
    assert champion is not None
    assert champion.digest == other.bundle.digest
    assert yard.find("risk").verdicts == (YES,)


def test_the_champion_is_not_released_twice(yard: Yard, binary: Run) -> None:
    assert yard.offer(binary.bundle, [YES]) == yard.offer(binary.bundle, [YES])
    assert len(yard.releases()) == 1


def test_what_a_gate_refused_is_not_released(yard: Yard, binary: Run) -> None:
    with pytest.raises(YardError, match="said no"):
        yard.offer(binary.bundle, [YES, NO])
    assert yard.releases() == []


def test_a_release_is_found_by_every_name_it_has(
    yard: Yard, binary: Run, other: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [])
    for name in ("risk", "risk@champion", "risk@2", "risk@v2", "modelyard:/risk@champion", "modelyard:/risk"):
        assert yard.find(name).digest == other.bundle.digest, name
    assert yard.find("risk@1").digest == binary.bundle.digest
    monkeypatch.setenv("MODELYARD_HOME", yard.place.address)
    assert modelyard.load("risk@1").digest == binary.bundle.digest
    assert modelyard.load("modelyard:/risk@champion").digest == other.bundle.digest


@pytest.mark.parametrize(("asked", "hint"), [("risc", "risk"), ("risk@champ", "champion"), ("risk@9", "known")])
def test_an_unknown_name_offers_the_nearest(yard: Yard, binary: Run, asked: str, hint: str) -> None:
    yard.offer(binary.bundle, [])
    with pytest.raises(YardError) as caught:
        yard.find(asked)
    assert hint in caught.value.hint


def test_an_altered_bundle_in_the_yard_is_refused(yard: Yard, binary: Run) -> None:
    release = yard.offer(binary.bundle, [])
    assert yard.open(release).digest == binary.bundle.digest
    (yard.bundles / release.digest / "report.json").write_text("{}")
    with pytest.raises(BundleError, match=r"report\.json"):
        yard.open(release)
    with pytest.raises(BundleError):
        yard.champion("risk")


def test_a_bundle_put_in_anothers_place_is_refused(yard: Yard, binary: Run, other: Run) -> None:
    release = yard.offer(binary.bundle, [])
    place = yard.bundles / release.digest
    place.rename(yard.bundles / "aside")
    yard.offer(other.bundle, [])
    (yard.bundles / other.bundle.digest).rename(place)
    with pytest.raises(BundleError, match="another bundle"):
        yard.open(release)


def test_the_yard_of_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "project" / "deep" / "er"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    with pytest.raises(YardError, match="no yard here"):
        here()
    (tmp_path / "project" / ".modelyard").mkdir()
    assert here().home == tmp_path / "project" / ".modelyard"
    assert home_of(inner) == inner / ".modelyard"
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "elsewhere"))
    assert here().home == home_of(inner) == tmp_path / "elsewhere"


@pytest.mark.parametrize("name", ["odd ? # %20 é", "院子", "a?mode=ro"])
def test_a_yard_may_lie_in_a_folder_of_any_name(name: str, binary: Run, tmp_path: Path) -> None:
    assert Yard(tmp_path / name).offer(binary.bundle, []).version == 1
    assert Yard(tmp_path / name).find("risk").digest == binary.bundle.digest
    assert {entry.name for entry in tmp_path.iterdir()} == {name}
    assert (tmp_path / name / "yard.db").is_file()


def test_a_yard_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(YardError) as caught:
        Yard(tmp_path / "taken").releases()
    assert "MODELYARD_HOME" in caught.value.hint


def test_gates_compare_with_the_champion(tmp_path: Path) -> None:
    gates = [{"gate": "not_worse", "metric": "roc_auc"}, {"gate": "at_least", "metric": "roc_auc", "bound": 0.5}]
    good = making.train(tmp_path, making.table("binary", rows=300), gates=gates)
    released, verdicts = run.release(good.bundle, good.yard)
    assert released is not None
    assert "no champion yet" in verdicts[0].reason
    blind = {name: {"role": "ignore"} for name in ("年龄", "home", "member", "comment")}
    poor = making.train(tmp_path, making.table("binary", rows=300), gates=gates, columns=blind)
    refused, verdicts = run.release(poor.bundle, poor.yard)
    assert refused is None
    assert not verdicts[0].passed
    assert "worse by" in verdicts[0].reason
    champion = good.yard.champion("test")
    assert isinstance(champion, Bundle)
    assert champion.digest == good.bundle.digest
