"""Small real things for tests: tables, recipes, trained runs, an encoder of two layers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from modelyard import run
from modelyard.core.blocks import Examples
from modelyard.core.types import Kind, Task
from modelyard.release.pack import Origin, pack
from modelyard.train.fit import Trained

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.blocks import Block
    from modelyard.release.bundle import Bundle
    from modelyard.run import Run

TARGET = "outcome"
KINDS = {
    "年龄": Kind.NUMBER,
    "income": Kind.NUMBER,
    "home": Kind.CATEGORY,
    "member": Kind.BOOLEAN,
    "since": Kind.TIME,
    "comment": Kind.TEXT,
}  # of the table's columns
WORDS = {
    "bad": ["late", "unpaid", "默认", "逾期", "missed again"],
    "good": ["paid", "on time", "按时", "great", "还清 in full"],
    "unsure": ["perhaps", "不知道", "waiting", "no answer", "hm"],
}


def table(task: str, rows: int = 120, seed: int = 0) -> pl.DataFrame:
    """Rows of every kind of column, some values missing, with a target that they foretell."""
    random = np.random.default_rng(seed)
    age = random.normal(40, 12, rows).round(1)
    income = random.lognormal(10, 1, rows).round()
    home = random.choice(["rent", "own", "父母家"], rows)
    member = random.choice([True, False], rows)
    since = [datetime(2020, 1, 1) + timedelta(hours=int(h)) for h in random.integers(0, 30_000, rows)]  # noqa: DTZ001
    signal = (age - 40) / 12 + (home == "rent") - member + random.normal(0, 0.4, rows)
    if task == "regression":
        target: list[Any] = (100 + 20 * signal).tolist()
        told = np.where(signal > 0, "bad", "good")
    else:
        names = ["good", "bad"] if task == "binary" else ["good", "unsure", "bad"]
        edges = np.quantile(signal, np.linspace(0, 1, len(names) + 1)[1:-1])
        told = np.array(names)[np.searchsorted(edges, signal)]
        target = told.tolist()
    comment = [
        f"{random.choice(WORDS[word])}, {random.choice(WORDS[word])} says client {i % 7}" for i, word in enumerate(told)
    ]

    def gaps(values: Any, every: int) -> list[Any]:
        return [None if place % every == every - 1 else value for place, value in enumerate(values)]

    return pl.DataFrame(
        {
            "年龄": gaps(age.tolist(), 11),
            "income": income.tolist(),
            "home": gaps(home.tolist(), 13),
            "member": member.tolist(),
            "since": gaps(since, 17),
            "comment": comment,
            TARGET: target,
        }
    )


def recipe(folder: Path, frame: pl.DataFrame, **said: Any) -> dict[str, Any]:
    """A recipe for a table, which is written into the folder as Parquet.

    Its model is linear, no robustness is measured, and the card has no pictures, where nothing is said of them: they
    take two thirds of a tiny training's time.
    """
    said.setdefault("card", {"pictures": False})
    said.setdefault("evidence", {"robustness": False, "importance": False, "weak_slices": False})
    file = folder / "rows.parquet"
    frame.write_parquet(file)
    target = said.pop("target", TARGET)
    return {"version": 1, "name": "test", "data": str(file), "target": target, "model": "linear", **said}


def train(folder: Path, frame: pl.DataFrame, **said: Any) -> Run:
    """Train on a table by the whole flow, the yard in the folder."""
    return run.train(recipe(folder, frame, **said), home=folder / "yard")


def ranged(run: Run, folder: Path, margin: float) -> Bundle:
    """A run's bundle packed again, each value with an interval `margin` to both sides."""
    from modelyard.models.linear import Linear
    from modelyard.train.interval import Interval

    inputs = run.bundle.features.of_table(run.test)
    rows = Examples(inputs, run.test.frame[TARGET].to_numpy(), 1)
    line = Linear(penalty=1.0).fit(rows, rows, Task.REGRESSION, seed=1)
    spanned = Interval(line, line, line, margin)
    trained = Trained(run.bundle.schema, Task.REGRESSION, run.bundle.features, spanned, line)
    origin = Origin("price", run.bundle.recipe, "0" * 64)
    return pack(trained, run.report, run.test, spanned(inputs), origin, folder)


def same(left: Block, right: Block) -> bool:
    """Whether two blocks feed a graph the very same."""
    mine, theirs = left.arrays(), right.arrays()
    return (
        left.spec == right.spec
        and mine.keys() == theirs.keys()
        and all(mine[k].dtype == theirs[k].dtype and np.array_equal(mine[k], theirs[k]) for k in mine)
    )


def tiny_bert(folder: Path, positions: int = 256) -> Path:
    """Save an untrained BERT of two layers that reads `positions` tokens and knows letters and some words."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?"
    characters = "默认逾期按时还清不知道天气好坏"
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = ["late", "paid", "time", "great", "perhaps", "client", "says", "##ed", "##ing"]
    known = [*special, *letters, *(f"##{letter}" for letter in letters), *characters, *words]
    vocabulary = {word: number for number, word in enumerate(known)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "tokenizer.json"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=positions,
        )
        BertModel(config).save_pretrained(folder)
    return folder
