"""How numbers go in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from modelyard.models.layers.numbers import Bent, Bins, Embedded, Mixed

RANDOM = np.random.default_rng(0)
VALUES = np.stack([RANDOM.normal(size=200), RANDOM.integers(0, 4, 200), RANDOM.integers(0, 2, 200)], 1).astype("f4")


def came_through(value: float, edges: list[float]) -> list[float]:
    """The share of each bin below a value, one by one: what `Bins` says at once."""
    return [min(max((value - low) / (high - low), 0.0), 1.0) for low, high in pairwise(edges)]


@pytest.mark.parametrize("value", [-1e30, -1.0, 0.0, 0.3, 2.5, 3.0, 1e30])
def test_a_value_comes_through_its_bins(value: float) -> None:
    edges = [0.0, 1.0, 2.0, 3.0]  # the quantiles of four values that are all there
    bins = Bins(np.array([edges], dtype=np.float32).T, 3)
    found = bins(torch.tensor([[[value]]]).clamp(-1e6, 1e6))[0, 0]
    assert found.tolist() == pytest.approx(came_through(value, edges), abs=1e-6)


def test_columns_of_few_values_have_few_bins() -> None:
    bins = Bins(VALUES, 16)
    assert (bins.scale > 0).sum(dim=(1, 2)).tolist() == [16, 3, 1]


@pytest.mark.parametrize(("value", "bent"), [(0.0, 0.0), (3.0, 3 / 2**0.5), (1e30, 3.0), (-1e30, -3.0)])
def test_what_lies_far_is_drawn_in(value: float, bent: float) -> None:
    assert float(Bent(VALUES)(torch.tensor([[value]]))) == pytest.approx(bent, rel=1e-5)


def test_a_flag_is_not_embedded() -> None:
    mixed = Mixed(VALUES[:, [2, 0, 1]], lambda values: Embedded(values, Bins(values, 4), 5))
    assert mixed.widths == [5, 5, 1]
    found = mixed(torch.from_numpy(VALUES[:, [2, 0, 1]]))
    assert found.shape == (200, 11)
    assert torch.allclose(found[:, 10], Bent(VALUES)(torch.from_numpy(VALUES[:, 2])))


def test_an_embedded_column_is_a_line_until_it_learns() -> None:
    embedded = Embedded(VALUES[:, :1], Bins(VALUES[:, :1], 8), 3)
    bent = Bent(VALUES)(torch.linspace(-3, 3, 7)[:, None])
    found = embedded(torch.linspace(-3, 3, 7)[:, None])
    assert torch.allclose(found, bent * embedded.line[0] + embedded.bias[0], atol=1e-6)
