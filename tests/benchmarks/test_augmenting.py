"""The benchmark of augments keeps its rows apart, and tells what was decided beside what the rows give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import augmenting
from modelyard.core.types import Column, Kind, Role, Schema, Table

SMALL = replace(
    augmenting.TRIALS["series"],
    frame=lambda: augmenting.waves(200, 12),
    rows=40,
    ways={"jitter": augmenting.one({"augment": "jitter", "copies": 2}), "class_weight": augmenting.WEIGHED},
)


def test_few_rows_are_learnt_from_and_none_of_the_others() -> None:
    frame = augmenting.waves(200, 12).with_columns(n=np.arange(200))
    schema = Schema((Column("n", Kind.NUMBER), Column("shape", Kind.CATEGORY, Role.TARGET, levels=("bump", "dip"))))
    parts = augmenting.dealt(Table(frame, schema), SMALL, 1)
    some = [set(part.frame["n"].to_list()) for part in (parts.train, parts.valid, parts.test)]
    assert [len(rows) for rows in some] == [40, 40, 120]
    assert len(set.union(*some)) == 200


def test_a_line_tells_both() -> None:
    lines = augmenting.of_seed("series", SMALL, {"name": "linear", "penalty": 1.0}, 0)
    assert [line.way for line in lines] == ["jitter", "class_weight"]
    for line in lines:
        assert line.decided == (line.forced if line.kept else line.plain)
        assert 0 < line.plain["log_loss"] < 2
        assert 0.3 < line.forced["accuracy"] <= 1
    assert lines[0].forced != lines[0].plain
    assert lines[1].kept, "a class weight is no augment, and nobody decides about it"


def test_a_change_has_an_interval_over_seeds() -> None:
    lines = [
        augmenting.Line("t", "m", "w", seed, False, {"a": 0.5}, {"a": 0.5 + seed / 10}, {"a": 0.5})  # noqa: FBT003
        for seed in range(3)
    ]
    told = augmenting.change(lines, "a")
    assert told == "a +0.1000 (-0.1484 to +0.3484), as decided +0.0000 (+0.0000 to +0.0000)"


def test_every_trial_is_a_recipe() -> None:
    from modelyard.assemble import assemble

    for trial in augmenting.TRIALS.values():
        for way in trial.ways.values():
            plan = assemble(trial.recipe(augmenting.RESULT.with_suffix(".parquet"), {"name": "linear"}, way))
            assert bool(plan.augments) == ("augment" in way)
