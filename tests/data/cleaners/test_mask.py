"""What is masked, and what is left."""

from __future__ import annotations

from typing import Any

import pytest

from modelyard.data.cleaning import CLEANERS

CASES: list[tuple[dict[str, Any], object, object]] = [
    ({}, "ask ann@example.org or 13812345678", "ask [e-mail] or [phone]"),
    ({}, "卡号4111111111111111，谢谢", "卡号[payment card]，谢谢"),
    ({}, "nothing to see, 12 times", "nothing to see, 12 times"),
    ({"sorts": ["phone"]}, "ann@example.org 13812345678", "ann@example.org [phone]"),
    ({"whole": "name"}, "Ann", "[name]"),
    ({"whole": "phone"}, 13812345678, "[phone]"),
    ({"whole": "value"}, 5, "[value]"),
    ({}, 13812345678, "[phone]"),
    ({}, 5, 5),
    ({}, 0.5, 0.5),
    ({"whole": "name"}, " ", " "),
    ({"whole": "name"}, "[Ann 12]", "[name]"),
]


@pytest.mark.parametrize(("settings", "value", "masked"), CASES)
def test_a_value_is_masked_once(settings: dict[str, Any], value: object, masked: object) -> None:
    mask = CLEANERS.build("mask", settings)
    assert mask(value) == masked
    assert mask(mask(value)) == masked
