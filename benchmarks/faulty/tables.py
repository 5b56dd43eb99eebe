"""Faults that need tables of their own: of the target, texts, given parts, few rows, weights, and in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from faulty.work import fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faulty.work import Work

Rows = np.ndarray
WORDS = [
    "the",
    "a",
    "parcel",
    "came",
    "late",
    "again",
    "and",
    "nobody",
    "answered",
    "my",
    "calls",
    "so",
    "fine",
    "good",
    "bad",
    "never",
    "box",
    "colour",
    "size",
    "again",
]


def _repeat(work: Work, sources: Sequence[int] | Rows, **changed: list[Any]) -> Rows:
    """Rows of the table once more at its end, some columns changed."""
    for name, column in work.columns.items():
        more = changed.get(name) or [column[int(place)] for place in sources]
        work.columns[name] = [*column, *more]
    places = np.arange(work.rows, work.rows + len(sources))
    work.rows += len(sources)
    return places


@fault("rows", "duplicate_rows")
def plant_exact_copies(work: Work) -> Rows:
    """Exact copies."""
    return _repeat(work, work.some(0.02))


@fault("contradictions", "contradictory_rows", column="left")
def plant_same_row_with_another_target(work: Work) -> Rows:
    """Same row with another target."""
    sources = work.some(0.02)
    other = ["no" if work.columns["left"][int(place)] == "yes" else "yes" for place in sources]
    return _repeat(work, sources, left=other)


@fault("near rows", "near_duplicate_rows")
def plant_nearly_the_same_row(work: Work) -> Rows:
    """Nearly the same row."""
    sources = work.some(0.02)
    return _repeat(work, sources, income=[work.columns["income"][int(place)] * 1.0000001 for place in sources])


@fault("sorted", "ordered_rows", column="left")
def plant_rows_sorted_by_the_target(work: Work) -> None:
    """Rows sorted by the target."""
    order = np.argsort(work.positive, kind="stable")
    for name, column in work.columns.items():
        work.columns[name] = [column[int(place)] for place in order]


@fault("noise", "label_noise", column="left")
def plant_five_percent_wrong_labels(work: Work) -> Rows:
    """Five percent wrong labels."""
    return _flipped(work, 0.05)


@fault("multiclass", "label_noise", column="plan")
def plant_wrong_labels_of_three_classes(work: Work) -> Rows:
    """Wrong labels of three classes."""
    points = np.array(work.columns["score"]) * 3 + np.array(work.columns["age"]) / 15
    names = np.array(["basic", "plus", "pro"])
    plan = names[np.searchsorted(np.quantile(points, [0.4, 0.75]), points)].tolist()
    del work.columns["left"]
    work.columns["plan"], work.target = plan, "plan"
    places = work.some(0.05)
    order = ["basic", "plus", "pro", "basic"]
    work.change("plan", places, [order[order.index(plan[int(place)]) + 1] for place in places])
    return places


@fault("classes", "torn_classes", column="left")
def plant_class_in_two_spellings(work: Work) -> Rows:
    """Class in two spellings."""
    yes = np.flatnonzero(work.positive)
    places = np.sort(work.chance.choice(yes, len(yes) // 5, replace=False))
    work.change("left", places, "Yes ")
    return places


@fault("rare class", "imbalance", column="left")
def plant_rare_class(work: Work) -> None:
    """Rare class."""
    _rare(work, 40)


@fault("few of a class", "few_rows_of_class", column="left")
def plant_class_of_few_rows(work: Work) -> None:
    """Class of few rows."""
    _rare(work, 8)


@fault("few rows", "few_rows")
def plant_forty_rows(work: Work) -> None:
    """Forty rows."""
    for name, column in work.columns.items():
        work.columns[name] = column[:40]


@fault("wide", "few_rows_per_column")
def plant_more_columns_than_rows_tell(work: Work) -> None:
    """More columns than rows tell."""
    for name, column in work.columns.items():
        work.columns[name] = column[:150]
    for place in range(120):
        work.columns[f"sensor{place}"] = work.chance.normal(0, 1, 150).round(4).tolist()


@fault("customers", "entities", column="customer_id")
def plant_customers_whose_target_stays(work: Work) -> None:
    """Customers whose target stays."""
    owner = work.chance.integers(0, work.rows // 5, work.rows)
    leaves = work.chance.random(work.rows // 5) < 0.4
    work.columns["customer_id"] = [f"C{value:05}" for value in owner]
    work.columns["left"] = np.where(leaves[owner], "yes", "no").tolist()


@fault("weights", "few_effective_rows", column="load")
def plant_weights_of_a_few_rows(work: Work) -> None:
    """Weights of a few rows."""
    load = work.chance.uniform(0.5, 1.5, work.rows)
    load[work.some(0.005)] = 5000.0
    work.columns["load"] = load.round(3).tolist()
    work.said["columns"] = {"load": {"role": "weight"}}


@fault("zero weights", "no_weight", column="load")
def plant_rows_without_weight(work: Work) -> Rows:
    """Rows without weight."""
    work.columns["load"] = np.ones(work.rows).tolist()
    places = work.some(0.1)
    work.change("load", places, 0.0)
    work.said["columns"] = {"load": {"role": "weight"}}
    return places


@fault("telling weights", "telling_weight", column="load")
def plant_weights_that_tell_the_target(work: Work) -> None:
    """Weights that tell the target."""
    work.columns["load"] = np.where(work.positive, 3.0, 1.0).tolist()
    work.said["columns"] = {"load": {"role": "weight"}}


@fault("forced identifier", "ordered_identifier", column="case_id")
def plant_identifier_made_a_feature(work: Work) -> None:
    """Identifier made a feature."""
    order = np.where(work.positive, 0, work.rows) + work.chance.permutation(work.rows)
    work.columns["case_id"] = order.tolist()
    work.said["columns"] = {"case_id": {"kind": "number"}}


@fault("regression", "target_copy", column="price_dollars")
def plant_target_in_another_unit(work: Work) -> None:
    """Target in another unit."""
    _priced(work)
    work.columns["price_dollars"] = [value * 1.08 for value in work.columns["price"]]


@fault("regression", "leakage", column="commission")
def plant_column_made_of_the_target(work: Work) -> None:
    """Column made of the target."""
    _priced(work)
    share = work.chance.normal(0.05, 0.0002, work.rows)
    work.columns["commission"] = (np.array(work.columns["price"]) * share).round(2).tolist()


@fault("outliers", "target_outliers", column="price")
def plant_outliers_of_the_target(work: Work) -> Rows:
    """Outliers of the target."""
    _priced(work)
    places = work.some(0.001)
    work.change("price", places, [float(value) for value in work.chance.uniform(1e8, 3e8, len(places))])
    return places


@fault("skewed", "skewed_target", column="price")
def plant_skewed_target(work: Work) -> None:
    """Skewed target."""
    del work.columns["left"]
    work.target = "price"
    pull = np.array(work.columns["score"]) + work.chance.normal(0, 1, work.rows)
    work.columns["price"] = np.exp(8 + pull).round(2).tolist()


@fault("texts", "empty_texts", column="comment")
def plant_empty_texts(work: Work) -> Rows:
    """Empty texts."""
    _commented(work)
    places = work.some(0.03)
    work.change("comment", places, "   ")
    return places


@fault("texts", "near_duplicate_rows", column="comment")
def plant_texts_with_a_word_changed(work: Work) -> Rows:
    """Texts with a word changed."""
    _commented(work)
    return _repeat(work, [2, 30, 77, 101], comment=[work.columns["comment"][p] + " x" for p in (2, 30, 77, 101)])


@fault("texts", "markup", column="comment")
def plant_html(work: Work) -> Rows:
    """Html."""
    _commented(work)
    places = np.array([11, 12, 500, 501])
    work.change("comment", places, [f"<br />{work.columns['comment'][place]}&nbsp;</p>" for place in places])
    return places


@fault("texts", "long_texts", column="comment")
def plant_a_book(work: Work) -> Rows:
    """A book."""
    _commented(work)
    work.change("comment", [9], " ".join(f"{word}{turn}" for turn in range(3000) for word in ("page", "line")))
    return np.array([9])


@fault("label in text", "label_in_text", column="comment")
def plant_name_of_the_class_in_the_text(work: Work) -> Rows:
    """Name of the class in the text."""
    _commented(work)
    work.columns["left"] = np.where(work.positive, "churned", "stayed").tolist()
    places = np.flatnonzero([value == "churned" for value in work.columns["left"]])[::2]
    work.change("comment", places, [work.columns["comment"][place] + " status churned" for place in places])
    return places


def _flipped(work: Work, share: float) -> Rows:
    """Labels of classes that can be told apart, some of them turned round."""
    signal = np.array(work.columns["score"]) * 2 + np.array(work.columns["age"]) / 20
    signal += work.chance.normal(0, 0.15, work.rows)
    left = signal > np.quantile(signal, 0.6)
    places = work.some(share)
    left[places] = ~left[places]
    work.columns["left"] = np.where(left, "yes", "no").tolist()
    return places


def _rare(work: Work, count: int) -> None:
    keep = np.flatnonzero(work.positive)[:count]
    work.columns["left"] = ["no"] * work.rows
    work.change("left", keep, "yes")


def _priced(work: Work) -> None:
    if work.target == "left":
        del work.columns["left"]
        work.target = "price"
        pull = 40 * np.array(work.columns["score"]) + np.array(work.columns["age"])
        work.columns["price"] = (900 + pull + work.chance.normal(0, 25, work.rows)).round(2).tolist()


def _commented(work: Work) -> None:
    if "comment" not in work.columns:
        lines = [" ".join(work.chance.choice(WORDS, 14)) + f" order {place}" for place in range(work.rows)]
        work.columns["comment"] = lines
        work.said["columns"] = {"comment": {"kind": "text"}}
