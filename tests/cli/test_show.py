"""What a person reads, and what a program reads."""

from __future__ import annotations

import io
import json
import math
import os
import pty
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelyard.cli import show
from modelyard.core.errors import DataError, Problem
from modelyard.core.report import Comparison, Report, Score, Verdict
from modelyard.core.types import Task
from tests.cli.conftest import seen_on

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = Report(
    name="风险",
    task=Task.BINARY,
    model="mlp",
    classes=("good", "bad"),
    rows={"train": 2672, "valid": 891, "test": 891},
    test_digest="",
    higher_is_better={"roc_auc": True, "log_loss": False},
    scores=(
        Score("roc_auc", 0.83125, 0.80111, 0.86021, 891),
        Score("log_loss", 0.41, 0.38, 0.44, 891),
        Score("roc_auc", math.nan, math.nan, math.nan, 20, "Age is missing"),
    ),
    comparisons=(Comparison("linear", "roc_auc", 0.81, 0.021, -0.001, 0.04, "not distinguishable"),),
    notes=("the model cannot be told from the linear baseline on these rows (roc_auc)",),
)


def test_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    show.report(REPORT)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "风险: mlp, binary"
    assert lines[1] == "rows: 2672 train, 891 valid, 891 test; measured on test, with 95% intervals"
    assert "roc_auc   all rows        0.8313  0.8011 to 0.8602  891   higher" in lines
    assert "log_loss  all rows        0.4100  0.3800 to 0.4400  891   lower" in lines
    assert "roc_auc   Age is missing  -       not defined       20    higher" in lines
    assert "linear   0.8100       +0.0210     -0.0010 to +0.0400  not distinguishable" in lines
    assert "note: the model cannot be told from the linear baseline on these rows (roc_auc)" in lines


def test_what_is_doubted_comes_before_any_figure_and_marks_them(capsys: pytest.CaptureFixture[str]) -> None:
    doubt = "this model has learnt nothing that shows"
    show.report(replace(REPORT, doubt=doubt, notes=(doubt, "another")))
    told = capsys.readouterr().out
    assert told.index(f"beware: {doubt}") < told.index("0.8313?")
    assert told.count(doubt) == 1
    assert "note: another" in told


def test_a_report_fits_a_terminal_of_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = _on_a_terminal(lambda: show.report(REPORT))
    assert max(map(len, lines)) <= 80
    assert any(line.endswith("not distinguishable") for line in lines)


def test_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    show.verdicts([Verdict("at_least", True, "roc_auc is 0.83"), Verdict("at_most", False, "brier is 0.3")])  # noqa: FBT003
    assert capsys.readouterr().out == "passed   at_least: roc_auc is 0.83\nrefused  at_most: brier is 0.3\n"


ERROR = DataError("is no number", "Age", "mend it", more=[Problem("no such column", "收入")])


def test_an_error_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    show.error(ERROR, as_json=False)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "error: Age: is no number\n  hint: mend it\nerror: 收入: no such column\n"


def test_an_error_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    show.error(ERROR, as_json=True)
    told = capsys.readouterr()
    assert told.err == ""
    assert json.loads(told.out) == {
        "code": "data_invalid",
        "problem": "is no number",
        "where": "Age",
        "hint": "mend it",
        "problems": [
            {"problem": "is no number", "where": "Age", "hint": "mend it"},
            {"problem": "no such column", "where": "收入", "hint": ""},
        ],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp936"])
def test_json_is_json_in_any_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    buffer = io.BytesIO()
    value = {"名": ["é", "\udcff", float("nan"), math.inf, {"nested": (1.5, None)}]}
    stream = io.TextIOWrapper(buffer, encoding=encoding, errors="backslashreplace")
    monkeypatch.setattr(sys, "stdout", stream)
    show.json_object(value)
    stream.flush()
    told = buffer.getvalue()
    assert json.loads(told.decode(encoding)) == {"名": ["é", "\udcff", None, None, {"nested": [1.5, None]}]}
    assert told.count(b"\n") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_json_lines_are_the_same_objects(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    records: list[dict[str, object]] = [
        {"prediction": "好\u2028\n", "probabilities": {"好": 0.25, "b": float("nan")}},
        {"prediction": 1.5},
    ]
    lines = show.json_lines(records)
    assert [json.loads(line) for line in lines] == [json.loads(show.to_json(record)) for record in records]
    assert all(line.isascii() for line in lines) is (encoding == "ascii")


def test_markup_and_control_characters_in_names_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    show.table([("[red]Age[/red]", ":smile:\x1b[31m"), ("收入\n2", "x")], "column", "kind")
    out = capsys.readouterr().out
    assert "[red]Age[/red]" in out
    assert ":smile:\\x1b[31m" in out
    assert "收入\\n2" in out


def _on_a_terminal(write: Callable[[], None]) -> list[str]:
    """What a write shows on a terminal, without its colours."""
    screen, terminal = pty.openpty()
    real = sys.stdout
    with os.fdopen(terminal, "w", encoding="utf-8") as stream:
        sys.stdout = stream
        try:
            write()
        finally:
            sys.stdout = real
        stream.flush()
    seen = seen_on(screen)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", seen).splitlines()]
