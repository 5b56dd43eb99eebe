"""What a row alone takes, by a model's graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.blocks import Examples
from modelyard.core.types import Task
from modelyard.features.fit import Features
from modelyard.models.linear import Linear
from modelyard.train.asked import Asked, asked
from tests.making import TARGET

if TYPE_CHECKING:
    from modelyard.run import Run


def ask(run: Run, features: Features) -> Asked:
    inputs = features.of_table(run.test)
    rows = Examples(inputs, run.test.frame[TARGET].to_numpy(), 1)
    return asked(features, Linear(penalty=1.0).fit(rows, rows, Task.REGRESSION, seed=1), run.test)


def test_a_row_takes_time_and_a_model_bytes(regression: Run) -> None:
    features = regression.bundle.features
    found = ask(regression, features)
    assert found.latency > 0
    assert found.core > 0
    kept = ["home"]
    smaller = Features({name: features.names[name] for name in kept}, {name: features.fitted[name] for name in kept})
    assert 0 < ask(regression, smaller).size < found.size
    entries, files = features.state()
    assert entries
    assert found.size > sum(map(len, files.values()))
