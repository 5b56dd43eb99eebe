"""Piecewise-linear functions between quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from modelyard.models.layers.splines import FARTHEST, Splines

RANDOM = np.random.default_rng(0)


def test_each_piece_rises_from_none_to_one_between_its_quantiles() -> None:
    values = np.linspace(0, 8, 801, dtype=np.float32)[:, None]
    fitted = Splines.fit(values, 4)
    found = fitted(np.array([[-1], [0], [1], [3], [8], [100]], np.float32))
    assert found.tolist() == [
        [-1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 0.5, 0, 0, 0],
        [3, 1, 0.5, 0, 0],
        [8, 1, 1, 1, 1],
        [FARTHEST, 1, 1, 1, 1],
    ]


@pytest.mark.parametrize(
    ("values", "pieces"),
    [
        (np.full(50, 3.0), 0),  # nothing bends between one value or two
        (np.arange(50) % 2, 0),
        (np.arange(50) % 3, 2),
        (np.arange(50) % 5, 4),
        (np.arange(50), 6),
        (np.concatenate([np.zeros(40), np.arange(10)]), 2),  # most quantiles are one value
        (np.arange(50) * 1e-9, 0),
        (np.zeros(0), 0),
    ],
)
def test_few_distinct_values_have_fewer_pieces(values: np.ndarray, pieces: int) -> None:
    assert len(Splines.fit(values.astype(np.float32)[:, None], 6).columns) == pieces


def test_columns_keep_their_own_knots() -> None:
    values = np.stack([RANDOM.normal(size=90), np.zeros(90), 1e20 * RANDOM.normal(size=90)], axis=1).astype(np.float32)
    fitted = Splines.fit(values, 5)
    assert fitted.columns.tolist() == [0] * 5 + [2] * 5
    answers = fitted(np.concatenate([values, np.full((1, 3), 1e30), np.full((1, 3), -1e30)]).astype(np.float32))
    assert np.isfinite(answers).all()
    assert answers.dtype == np.float32
    assert answers[-2, 3:].tolist() == [1] * 10
    assert answers[-1, 3:].tolist() == [0] * 10
