"""What is found of personal data, how bad it is, and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml

from modelyard import run
from modelyard.core.findings import Severity
from modelyard.quality.inspections.personal import Personal
from modelyard.quality.subject import Subject
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.findings import Finding

IDS = ["110101199003077571", "4111111111111111", "5555555555554444"]


def found(folder: Path, planted: dict[str, list[Any]], **said: Any) -> list[Finding]:
    frame = making.table("binary").with_columns([pl.Series(name, values) for name, values in planted.items()])
    plan, rows = run.inspect(making.recipe(folder, frame, **said))
    return list(Personal()(Subject(rows, plan.recipe)))


def test_the_worst_comes_first_with_what_mends_it(tmp_path: Path) -> None:
    columns = {
        "mail": [f"ann{place % 50}@example.org" for place in range(120)],
        "card": [IDS[1 + place % 2] for place in range(120)],
        "note": [f"ask {IDS[0]} again" if place == 7 else "all is well" for place in range(120)],
        "unread": [f"call 1381234{place:04d}" for place in range(120)],
    }
    told = found(tmp_path, columns, columns={"unread": {"role": "ignore"}})
    assert [(one.columns[0], one.severity) for one in told] == [
        ("card", Severity.SEVERE),
        ("note", Severity.SEVERE),
        ("mail", Severity.WARNING),
        ("unread", Severity.NOTE),
    ]
    assert told[0].evidence == {"rows": 120, "found": {"card": 120}, "proven": {"card": 120}, "whole": "card"}
    assert yaml.safe_load(told[0].remedy) == {"protect": {"columns": {"card": "drop"}}}
    assert yaml.safe_load(told[1].remedy) == {"protect": {"columns": {"note": "mask"}}}
    assert told[1].problem == "holds personal data inside its texts (identity number) in 1 of 120 rows"
    assert not any(value in str(told) for values in columns.values() for value in values if value != "all is well")


@pytest.mark.parametrize("protect", [{"found": "mask"}, {"columns": {"mail": "drop"}}, {"columns": {"mail": "keep"}}])
def test_what_is_treated_is_found_no_more(protect: dict[str, Any], tmp_path: Path) -> None:
    columns = {"mail": [f"ann{place % 50}@example.org" for place in range(120)]}
    assert found(tmp_path, columns, protect=protect) == []


def test_nothing_is_said_of_a_plain_table(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []
