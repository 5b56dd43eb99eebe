"""Champions and challengers, forth and back, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from modelyard.core.errors import BundleError, UsageError, YardError
from modelyard.core.report import Verdict
from modelyard.release.ledger.tables import RELEASES

if TYPE_CHECKING:
    from modelyard.release.yard import Yard
    from modelyard.run import Run


def test_a_challenger_stands_beside_the_champion(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    made = yard.offer(other.bundle, [], alias="challenger", by="Ada")
    assert (made.version, made.alias) == (2, "challenger")
    assert yard.aliases() == {"risk": {"challenger": 2, "champion": 1}}
    assert yard.aliases("risk") == yard.aliases()
    assert yard.aliases("none") == {}
    assert yard.find("risk").version == 1
    assert yard.find("risk@challenger") == made
    assert yard.offer(other.bundle, [], alias="challenger") == made


def test_a_champion_is_not_its_own_challenger(yard: Yard, binary: Run) -> None:
    champion = yard.offer(binary.bundle, [])
    assert yard.offer(binary.bundle, [], alias="challenger") == champion
    assert yard.aliases() == {"risk": {"champion": 1}}


def test_a_challenger_released_as_champion_challenges_no_longer(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [], alias="challenger")
    yard.offer(other.bundle, [])
    assert yard.aliases() == {"risk": {"champion": 3}}


def test_promoting_and_rolling_back(yard: Yard, binary: Run, other: Run, third: Run) -> None:
    yard.offer(binary.bundle, [], by="Ada")
    yard.offer(other.bundle, [], alias="challenger", by="Ada")
    made = yard.promote("risk", by="Grace")
    assert (made.version, made.alias, made.aliases) == (2, "champion", ("champion",))
    assert yard.aliases() == {"risk": {"champion": 2}}
    yard.offer(third.bundle, [])
    assert yard.rollback("risk", by="Grace").version == 2
    assert yard.rollback("risk", by="Grace").version == 1
    with pytest.raises(YardError, match="no version before"):
        yard.rollback("risk")
    assert yard.promote("risk", 3).version == 3
    assert yard.promote("risk", "v2").version == 2
    assert yard.rollback("risk").version == 3
    told = [(act.kind, act.by, act.detail["version"], act.detail["before"]) for act in yard.history("risk")][::-1]
    assert told == [
        ("release", "Ada", 1, None),
        ("release", "Ada", 2, None),
        ("promote", "Grace", 2, 1),
        ("release", "", 3, 2),
        ("rollback", "Grace", 2, 3),
        ("rollback", "Grace", 1, 2),
        ("promote", "", 3, 1),
        ("promote", "", 2, 3),
        ("rollback", "", 3, 2),
    ]
    champion = yard.champion("risk")
    assert champion is not None
    assert champion.digest == third.bundle.digest


def test_promoting_the_champion_changes_nothing(yard: Yard, binary: Run) -> None:
    yard.offer(binary.bundle, [])
    assert yard.promote("risk", 1).alias == "champion"
    assert len(yard.history("risk")) == 1


@pytest.mark.parametrize(
    ("name", "which", "hint"), [("risc", "challenger", "risk"), ("risk", "challenger", "champion")]
)
def test_what_is_not_there_is_not_promoted(yard: Yard, binary: Run, name: str, which: str, hint: str) -> None:
    yard.offer(binary.bundle, [])
    with pytest.raises(YardError) as caught:
        yard.promote(name, which)
    assert hint in caught.value.hint
    assert len(yard.history("risk")) == 1


def test_an_altered_bundle_is_neither_promoted_nor_rolled_back_to(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [])
    (yard.bundles / binary.bundle.digest / "report.json").write_text("{}")
    with pytest.raises(BundleError, match=r"report\.json"):
        yard.promote("risk", 1)
    with pytest.raises(BundleError, match=r"report\.json"):
        yard.rollback("risk")
    assert yard.aliases() == {"risk": {"champion": 2}}


@pytest.mark.parametrize("alias", ["", "2", "v2", "a b", "../x", "x" * 65, "a\0b"])
def test_what_reads_as_no_alias_is_none(yard: Yard, binary: Run, alias: str) -> None:
    with pytest.raises(UsageError, match="is no alias"):
        yard.offer(binary.bundle, [], alias=alias)
    assert yard.releases() == []


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "../../etc/passwd", "'; DROP TABLE releases; --", "x" * 10_000])
def test_a_name_from_outside_is_only_unknown(yard: Yard, binary: Run, name: str) -> None:
    yard.offer(binary.bundle, [])
    for call in (yard.find, yard.promote, yard.rollback):
        with pytest.raises(YardError, match="no release called"):
            call(name)
    assert yard.aliases(name) == {}
    assert yard.champion(name) is None
    assert yard.find("risk").version == 1


def test_a_version_may_have_several_aliases(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(other.bundle, [], alias="canary")
    yard.offer(binary.bundle, [])
    yard.promote("risk", "canary")
    (first, second) = yard.releases("risk")
    assert (second.version, second.alias, second.aliases) == (1, "champion", ("champion", "canary"))
    assert (first.alias, first.aliases) == ("", ())


def test_acts_are_written_and_read(yard: Yard, binary: Run) -> None:
    yard.act("answered a letter", "risk", "Ada", {"线": [1, None, "é"]})
    yard.act("nothing", "")
    yard.review(binary.bundle, "Ada")
    assert [act.kind for act in yard.acts()] == ["review", "nothing", "answered a letter"]
    (found,) = yard.acts({"answered a letter"}, subject="risk")
    assert (found.by, found.detail) == ("Ada", {"线": [1, None, "é"]})
    assert len(yard.acts(limit=2)) == 2
    assert yard.history("risk") == []
    assert yard.acts()[0].subject == binary.bundle.digest


def test_a_figure_that_is_none_is_kept_as_none(yard: Yard, binary: Run) -> None:
    """JSON knows no NaN, and PostgreSQL refuses it."""
    yard.offer(binary.bundle, [Verdict("at_least", passed=True, reason="?", value=float("nan"), bound=0.5)])
    (verdict,) = yard.find("risk").verdicts
    assert (verdict.value, verdict.bound) == (None, 0.5)


def test_a_bundle_that_was_collected_is_not_opened(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [])
    with yard.database.writing() as connection:
        connection.execute(sa.update(RELEASES).where(RELEASES.c.version == 1).values(gone="2026-01-01"))
    for call in (lambda: yard.open(yard.find("risk@1")), lambda: yard.promote("risk", 1)):
        with pytest.raises(YardError, match="was collected"):
            call()
    with pytest.raises(YardError, match="every earlier bundle was collected"):
        yard.rollback("risk")


def test_a_difference_of_two_releases(yard: Yard, binary: Run, other: Run) -> None:
    yard.offer(binary.bundle, [])
    yard.offer(other.bundle, [])
    found = yard.diff("risk@1", "risk")
    assert (found.first, found.second) == (binary.bundle.digest, other.bundle.digest)
    assert not found.same
    assert not found.rows
    assert [change.where for change in found.recipe] == ["data.train.path"]
    assert {change.where for change in found.scores} >= {"log_loss"}
    assert found.columns == ()
    same = yard.diff("risk@1", "risk@v1")
    assert same.same
    assert same.rows
    assert (same.recipe, same.columns, same.scores, same.versions) == ((), (), (), ())
