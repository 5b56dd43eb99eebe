"""Encoders fitted to a table, and a table encoded by them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelyard.core.types import Table
from modelyard.data import infer, values
from modelyard.features import fit as features
from modelyard.features.fit import ENCODERS
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
