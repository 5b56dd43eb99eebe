"""The contract of explainers, on bundles of every cheap model and on rows that are odd."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.errors import UsageError
from modelyard.core.evidence import Importance
from modelyard.core.explaining import Otherwise, Why
from modelyard.core.protocols import Network, Search
from modelyard.core.types import Kind, Task
from modelyard.explain.family import EXPLAINERS
from modelyard.families import MODELS
from tests import making
from tests.families.test_models import form_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.explaining import Explanation
    from modelyard.run import Run

    Runs = Callable[[str, Task], Run]

ALONE = [name for name in EXPLAINERS.names if EXPLAINERS.part(name).asks == "graph"]
SUMMING = [name for name in ALONE if EXPLAINERS.part(name).adds_up]
# Models that are trained in a moment: those that read no pretrained weights, and search for no other.
CHEAP = [
    (name, task)
    for name in MODELS.names
    for task in sorted(MODELS.part(name).tasks)
    if Search not in MODELS.part(name).__mro__ and "weights" not in MODELS.part(name).__pydantic_fields__  # type: ignore[union-attr]
]
FEW = {"shapley": {"permutations": 10}, "lime": {"samples": 60}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Each model trained once for each task."""
    done: dict[tuple[str, Task], Run] = {}

    def run_of(name: str, task: Task) -> Run:
        if (name, task) not in done:
            said: dict[str, Any] = {"model": name, "task": str(task)}
            if Network in MODELS.part(name).__mro__:
                said["training"] = {"epochs": 2}
            table = making.table(task).select(*read_by(name), making.TARGET)
            done[name, task] = making.train(tmp_path_factory.mktemp(f"{name}-{task}"), table, **said)
        return done[name, task]

    return run_of


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Run]:
    """Each model trained once on each column alone."""

    @cache
    def run_of(column: str, name: str) -> Run:
        said: dict[str, Any] = {"model": name}
        if Network in MODELS.part(name).__mro__:
            said["training"] = {"epochs": 2}
        table = making.table("binary").select(column, making.TARGET)
        return making.train(tmp_path_factory.mktemp(f"{name}-alone"), table, **said)

    return run_of


def read_by(name: str) -> list[str]:
    """The columns of the table that a model reads."""
    reads = MODELS.part(name).reads
    return [column for column, kind in making.KINDS.items() if form_of(name, kind, Path()) in reads]


def asked(run: Run, method: str, rows: Any) -> Explanation:
    said: dict[str, Any] = dict(FEW.get(method, {}))
    if method == "counterfactual" and not run.bundle.names:
        said["above"] = float(run.answers.mean()) + 1
    return run.bundle.explain(rows, method, **said)


@pytest.mark.parametrize("method", ALONE)
@pytest.mark.parametrize(("name", "task"), CHEAP)
def test_a_bundle_tells_why(name: str, task: Task, method: str, runs: Runs) -> None:
    run = runs(name, task)
    rows = run.test.frame.head(3)
    outputs, told = run.bundle.outputs(rows), asked(run, method, rows)
    assert len(told) == 3
    scale = 1.0 if run.bundle.names else float(np.abs(run.answers).max())
    for reason, answers in zip(told, outputs, strict=True):
        assert isinstance(reason, (Why, Otherwise))
        answer = reason.answer if isinstance(reason, Why) else reason.before
        assert np.abs(answers - answer).min() <= 1e-5 * scale
        if run.bundle.names:
            assert answer == pytest.approx(float(answers[run.bundle.names.index(reason.of)]), abs=1e-5)
        if isinstance(reason, Why):
            assert list(reason.columns) == read_by(name)
            assert np.isfinite([share.amount for share in reason.shares]).all()
            if told.adds_up:
                assert reason.total == pytest.approx(reason.answer, abs=1e-9 * scale)


@pytest.mark.parametrize("method", ALONE)
def test_one_call_is_as_another(method: str, binary: Run) -> None:
    first, again = (asked(binary, method, binary.test.frame.head(2)) for _ in range(2))
    assert str(first) == str(again)
    assert first._repr_html_() == again._repr_html_()
    assert "<script" not in first._repr_html_()


ODD: list[dict[str, Any]] = [
    {},
    {"comment": ""},
    {"comment": "逾期了，默认"},
    {"comment": "👍🏽 late 👨\u200d👩\u200d👧"},
    {"comment": "late " * 20_000},
    {"comment": "x" * 100_000},
    {"home": "a level that training never saw"},
    {"income": 1e300, "年龄": -1e300},
    {"年龄": None, "home": None, "since": None},
]


