"""What texts without labels give before five hundred labels: each network from pretrained weights and from random ones.

Unlabelled are all texts of the corpus but those of the test and of valid rows; their labels are never looked at. Each
seed draws --labels rows, a fifth of which only says when to stop, and both arms learn from the very same with the same
settings, which were chosen by --choose on rows of valid. Told are accuracies on the fixed test rows, the difference
paired by row with its 95% interval (bootstrap over rows), for each draw and for the mean over the draws. TF-IDF with
logistic regression learns from the same labels beside them.

A pretraining that was killed goes on where it was, and one that is done is taken as it is. Run it from the checkout:
`python benchmarks/textual/pretraining.py`; three quarters of an hour on one core.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from modelyard import run
from modelyard.assemble import assemble
from modelyard.core import events, intervals
from modelyard.core.protocols import Network
from modelyard.core.types import Parts
from modelyard.data import samples
from modelyard.data.read import read, target_values
from modelyard.train.fit import fit
from modelyard.train.loop import Trainable
from textual import corpora, methods

Right = npt.NDArray[np.float64]  # [rows], 1 where an answer is right
OBJECTIVES: dict[str, dict[str, Any]] = {
    "mlm": {
        "layers": 2,
        "width": 128,
        "vocabulary": 2500,
        "masked": 0.2,
        "batch_size": 16,
        "learning_rate": 1e-3,
        "epochs": 24,
    },
    "skipgram": {"width": 128, "epochs": 6},
}
TRAININGS: dict[str, dict[str, Any]] = {  # of few labels: more epochs than a network's usual ones
    "mlm": {"epochs": 12, "learning_rate": 5e-4, "batch_size": 32, "early_stopping": 5},
    "skipgram": {"epochs": 40, "learning_rate": 1e-3, "batch_size": 16, "early_stopping": 10},
}
HELD = 0.2  # of the labels, to stop by
BASE = "TF-IDF + logistic regression"


def main(args: list[str] | None = None) -> None:
    """Pretrain, learn from the labels and tell."""
    asked = _asked(args)
    for data in asked.data:
        corpus = corpora.CORPORA[data]
        files = corpora.parts(data, 0)
        judged = files["valid" if asked.choose else "test"]
        texts = unlabelled(data, files)
        print(f"\n{data}: {len(texts)} texts without labels, {asked.labels} labels, {_rows(judged)} rows judged")
        draws = {seed: drawn(files["train"], corpus.target, asked.labels, seed) for seed in asked.seeds}
        plain = [_plain(data, {**some, "test": judged}) for some in draws.values()]
        print(f"{BASE}: {np.mean(plain):.3f} (mean of {len(plain)} draws)", flush=True)
        for objective in asked.objectives:
            folder = _pretrained(texts, data, objective)
            found = {}
            for seed, some in draws.items():
                learnt, random = (_right(data, objective, place, {**some, "test": judged}, seed) for place in folder)
                found[seed] = (learnt, random)
                print(f"  {objective}, draw {seed}: {told([learnt], [random])}", flush=True)
            print(f"{objective}, mean of {len(found)} draws: {told(*zip(*found.values(), strict=True))}", flush=True)


def told(learnt: Any, random: Any) -> str:  # noqa: ANN401 - draws of [rows]
    """Accuracies and the paired difference of draws, each [rows], with the interval over rows."""
    one, other = np.mean(list(learnt), axis=0), np.mean(list(random), axis=0)
    gap = one - other
    low, high = intervals.interval(
        np.concatenate([drawn @ gap / len(gap) for drawn in intervals.chunks(len(gap), corpora.FIXED)])
    )
    figures = f"pretrained {one.mean():.3f}, from random {other.mean():.3f}"
    return f"{figures}: {gap.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def unlabelled(data: str, files: dict[str, Path]) -> list[str]:
    """Every text of the corpus but those that judge or choose."""
    corpus = corpora.CORPORA[data]
    aside = {plain(text) for part in ("valid", "test") for text in pl.read_parquet(files[part])[corpus.text]}
    source = samples.frame("shopping-reviews-zh") if data == "zh" else pl.read_parquet(files["train"])
    texts = {plain(text): text for text in source[corpus.text] if text}
    return [text for folded, text in texts.items() if folded and folded not in aside]


def plain(text: str) -> str:
    """A text with what does not tell it from another folded away."""
    return " ".join(text.casefold().split())


def drawn(file: Path, target: str, labels: int, seed: int) -> dict[str, Path]:
    """The files of so many labelled rows by seed: to learn from, and to stop by."""
    frame = pl.read_parquet(file)
    order = np.random.default_rng([corpora.FIXED, seed, labels]).permutation(frame.height)[:labels]
    cut = round(HELD * labels)
    found = {"train": frame[order[cut:]], "valid": frame[order[:cut]]}
    files = {part: corpora.CACHE / f"{file.stem}-{target}-{labels}-{seed}-{part}.parquet" for part in found}
    for part, some in found.items():
        some.write_parquet(files[part])
    return files


def _pretrained(texts: list[str], data: str, objective: str) -> tuple[Path, Path]:
    """The folders of what was learnt and of what it began with."""
    file = corpora.CACHE / f"{data}-unlabelled.txt"
    file.write_text("\n".join(" ".join(text.split()) for text in texts), encoding="utf-8")
    began = time.perf_counter()
    name = "-".join(f"{value:g}" for value in OBJECTIVES[objective].values())
    out = corpora.CACHE / f"{data}-{objective}-{name}"
    with events.listening(_hear):
        made = run.pretrain(file, out, objective=objective, **OBJECTIVES[objective])
    figure = made.perplexity() or (made.loss_before, made.loss_after)
    spent = f"{time.perf_counter() - began:.0f} s now, {made.seconds:.0f} s in all"
    kind = "perplexity" if made.perplexity() else "loss"
    print(f"{objective}: held-out {kind} {figure[0]:.4g} to {figure[1]:.4g} ({spent})", flush=True)
    return out, out / "start"


def _hear(event: events.Event) -> None:
    """Say now and then how far it is."""
    if isinstance(event, events.Step) and event.name == "pretraining" and int(event.done) % 500 == 0:
        print(f"    {event.done:.0f} of {event.total:.0f}: {event.detail}", flush=True)


def _right(data: str, objective: str, folder: Path, files: dict[str, Path], seed: int) -> Right:
    named = {"name": "text_cnn", "embeddings": str(folder), "max_length": 128}
    if objective == "mlm":
        named = {"name": "pretrained", "weights": str(folder), "tuning": "full", "max_length": 128}
    said = {**methods.recipe(data, files, named, seed), "training": TRAININGS[objective]}
    plan = assemble(said)
    rows = read(plan.sources, plan.recipe)
    if not isinstance(plan.model, Network) or rows.valid is None or rows.test is None:
        raise TypeError("a network and three files are compared")
    parts = Parts(rows.train, rows.valid, rows.test)
    model = Trainable(plan.model, plan.training or plan.model.training())
    answers = fit(model, parts, rows.task, plan.making(model), seed)(parts.test)
    right: Right = (answers.argmax(axis=1) == target_values(parts.test, rows.task)).astype(np.float64)
    return right


def _plain(data: str, files: dict[str, Path]) -> float:
    found = methods.answer(methods.BASE, data, files, 0)
    return float((found.given == found.truth).mean())


def _rows(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.len()).collect().item())


def _asked(args: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])

    def words(text: str) -> list[str]:
        return text.split(",")

    parser.add_argument("--data", type=words, default=["zh"], help=f"of {','.join(corpora.CORPORA)}")
    parser.add_argument("--objectives", type=words, default=list(OBJECTIVES), help=f"of {','.join(OBJECTIVES)}")
    parser.add_argument("--seeds", type=lambda text: [int(seed) for seed in words(text)], default=[1, 2, 3])
    parser.add_argument("--labels", type=int, default=500)
    parser.add_argument("--choose", action="store_true", help="judge by valid rows, as when a setting is chosen")
    return parser.parse_args(args)


if __name__ == "__main__":
    main()
