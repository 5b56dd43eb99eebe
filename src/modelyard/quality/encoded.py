"""A table as one matrix that quick models read: what whole-table inspections fit is never more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.types import Kind
from modelyard.data import values
from modelyard.quality import codes as coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.types import Column, Floats, Ints, Table

WORDS = 1 << 14  # hashes of words, before they are drawn together
TOPICS = 24  # columns that a text becomes
CUT = 400  # characters of a text that are read
LEVELS = 30  # most frequent levels that have a column of their own in a matrix for a linear model


def for_trees(table: Table, columns: Sequence[Column]) -> Floats:
    """Numbers as they are, levels as codes in the order of how frequent they are, texts as topics: [rows, width]."""
    blocks = [_for_trees(table, column) for column in columns]
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(table), 1))


def for_lines(table: Table, columns: Sequence[Column]) -> Floats:
    """Numbers by their rank and whether they are there, frequent levels each in a column, topics: [rows, width]."""
    blocks = [_for_lines(table, column) for column in columns]
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(table), 1))


def _for_trees(table: Table, column: Column) -> Floats:
    found = values.from_series(table.frame[column.name], column)
    if column.kind is Kind.TEXT:
        return _topics([text or "" for text in found.tolist()])
    if column.kind in coded.MOMENTS:
        return coded.as_floats(found)[:, None]
    codes = _by_count(coded.of_levels(found))
    return np.where(codes < 0, np.nan, codes.astype(np.float64))[:, None]


def _for_lines(table: Table, column: Column) -> Floats:
    found = values.from_series(table.frame[column.name], column)
    if column.kind is Kind.TEXT:
        return _topics([text or "" for text in found.tolist()])
    if column.kind in coded.MOMENTS:
        numbers = coded.as_floats(found)
        gone = np.isnan(numbers)
        ranked = np.where(gone, 0.0, coded.ranks(np.where(gone, np.inf, numbers)) * 2 - 1)
        return np.stack([ranked, ranked**2, gone.astype(np.float64)], axis=1)
    codes = _by_count(coded.of_levels(found))
    codes = np.where(codes < 0, LEVELS, np.minimum(codes, LEVELS - 1))
    flags: Floats = np.eye(LEVELS + 1)[codes][:, : int(codes.max(initial=0)) + 1]
    return flags


def _by_count(codes: Ints) -> Ints:
    """Codes numbered anew, the most frequent first; -1 stays."""
    known = codes[codes >= 0]
    if len(known) == 0:
        return codes
    order = np.argsort(-np.bincount(known), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return np.where(codes < 0, -1, place[codes])


def _topics(texts: list[str]) -> Floats:
    """Latent semantic analysis of the words and of runs of characters (Deerwester et al. 1990): [rows, topics]."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashed = HashingVectorizer(n_features=WORDS, analyzer="char_wb", ngram_range=(2, 4), alternate_sign=False)
    counts = hashed.transform(text[:CUT] for text in texts)
    if counts.nnz == 0:
        return np.zeros((len(texts), 1))
    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    topics = min(TOPICS, len(texts) - 1)
    made: Floats = TruncatedSVD(topics, random_state=0, n_iter=3).fit_transform(weighed)
    return made
