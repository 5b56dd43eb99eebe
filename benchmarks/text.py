"""What text models reach, in one run: quality, speed, few labels, unlabelled text.

- `quality`: accuracy and macro F1 of TF-IDF with logistic regression, `bag`, `text_cnn`, `lstm`, `transformer`, and of
  pretrained weights with tuning `head`, `lora` and `full`, on English and Chinese reviews. Texts are deduplicated, the
  test set is fixed, and the seed deals the others to train and valid; choices are made on valid alone.
- `speed`: `full` beside transformers' Trainer, and what buckets, bfloat16 and kept embeddings gave.
- `few`: a handful of labels, or none (`textual/few.py`).
- `pretraining`: what unlabelled text gives before few labels (`textual/pretraining.py`).

Every fit of `quality` is written to --out as soon as it is done: a run that was killed goes on where it was. Runs over
other data may go on beside each other, each on a core of its own (`taskset`), writing files of their own.

Run it from the checkout: `python benchmarks/text.py` (two hours on two cores); `--parts quality --data en --seeds 0
--methods tfidf,bag` for a taste.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from itertools import product
from pathlib import Path

import torch

from tabular.book import Book
from textual import account, few, pretraining, speed
from textual.corpora import CORPORA, parts
from textual.methods import METHODS, Answered, answer

HERE = Path(__file__).parent
PARTS = ("quality", "speed", "few", "pretraining")


def main() -> None:
    """Run the parts that are asked for."""
    asked = _asked()
    torch.set_num_threads(asked.threads)
    if "quality" in asked.parts:
        _quality(asked)
    if "speed" in asked.parts:
        for data in ("en", "subjects"):
            speed.main(data, asked.rows, asked.epochs, asked.rounds, asked.sample)
    if "few" in asked.parts:
        few.main([])
    if "pretraining" in asked.parts:
        pretraining.main([])


def _quality(asked: argparse.Namespace) -> None:
    about = {"machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {asked.threads} used"}
    book = Book.open(asked.out, about, asked.again)
    wanted = [(data, seed, method) for data, seed, method in product(asked.data, asked.seeds, asked.methods)]
    todo = [one for one in wanted if not book.done("/".join(map(str, one)))]
    for number, (data, seed, method) in enumerate(todo, 1):
        began = time.perf_counter()
        cell = _cell(answer(method, data, parts(data, seed), seed))
        key = f"{data}/{seed}/{method}"
        book.write(key, {"data": data, "seed": seed, "method": method, **cell})
        spent = time.perf_counter() - began
        print(f"[{number}/{len(todo)}] {key}: accuracy {cell['accuracy']:.4f} ({spent:.0f} s in all)", flush=True)
    for data in asked.data:
        print(account.told(book, data, asked.methods))
    print(f"\nwritten to {asked.out}")


def _cell(found: Answered) -> dict[str, float | str]:
    from sklearn.metrics import accuracy_score, f1_score

    return {
        "accuracy": float(accuracy_score(found.truth, found.given)),
        "macro_f1": float(f1_score(found.truth, found.given, average="macro")),
        "seconds": found.seconds,
        "right": "".join(str(int(each)) for each in found.truth == found.given),
        **found.told,
    }


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])

    def listed(text: str) -> list[str]:
        return text.split(",")

    def numbers(text: str) -> list[int]:
        return [int(each) for each in text.split(",")]

    parser.add_argument("--parts", type=listed, default=list(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--data", type=listed, default=["en", "zh"], help=f"of {', '.join(CORPORA)}")
    parser.add_argument("--methods", type=listed, default=list(METHODS), help=f"of {', '.join(METHODS)}")
    parser.add_argument("--seeds", type=numbers, default=[0, 1, 2])
    parser.add_argument("--again", type=listed, default=[], help="methods whose code has changed")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rows", type=int, default=2000, help="texts that the speed part learns from for accuracy")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=512, help="texts of a round of the speed part")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "text.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
