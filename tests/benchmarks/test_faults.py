"""Faults are planted and looked for, in the short form; what a finding must be to count is counted right."""

import pytest

import faults
from faulty import clean
from faulty.work import FAULTS
from modelyard import run
from modelyard.core.findings import Finding, Severity
from modelyard.quality.checkup import Checkup

TABLES = ("sorted", "parts", "regression")


def test_there_are_many_faults_in_many_tables() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 80
    assert len({fault.table for fault in FAULTS}) >= 20


def test_planted_faults_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    looked = faults.planted(0, TABLES)
    assert [(one.fault.name, one.why) for one in looked if one.finding is None] == []
    assert len(looked) == len([fault for fault in FAULTS if fault.table in TABLES])
    assert "rows_of_train_in_test" in capsys.readouterr().out


def test_the_large_table_is_found_out(faulty: Checkup) -> None:
    words = {(finding.finding, column) for finding in faulty.findings for column in finding.columns}
    wanted = [fault for fault in FAULTS if fault.table == "large"]
    missed = [f.name for f in wanted if not any((word, f.column) in words for word in f.found)]
    assert missed == []


def test_nothing_severe_is_said_of_a_sound_table() -> None:
    assert run.check(clean.recipe("hmda", clean.TABLES["hmda"])).severe == ()


WRONG = {
    "rows of others": ([1, 2, 3], 3, "0% of the listed rows are right"),
    "far too many": ([8, 9, 10], 300, "300 are told for 3"),
    "too few": ([8], 1, "1 are told for 3"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_finding_of_other_rows_does_not_count(name: str) -> None:
    rows, count, why = WRONG[name]
    fault = next(fault for fault in FAULTS if fault.name == "minus_999")
    finding = Finding("sentinel", Severity.WARNING, "", ("balance",), {"rows": [*rows], "count": count})
    assert why in faults.rows_wrong(fault, finding, [8, 9, 10])
