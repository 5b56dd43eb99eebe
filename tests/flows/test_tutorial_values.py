"""A recipe as a tutorial would have it: two files, 512 tokens, batches of 32, a small rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

import modelyard
from modelyard.core import events
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = """version: 1
name: 评论
data: {{train: train.csv, valid: valid.csv}}
target: label
columns:
  text: {{kind: text}}
model: {{name: pretrained, weights: {weights}, tuning: full, max_length: 512}}
hygiene: {{duplicates: keep}}  # made-up texts are much alike
training: {{epochs: 2, batch_size: 32, learning_rate: 2e-5}}
"""


def test_two_files_and_the_usual_values(tmp_path: Path) -> None:
    table = making.table("binary", rows=240).select(text="comment", label=making.TARGET)
    table = table.with_columns(text=pl.col("text") + pl.int_range(pl.len()).cast(pl.String))  # no text twice
    train, valid = table[:200], table[200:]
    train.write_csv(tmp_path / "train.csv")
    valid.write_csv(tmp_path / "valid.csv")
    (tmp_path / "weights").mkdir()
    weights = making.tiny_bert(tmp_path / "weights", positions=512)
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(weights=weights), encoding="utf-8")
    heard: list[events.Event] = []
    with events.listening(heard.append):
        run = modelyard.train(tmp_path / "recipe.yaml")
    tested = set(run.test.frame["text"])
    assert abs(len(run.test) - 40) <= 4, "a fifth of train.csv, but for copies, which stay together"
    assert tested <= set(train["text"])
    steps = {event.total for event in heard if isinstance(event, events.Step) and event.name == "training pretrained"}
    batches = -(-run.report.rows["train"] // 32)
    assert 2 * batches in steps, "some five batches of 32 rows, two times"
    told = run.bundle.predict([{"text": "按时 paid"}, {"text": "late " * 2_000}, {"text": ""}])
    assert len(told["predictions"]) == 3
