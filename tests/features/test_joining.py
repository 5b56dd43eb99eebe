"""Columns that are encoded together become what each becomes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelyard.core.blocks import Numbers
from modelyard.core.featuring import Joining
from modelyard.features.encoders.number import FittedNumber
from modelyard.features.fit import ENCODERS, Features

if TYPE_CHECKING:
    from modelyard.core.types import Values

figures = some.floats(-1e9, 1e9)
encoders = some.builds(FittedNumber, figures, some.floats(1e-3, 1e6), some.booleans(), some.sampled_from([3.0, 10.0]))
values = some.floats(allow_infinity=False)


def slowly(encoder: FittedNumber, found: Values) -> list[list[float]]:
    """The definition, value by value."""
    rows = []
    for value in found.tolist():
        missing = value != value  # noqa: PLR0124 - NaN
        scaled = 0.0 if missing else min(max((value - encoder.centre) / encoder.scale, -encoder.clip), encoder.clip)
        rows.append([scaled, float(missing)] if encoder.flag else [scaled])
    return rows


@given(some.data(), some.lists(encoders, min_size=1, max_size=5), some.integers(0, 4))
def test_numbers_together_are_the_numbers_of_each(data: some.DataObject, fitted: list[FittedNumber], rows: int) -> None:
    columns = {
        str(place): np.array(data.draw(some.lists(values, min_size=rows, max_size=rows)), dtype=np.float64)
        for place in range(len(fitted))
    }
    features = Features(dict.fromkeys(columns, "number"), dict(zip(columns, fitted, strict=True)))
    together = features(columns)
    assert list(together) == list(columns)
    for (name, block), encoder in zip(together.items(), fitted, strict=True):
        alone = encoder(columns[name])
        assert isinstance(block, Numbers)
        assert isinstance(alone, Numbers)
        np.testing.assert_array_equal(block.values, alone.values)
        expected = np.array(slowly(encoder, columns[name]), dtype=np.float32).reshape(rows, 1 + encoder.flag)
        np.testing.assert_allclose(block.values, expected, rtol=1e-5, atol=1e-5)


def test_the_columns_keep_their_order_though_some_are_encoded_together() -> None:
    category = ENCODERS.part("category").fitted.restore({"levels": ["a", "b"]})
    number = FittedNumber(0.0, 1.0, flag=False, clip=10.0)
    assert isinstance(number, Joining)
    assert not isinstance(category, Joining)
    features = Features(dict.fromkeys("xyz", ""), {"x": number, "y": category, "z": number})
    columns = {"x": np.array([1.0, 2.0]), "y": np.array(["a", None], dtype=object), "z": np.array([3.0, 4.0])}
    blocks = features(columns)
    assert list(blocks) == ["x", "y", "z"]
    assert blocks["z"].arrays()["values"][:, 0].tolist() == pytest.approx([3.0, 4.0])
