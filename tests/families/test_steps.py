"""What holds of every step: it works row by row, comes back from its state, and leaves what it was given alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard.core.types import Column, Kind
from modelyard.features.fit import STEPS
from tests import making
from tests.families import parts

if TYPE_CHECKING:
    from modelyard.core.featuring import FittedStep
    from modelyard.core.types import Values

every_step = pytest.mark.parametrize("name", STEPS.names)
# What a step must be told that has no default; one that needs nothing has no line here.
SAID: dict[str, dict[str, Any]] = {
    "calendar": {"of": "since", "since": "since", "zone": "Asia/Shanghai"},
    "holidays": {"of": "since", "country": "CN"},
    "interact": {"pairs": "auto"},
    "ratio": {"of": ["年龄", "income"]},
}


def rows(count: int = 60) -> tuple[dict[str, Values], dict[str, Column], Any]:
    from modelyard.data import infer, values

    frame = making.table("binary", count)
    schema = infer.schema(frame, making.TARGET, {})
    known = {column.name: column for column in schema.features}
    target = (frame[making.TARGET] == "bad").to_numpy().astype(np.int64)
    return {name: values.from_series(frame[name], column) for name, column in known.items()}, known, target


def fitted(name: str) -> tuple[FittedStep, dict[str, Values], dict[str, Column]]:
    columns, known, target = rows()
    step = STEPS.build(name, {**parts.settings(STEPS.part(name)), **SAID.get(name, {})})
    return step.fit(columns, known, target, 7), columns, known


def same(one: dict[str, Values], other: dict[str, Values]) -> bool:
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype and bool(np.all(_equal(one[name], other[name]))) for name in one
    )


def _equal(one: Values, other: Values) -> Any:
    if one.dtype == object:
        return np.array([a is b or a == b for a, b in zip(one, other, strict=True)], dtype=bool)
    return (one == other) | ((one != one) & (other != other))  # noqa: PLR0124 - NaN and NaT


@every_step
def test_it_works_row_by_row(name: str) -> None:
    step, columns, _ = fitted(name)
    whole = step(columns)
    some = np.array([3, 0, 17])
    assert same(step({c: v[some] for c, v in columns.items()}), {c: v[some] for c, v in whole.items()})


@every_step
def test_it_comes_back_from_its_state(name: str) -> None:
    step, columns, _ = fitted(name)
    state = {  # as a bundle keeps it, which sorts the keys
        key: value if isinstance(value, bytes) else json.loads(json.dumps(value, sort_keys=True))
        for key, value in step.state().items()
    }
    again = STEPS.part(name).fitted.restore(state)
    assert same(again(columns), step(columns))
    assert again.made == step.made


@every_step
def test_what_it_reads_stays_as_it_was(name: str) -> None:
    step, columns, _ = fitted(name)
    before = {c: v.copy() for c, v in columns.items()}
    step(columns)
    assert same(columns, before)


@every_step
def test_what_it_makes_is_of_the_kind_that_it_says(name: str) -> None:
    step, columns, known = fitted(name)
    after = step(columns)
    said = {column.name: column for column in step.made}
    assert set(said) <= set(after)
    assert set(after) <= set(known) | set(said)
    for column_name, column in (known | said).items():
        if column_name in after:
            held = {Kind.NUMBER: "f", Kind.BOOLEAN: "f", Kind.TIME: "M"}.get(column.kind, "O")
            assert after[column_name].dtype.kind == held
