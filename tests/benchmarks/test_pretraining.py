"""The comparison of pretraining keeps its rows apart and counts right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from textual import corpora, pretraining

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setattr(corpora, "CACHE", tmp_path)
    rows = [(f"review {row}", ("great", "other")[row % 2]) for row in range(60)]
    parts = {"train": rows, "valid": [("Review  3", "other")], "test": [("REVIEW 4 ", "great")]}
    found = {}
    for part, some in parts.items():
        found[part] = tmp_path / f"{part}.parquet"
        pl.DataFrame(some, schema=["review", "score"], orient="row").write_parquet(found[part])
    return found


def test_no_text_that_judges_is_pretrained_on(files: dict[str, Path]) -> None:
    texts = pretraining.unlabelled("en", files)
    assert texts == [f"review {row}" for row in range(60) if row not in {3, 4}]


def test_a_draw_is_of_so_many_labels_in_all(files: dict[str, Path]) -> None:
    draws = [pretraining.drawn(files["train"], "score", 20, seed) for seed in (1, 1, 2)]
    frames = [pl.concat([pl.read_parquet(draw[part]) for part in ("train", "valid")]) for draw in draws]
    assert [frame.height for frame in frames] == [20, 20, 20]
    assert pl.read_parquet(draws[0]["valid"]).height == 4
    assert frames[0].unique().height == 20
    assert frames[0].equals(frames[1])
    assert not frames[0].equals(frames[2])


def test_a_difference_is_paired_by_row_and_meant_over_draws() -> None:
    learnt = [np.array([1.0, 1.0, 0.0, 1.0] * 50), np.array([1.0, 1.0, 1.0, 1.0] * 50)]
    random = [np.array([1.0, 0.0, 0.0, 1.0] * 50), np.array([1.0, 0.0, 1.0, 1.0] * 50)]
    said = pretraining.told(learnt, random)
    assert said.startswith("pretrained 0.875, from random 0.625: +0.250 (+0.1")
    assert pretraining.told(random, random).endswith("+0.000 (+0.000 to +0.000)")
