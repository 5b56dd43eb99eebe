"""Encoders fitted to a table, and a table encoded by them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.blocks import Numbers
from modelyard.core.types import Parts, Role, Schema, Table, Task
from modelyard.data import infer, values
from modelyard.features import fit as features
from modelyard.features.fit import ENCODERS, STEPS
from modelyard.models.linear import Linear
from modelyard.train import augmented
from modelyard.train import fit as training
from tests import making

PIECE = 7
WORDS = ["late again", "", "always on time", None, "on time and late"]


@pytest.mark.parametrize("rows", [0, 1, PIECE, 3 * PIECE + 2])
def test_a_table_in_pieces_becomes_what_it_becomes_at_once(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "PIECE", PIECE)
    place = np.arange(3 * PIECE + 2)
    frame = pl.DataFrame(
        {
            "number": np.where(place % 5, place / 7.0, np.nan),
            "level": np.array(["a", "b", "c"])[place % 3],
            "said": [WORDS[row % 5] for row in place],
            "y": place % 2,
        },
        nan_to_null=True,
    )
    table = Table(frame, infer.schema(frame, "y", {}))
    names = {"number": "number", "level": "category", "said": "ngrams"}
    making_ = features.Making(lambda column: (names[column.name], ENCODERS.build(names[column.name], {})))
    fitted = features.fit(table, None, making_)
    some = table.take(np.arange(rows))
    once = fitted({c.name: values.from_series(some.frame[c.name], c) for c in some.schema.features})
    blocks = fitted.of_table(some)
    assert list(blocks) == list(once) == list(names)
    assert all(making.same(blocks[name], once[name]) for name in names)


def looking(rows: int = 400) -> tuple[Table, features.Making]:
    """A table of a number, and of levels that tell nothing of a target of chance, encoded by the target's means."""
    random = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "number": random.normal(size=rows),
            "level": [f"l{place}" for place in random.integers(0, 100, rows)],
            "y": random.permutation(rows) % 2,
        }
    )
    columns = {"level": ENCODERS.build("target_mean", {"smooth": 0.0}), "number": ENCODERS.build("number", {})}
    crossed = STEPS.build("interact", {"of": ["level", "level2"]})
    frame = frame.with_columns(level2=pl.Series(random.choice(["a", "b"], rows)))
    usual = ENCODERS.build("target_mean", {})
    making_ = features.Making(
        lambda column: ("number" if column.name == "number" else "target_mean", columns.get(column.name, usual)),
        [("interact", crossed)],
        7,
    )
    schema = infer.schema(frame, "y", {})
    columns_ = [replace(c, levels=("0", "1")) if c.role is Role.TARGET else c for c in schema.columns]
    return Table(frame, Schema(tuple(columns_))), making_


def test_rows_that_are_learnt_from_are_encoded_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "PIECE", PIECE)  # the columns are whole again where folds are made
    table, making_ = looking()
    target: Any = table.frame["y"].to_numpy().astype(np.int64)
    fitted = features.fit(table, target, making_)
    plain, crossed = fitted.of_table(table), features.crossed(table, target, making_, fitted)
    assert set(crossed) == {"level", "level2", "level_with_level2"}
    level, told = plain["level"], crossed["level"]
    assert isinstance(level, Numbers)
    assert isinstance(told, Numbers)
    assert level.spec == told.spec
    assert abs(np.corrcoef(level.values[:, 0], target)[0, 1]) > 0.4  # each row's own target is in its level's mean
    assert abs(np.corrcoef(told.values[:, 0], target)[0, 1]) < 0.15


def test_a_model_that_learns_from_what_others_say_does_not_trust_what_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table, making_ = looking(1200)
    train, valid, test = (table.take(np.arange(start, start + 400)) for start in (0, 400, 800))
    parts = Parts(train, valid, test)

    def loss() -> float:
        trained = training.fit(Linear(penalty=0.01), parts, Task.BINARY, making_, 7)
        return float(augmented.losses(trained, parts.test).mean())

    folded = loss()
    monkeypatch.setattr(features, "crossed", lambda *_: {})  # each row by its own level's mean, itself among it
    assert loss() > folded + 0.1
    assert folded < math.log(2) + 0.06  # what knowing nothing costs
