"""How fast `full` learns beside transformers' Trainer: same texts, weights, batch, epochs and machine, in one run."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import numpy.typing as npt
import polars as pl
import torch

from modelyard.core.blocks import Examples
from modelyard.core.types import Column, Kind, Task
from modelyard.features import weights
from modelyard.features.encoders.tokens import Tokens
from modelyard.models.pretrained import Pretrained
from modelyard.train import batches, loop
from modelyard.train.loop import Trainable
from textual.corpora import CORPORA, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from modelyard.core.training import Training
    from modelyard.core.types import Ints

LENGTH = 128
BATCH = 32
RATE = 5e-5
RIVALS = ("Trainer, padded to 128", "Trainer, dynamic padding")
OURS = "modelyard"
WITHOUT = {
    "modelyard without buckets": "buckets",
    "modelyard without bfloat16": "bfloat16",
    "modelyard without either": "both",
}
WAYS = (*RIVALS, OURS, *WITHOUT)
HEADS = ("head, embeddings kept", "head, embeddings made anew in every epoch")


@dataclass(frozen=True)
class Texts:
    """Texts and the codes of their classes, [rows] int64."""

    texts: list[str]
    codes: npt.NDArray[np.int64]

    def first(self, rows: int) -> Texts:
        """The first of them."""
        return Texts(self.texts[:rows], self.codes[:rows])

    def examples(self) -> Examples:
        """As Modelyard's networks read them."""
        column = Column("text", Kind.TEXT)
        values = np.array(self.texts, dtype=object)
        block = Tokens(weights=weights.DEFAULT, max_length=LENGTH).fit(values, column, None)(values)
        return Examples({"text": block}, self.codes, 2)


def main(data: str, rows: int, epochs: int, rounds: int, sample: int) -> None:
    """Print rates, the median of `rounds` over `sample` texts, and accuracies after `epochs` over `rows`."""
    files = parts(data, 0)
    train, test = (_texts(data, files[part]) for part in ("train", "test"))
    lengths = train.examples().inputs["text"].lengths()  # type: ignore[union-attr]
    print(f"\n{data}: {np.median(lengths):.0f} tokens a text in the median, {np.mean(lengths):.0f} in the mean")
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(rounds):
        few = Texts(train.texts[turn * sample : (turn + 1) * sample], train.codes[turn * sample : (turn + 1) * sample])
        for way in WAYS:
            seconds, _ = learnt(way, few, few.first(8), 1, turn)
            rates[way].append(len(few.texts) / seconds)
            print(f"round {turn + 1}: {way}: {rates[way][-1]:.1f} texts/s", flush=True)
    _print_rates({way: float(np.median(found)) for way, found in rates.items()})
    _print_heads(train.first(sample), rounds)
    few = train.first(rows)
    print(f"\naccuracy on {len(test.texts)} test texts after {epochs} epochs over {len(few.texts)}:")
    for way in (*RIVALS, OURS):
        seconds, right = learnt(way, few, test, epochs, 0)
        error = 1.96 * np.sqrt(right * (1 - right) / len(test.texts))
        print(f"  {way:<28} {right:.3f} +- {error:.3f} ({len(few.texts) * epochs / seconds:.1f} texts/s)", flush=True)


def learnt(way: str, train: Texts, test: Texts, epochs: int, seed: int) -> tuple[float, float]:
    """Seconds of the training alone, tokenising included, and the accuracy on test."""
    if way in RIVALS:
        return _trainer(train, test, epochs, seed, padded=way == RIVALS[0])
    left_out = WITHOUT.get(way, "")
    with ExitStack() as stack:
        if left_out in {"buckets", "both"}:
            stack.enter_context(mock.patch.object(batches, "shuffled", partial(_unsorted, batches.shuffled)))
        how = Pretrained(max_length=LENGTH).training()
        how = replace(how, epochs=epochs, learning_rate=RATE, early_stopping=epochs)
        if left_out in {"bfloat16", "both"}:
            how = replace(how, precision="float32")
        return _modelyard(Pretrained(max_length=LENGTH), how, train, test, seed)


def _unsorted(shuffled: Callable[..., Iterator[Ints]], rows: int, _length: object, *rest: Any) -> Iterator[Ints]:  # noqa: ANN401
    return shuffled(rows, None, *rest)


def _modelyard(network: Pretrained, how: Training, train: Texts, test: Texts, seed: int) -> tuple[float, float]:
    began = time.perf_counter()
    rows = train.examples()
    watched = rows.take(np.arange(8))  # a Trainer by default looks at no valid rows either
    predictor = Trainable(network, how).fit(rows, watched, Task.BINARY, seed=seed)
    seconds = time.perf_counter() - began
    return seconds, float((predictor(test.examples().inputs).argmax(axis=1) == test.codes).mean())


def _trainer(train: Texts, test: Texts, epochs: int, seed: int, *, padded: bool) -> tuple[float, float]:
    import tempfile

    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    folder = weights.folder(weights.DEFAULT)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2)
    padding: dict[str, Any] = {"padding": "max_length"} if padded else {}

    def rows(part: Texts) -> list[dict[str, Any]]:
        told = tokenizer(part.texts, truncation=True, max_length=LENGTH, **padding)
        return [
            {**{name: told[name][place] for name in ("input_ids", "attention_mask")}, "labels": int(code)}
            for place, code in enumerate(part.codes)
        ]

    with tempfile.TemporaryDirectory() as place:
        told = TrainingArguments(
            place,
            per_device_train_batch_size=BATCH,
            per_device_eval_batch_size=256,
            num_train_epochs=epochs,
            learning_rate=RATE,
            seed=seed,
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
        )
        collator = DataCollatorWithPadding(tokenizer)
        began = time.perf_counter()
        trainer = Trainer(model, told, train_dataset=rows(train), data_collator=collator)
        trainer.train()
        seconds = time.perf_counter() - began
        answers = trainer.predict(rows(test)).predictions
    return seconds, float((np.asarray(answers).argmax(axis=1) == test.codes).mean())


def _print_rates(rate: dict[str, float]) -> None:
    print("\ntexts a second (median):")
    for way, found in rate.items():
        print(f"  {way:<28} {found:6.1f}")
    for rival in RIVALS:
        print(f"{OURS} / {rival}: {rate[OURS] / rate[rival]:.2f}")
    for way, what in WITHOUT.items():
        print(f"what {what} gave: {rate[OURS] / rate[way]:.2f} times")


def _print_heads(train: Texts, rounds: int) -> None:
    """What it gives to compute a frozen encoder's embeddings once, in five epochs."""
    network = Pretrained(max_length=LENGTH, tuning="head")
    how = replace(network.training(), epochs=5, early_stopping=5)
    found: dict[str, list[float]] = {way: [] for way in HEADS}
    for turn in range(rounds):
        found[HEADS[0]].append(_modelyard(network, how, train, train.first(8), turn)[0])
        with mock.patch.object(loop, "Frozen", _Nothing):
            found[HEADS[1]].append(_modelyard(network, how, train, train.first(8), turn)[0])
    kept, anew = (float(np.median(found[way])) for way in HEADS)
    print(f"what caching a frozen encoder's embeddings gave, in five epochs of a head: {anew / kept:.2f} times")


class _Nothing:
    """What no module is an instance of."""


def _texts(data: str, file: Path) -> Texts:
    corpus = CORPORA[data]
    frame = pl.read_parquet(file)
    codes = (frame[corpus.target] == corpus.positive).cast(pl.Int64).to_numpy()
    return Texts(frame[corpus.text].to_list(), codes)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main("en", rows=2000, epochs=2, rounds=3, sample=512)
