"""Everything in which two bundles differ is told, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.release import difference
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


def test_columns_and_settings_that_changed(binary: Run, tmp_path: Path) -> None:
    columns = {"since": {"role": "ignore"}, "年龄": {"role": "slice"}}
    changed = making.train(tmp_path, making.table("binary"), name="risk", columns=columns, seed=8)
    found = difference.between(binary.bundle, changed.bundle)
    assert not found.same
    told = {change.where: change.second for change in found.recipe}
    assert (told["seed"], told["columns.since.role"], told["columns.年龄.role"]) == (8, "ignore", "slice")
    kinds = {change.where: (change.first, change.second) for change in found.columns}
    assert kinds["年龄"] == ("number, feature", "number, slice")
    assert kinds["since"][0] == "time, feature"
    added = {change.where for change in found.scores if change.first is None}
    assert added == {"selection_rate", "true_positive_rate", "false_positive_rate"}  # which a slice is measured by


def test_what_is_not_defined_on_both_sides_does_not_differ() -> None:
    nan = float("nan")
    assert difference._changes({"a": nan, "b": 1}, {"a": nan, "b": 1.5}) == (difference.Change("b", 1, 1.5),)


def test_the_other_way_round(binary: Run, other: Run) -> None:
    there, back = difference.between(binary.bundle, other.bundle), difference.between(other.bundle, binary.bundle)
    assert [(c.where, c.first, c.second) for c in there.scores] == [(c.where, c.second, c.first) for c in back.scores]
