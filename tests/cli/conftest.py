"""How a verb is called in these tests, and the tiny tables that it is called on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelyard.cli.main import main

RECIPE = """\
version: 1
name: churn
data: customers.csv
target: churned
columns: {note: {kind: category}}
model: linear
metrics: [roc_auc, accuracy]
gates: [{gate: at_least, metric: roc_auc, bound: 0.6}]
"""


@dataclass(frozen=True)
class Called:
    """How a call ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object and nothing else."""
        told = json.loads(self.out)
        assert isinstance(told, dict)
        return told


Call = Callable[..., Called]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a verb in this process, as `modelyard WORDS` would be called."""

    def run(*words: object) -> Called:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Called(ended.value.code, told.out, told.err)

    return run


def seen_on(screen: int) -> str:
    """All that was written to a terminal whose other end is closed by now."""
    seen = b""
    with open(screen, "rb", buffering=0) as stream:
        while True:
            try:
                seen += stream.read(1 << 16)
            except OSError:  # the other end is closed and there is nothing left
                return seen.decode()


def write_table(path: Path, rows: int = 120) -> Path:
    """Customers who leave when they pay much and complain, some ages missing."""
    chance = random.Random(7)  # noqa: S311 - no secret
    lines = ["id,age,fee,note,churned"]
    for row in range(rows):
        age, fee = chance.randint(18, 80), chance.randint(5, 95)
        note = chance.choice(["calm", "complains", "asks"])
        leaves = fee / 100 + 0.5 * (note == "complains") + 0.3 * chance.random() > 0.8
        lines.append(f"c{row:04},{age if row % 9 else ''},{fee},{note},{'yes' if leaves else 'no'}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place where a call is made: a folder with a table and a recipe for it."""
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "customers.csv")
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


@dataclass(frozen=True)
class Trained:
    """A recipe that was trained by the verb."""

    folder: Path
    bundle: Path
    told: dict[str, Any]

    @property
    def home(self) -> Path:
        """Its yard."""
        return self.folder / ".modelyard"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A bundle of the tiny table, trained once; it is not to be altered."""
    from modelyard import run
    from modelyard.cli import show

    place = tmp_path_factory.mktemp("trained")
    write_table(place / "customers.csv")
    (place / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    made = run.train(place / "recipe.yaml", home=place / ".modelyard")
    return Trained(place, made.bundle.folder, show.trained(made.bundle, made.report))
