"""What holds of every inspection: it looks at any table that can be read, tells JSON, and tells no row's value."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml

from modelyard.core.findings import Severity
from modelyard.quality.inspection import INSPECTIONS
from tests import making
from tests.quality import subjects

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.quality.subject import Subject

every_inspection = pytest.mark.parametrize("name", INSPECTIONS.names)
ROWS = 60


def odd(rows: int = ROWS, seed: int = 0) -> subjects.Columns:
    """Columns of every sort that may break something: empty, constant, huge, of one row, in any script."""
    random = np.random.default_rng(seed)
    first = datetime(2020, 1, 1, tzinfo=UTC)
    return {
        "target": (["a", "b"] * rows)[:rows],
        "none": [None] * rows,
        "one": [None] * (rows - 1) + [1.5],
        "same": [7] * rows,
        "huge": (random.normal(0, 1, rows) * 1e300).tolist(),
        "tiny": (random.normal(0, 1, rows) * 1e-300).tolist(),
        "whole": random.integers(-(2**62), 2**62, rows).tolist(),
        "truth": random.choice([True, False], rows).tolist(),
        "mixed": ([None, True, False] * rows)[:rows],
        "day": [date(1, 1, 1) + timedelta(days=int(d)) for d in random.integers(0, 3_600_000, rows)],
        "moment": [first + timedelta(microseconds=int(d)) for d in random.integers(0, 10**15, rows)],
        "blank": ["", " ", "\u3000", "\u200b", "x\x00y"] * (rows // 5) + [""] * (rows % 5),
        "signs": (["🙂", "e\u0301", "\u00e9", "ﬁn", "\U0001d4b3", "کتاب"] * rows)[:rows],
        "story": [f"the parcel number {place} came late on a rainy day of march" for place in range(rows)],
        "key id": [f"key-{place}" for place in range(rows)],
        "percent": random.normal(50, 500, rows).tolist(),
        "age": random.choice([-1e9, 1e9], rows).tolist(),
    }


TABLES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "odd": (odd(), None, {}),
    "odd parts": (odd(), odd(40, 1), {}),
    "three rows": ({"target": [1.5, 2.5, 4.0], "x": [1, 2, 3]}, None, {}),
    "numbers": ({**odd(), "target": np.random.default_rng(0).normal(0, 1, ROWS).tolist()}, None, {}),
    "many classes": ({**odd(120), "target": [f"c{place % 40}" for place in range(120)]}, odd(120, 1), {}),
    "weights": ({**odd(), "one": [1.0] * ROWS}, None, {"columns": {"one": {"role": "weight"}}}),
    "one text": ({"target": odd()["target"], "story": odd()["story"]}, None, {}),
}
TABLES["many classes"][1]["target"] = [f"c{place % 40}" for place in range(120)]


@pytest.fixture(scope="module", params=TABLES)
def any_subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    train, test, said = TABLES[request.param]
    return subjects.subject(tmp_path_factory.mktemp("odd"), train, test, **said)


@every_inspection
def test_it_looks_at_any_table_and_tells_json(any_subject: Subject, name: str) -> None:
    names = {column.name for column in any_subject.schema.columns}
    for finding in INSPECTIONS.build(name, {})(any_subject):
        assert json.loads(json.dumps(asdict(finding), allow_nan=False))
        assert set(finding.columns) <= names
        assert finding.problem
        assert finding.severity in Severity
        assert finding.remedy or finding.hint or finding.severity is Severity.NOTE
        assert finding.remedy == "" or isinstance(yaml.safe_load(finding.remedy), dict)


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    frame = making.table(request.param, 300).drop("comment").rename({making.TARGET: "target"})
    return subjects.subject(tmp_path_factory.mktemp("sound"), frame.to_dict(as_series=False))


@every_inspection
def test_it_says_nothing_severe_of_a_sound_table_and_the_same_again(sound: Subject, name: str) -> None:
    first, second = (list(INSPECTIONS.build(name, {})(sound)) for _ in range(2))
    assert first == second
    assert [finding for finding in first if finding.severity is Severity.SEVERE] == []


@every_inspection
def test_it_tells_no_value_of_a_row(tmp_path: Path, name: str) -> None:
    secrets = {"note": "Ada of Kew", "job": "spy-No-1", "fee": 123456.789, "day": date(1871, 5, 4), "key": "k-77-zz"}
    columns = subjects.sound(120)
    columns |= {
        "note": [f"the parcel number {place} came late on a rainy day" for place in range(120)],
        "job": (["nurse", "clerk", "Nurse ", "nurze"] * 30),
        "fee": np.random.default_rng(0).normal(50, 5, 120).tolist(),
        "day": [date(2020, 1, 1) + timedelta(days=place) for place in range(120)],
        "key": [f"k-{place}" for place in range(120)],
    }
    for column, secret in secrets.items():
        columns[column][5] = secret
        columns[column][6] = secret
    told = json.dumps([asdict(one) for one in INSPECTIONS.build(name, {})(subjects.subject(tmp_path, columns))])
    for secret in secrets.values():
        assert str(secret) not in told