@pytest.mark.parametrize("changed", ODD, ids=lambda changed: ",".join(changed) or "as it is")
@pytest.mark.parametrize("method", ALONE)
def test_odd_rows_are_explained(method: str, changed: dict[str, Any], binary: Run) -> None:
    row = {**binary.bundle.example, **changed}
    (reason,) = asked(binary, method, row)
    assert isinstance(reason, (Why, Otherwise))
    if isinstance(reason, Why) and method in SUMMING:
        assert reason.total == pytest.approx(float(binary.bundle.outputs(row)[0, 1]), abs=1e-6)


@pytest.mark.parametrize("method", ALONE)
def test_one_row_of_background_is_enough(method: str, binary: Run) -> None:
    said: dict[str, Any] = FEW.get(method, {})
    row = binary.bundle.example
    (reason,) = binary.bundle.explain(row, method, background=[row], **said)
    if isinstance(reason, Why) and method in SUMMING:
        assert all(abs(share.amount) < 1e-9 for share in reason.shares if share.column != "comment")


@pytest.mark.parametrize("method", ALONE)
def test_a_table_of_one_column_is_explained(method: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    table = making.table("binary").select("income", making.TARGET)
    run = making.train(tmp_path_factory.mktemp("one"), table)
    (reason,) = asked(run, method, {"income": 20000.0})
    if isinstance(reason, Why) and method in SUMMING:
        assert [share.column for share in reason.shares] == ["income"]
        assert reason.shares[0].amount == pytest.approx(reason.answer - reason.base)


@pytest.mark.parametrize("method", ALONE)
@pytest.mark.parametrize(
    ("column", "name"),
    [
        (only, name)
        for only in ("comment", "home")
        for name, task in CHEAP
        if task == "binary" and only in read_by(name) and (only == "comment" or not MODELS.part(name).needs)
    ],
)
def test_a_table_without_numbers_is_explained(
    column: str, name: str, method: str, bare: Callable[[str, str], Run]
) -> None:
    run = bare(column, name)
    for reason in asked(run, method, run.test.frame.head(2)):
        assert isinstance(reason, (Why, Otherwise))
        if isinstance(reason, Why):
            assert list(reason.columns) == [column]
            assert np.isfinite([share.amount for share in reason.shares]).all()
        if isinstance(reason, Why) and method in SUMMING:
            assert reason.total == pytest.approx(reason.answer, abs=1e-9)


@pytest.mark.parametrize("name", EXPLAINERS.names)
def test_what_a_bundle_lacks_is_told_with_a_way_out(name: str, binary: Run) -> None:
    if EXPLAINERS.part(name).asks != "graph":
        with pytest.raises(UsageError) as caught:
            binary.bundle.explain(binary.bundle.example, name)
        assert name in caught.value.problem
        assert caught.value.hint


def test_a_report_tells_how_much_hangs_on_each_column(tmp_path: Path) -> None:
    for task in ("binary", "regression"):
        run = making.train(tmp_path, making.table(task), evidence={"robustness": False})
        found = run.bundle.report.importance
        assert {each.column for each in found} == making.KINDS.keys()
        assert [each.value for each in found] == sorted((each.value for each in found), reverse=True)
        assert all(isinstance(each, Importance) and each.low <= each.value <= each.high for each in found)
        assert {each.metric for each in found} == {run.report.scores[0].metric}
        assert found[0].value > 0


def test_texts_are_pieces_and_the_rest_is_whole(binary: Run) -> None:
    (why,) = binary.bundle.explain({**binary.bundle.example, "comment": "late, 逾期"}, permutations=10)
    assert isinstance(why, Why)
    pieces = [(share.start, share.value) for share in why.shares if share.column == "comment"]
    assert pieces == [(0, "late, "), (6, "逾"), (7, "期")]
    assert {share.start for share in why.shares if share.column != "comment"} == {None}
    assert binary.bundle.schema["comment"].kind is Kind.TEXT


def test_a_constant_column_gets_nothing(binary: Run) -> None:
    rows = binary.test.frame.with_columns(pl.lit(40.0).alias("年龄"))
    for why in binary.bundle.explain(rows.head(3), background=rows, permutations=10):
        assert isinstance(why, Why)
        assert why.columns["年龄"] == pytest.approx(0, abs=1e-12)
