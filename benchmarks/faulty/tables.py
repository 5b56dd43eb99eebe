"""Faults that need a table of their own: of the target, of texts, of given parts, of few rows, of weights, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from faulty.work import days, fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faulty.work import Work

Rows = np.ndarray  # type: ignore[type-arg]
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


def _repeat(work: Work, sources: Sequence[int], **changed: list[Any]) -> Rows:
    """Rows of the table once more at its end, some columns changed."""
    for name, column in work.columns.items():
        more = changed.get(name) or [column[int(place)] for place in sources]
        work.columns[name] = [*column, *more]
    places = np.arange(work.rows, work.rows + len(sources))
    work.rows += len(sources)
    return places


@fault("rows", "duplicate_rows")
def plant_exact_copies(work: Work) -> Rows:
    return _repeat(work, work.some(0.02))


@fault("contradictions", "contradictory_rows", column="left")
def plant_same_row_with_another_target(work: Work) -> Rows:
    sources = work.some(0.02)
    other = ["no" if work.columns["left"][int(place)] == "yes" else "yes" for place in sources]
    return _repeat(work, sources, left=other)


@fault("near rows", "near_duplicate_rows")
def plant_nearly_the_same_row(work: Work) -> Rows:
    sources = work.some(0.02)
    return _repeat(work, sources, income=[work.columns["income"][int(place)] * 1.0000001 for place in sources])


@fault("sorted", "ordered_rows", column="left")
def plant_rows_sorted_by_the_target(work: Work) -> None:
    order = np.argsort(work.positive, kind="stable")
    for name, column in work.columns.items():
        work.columns[name] = [column[int(place)] for place in order]


@fault("noise", "label_noise", column="left")
def plant_five_percent_wrong_labels(work: Work) -> Rows:
    return _flipped(work, 0.05)


@fault("multiclass", "label_noise", column="plan")
def plant_wrong_labels_of_three_classes(work: Work) -> Rows:
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
    yes = np.flatnonzero(work.positive)
    places = np.sort(work.chance.choice(yes, len(yes) // 5, replace=False))
    work.change("left", places, "Yes ")
    return places


@fault("rare class", "imbalance", column="left")
def plant_rare_class(work: Work) -> None:
    _rare(work, 40)


@fault("few of a class", "few_rows_of_class", column="left")
def plant_class_of_few_rows(work: Work) -> None:
    _rare(work, 8)


@fault("few rows", "few_rows")
def plant_forty_rows(work: Work) -> None:
    for name, column in work.columns.items():
        work.columns[name] = column[:40]


@fault("wide", "few_rows_per_column")
def plant_more_columns_than_rows_tell(work: Work) -> None:
    for name, column in work.columns.items():
        work.columns[name] = column[:150]
    for place in range(120):
        work.columns[f"sensor{place}"] = work.chance.normal(0, 1, 150).round(4).tolist()


@fault("customers", "entities", column="customer_id")
def plant_customers_whose_target_stays(work: Work) -> None:
    owner = work.chance.integers(0, work.rows // 5, work.rows)
    leaves = work.chance.random(work.rows // 5) < 0.4
    work.columns["customer_id"] = [f"C{value:05}" for value in owner]
    work.columns["left"] = np.where(leaves[owner], "yes", "no").tolist()


@fault("weights", "few_effective_rows", column="load")
def plant_weights_of_a_few_rows(work: Work) -> None:
    load = work.chance.uniform(0.5, 1.5, work.rows)
    load[work.some(0.005)] = 5000.0
    work.columns["load"] = load.round(3).tolist()
    work.said["columns"] = {"load": {"role": "weight"}}


@fault("zero weights", "no_weight", column="load")
def plant_rows_without_weight(work: Work) -> Rows:
    work.columns["load"] = np.ones(work.rows).tolist()
    places = work.some(0.1)
    work.change("load", places, 0.0)
    work.said["columns"] = {"load": {"role": "weight"}}
    return places


@fault("telling weights", "telling_weight", column="load")
def plant_weights_that_tell_the_target(work: Work) -> None:
    work.columns["load"] = np.where(work.positive, 3.0, 1.0).tolist()
    work.said["columns"] = {"load": {"role": "weight"}}


@fault("forced identifier", "ordered_identifier", column="case_id")
def plant_identifier_made_a_feature(work: Work) -> None:
    order = np.where(work.positive, 0, work.rows) + work.chance.permutation(work.rows)
    work.columns["case_id"] = order.tolist()
    work.said["columns"] = {"case_id": {"kind": "number"}}


@fault("regression", "target_copy", column="price_dollars")
def plant_target_in_another_unit(work: Work) -> None:
    _priced(work)
    work.columns["price_dollars"] = [value * 1.08 for value in work.columns["price"]]


@fault("regression", "leakage", column="commission")
def plant_column_made_of_the_target(work: Work) -> None:
    _priced(work)
    share = work.chance.normal(0.05, 0.0008, work.rows)
    work.columns["commission"] = (np.array(work.columns["price"]) * share).round(2).tolist()


@fault("outliers", "target_outliers", column="price")
def plant_outliers_of_the_target(work: Work) -> Rows:
    _priced(work)
    places = work.some(0.001)
    work.change("price", places, [float(value) for value in work.chance.uniform(1e8, 3e8, len(places))])
    return places


@fault("skewed", "skewed_target", column="price")
def plant_skewed_target(work: Work) -> None:
    del work.columns["left"]
    work.target = "price"
    pull = np.array(work.columns["score"]) + work.chance.normal(0, 1, work.rows)
    work.columns["price"] = np.exp(8 + pull).round(2).tolist()


@fault("texts", "empty_texts", column="comment")
def plant_empty_texts(work: Work) -> Rows:
    _commented(work)
    places = work.some(0.03)
    work.change("comment", places, "   ")
    return places


@fault("texts", "near_duplicate_rows", column="comment")
def plant_texts_with_a_word_changed(work: Work) -> Rows:
    _commented(work)
    return _repeat(work, [2, 30, 77, 101], comment=[work.columns["comment"][p] + " x" for p in (2, 30, 77, 101)])


@fault("texts", "markup", column="comment")
def plant_html(work: Work) -> Rows:
    _commented(work)
    places = np.array([11, 12, 500, 501])
    work.change("comment", places, [f"<br />{work.columns['comment'][place]}&nbsp;</p>" for place in places])
    return places


@fault("texts", "long_texts", column="comment")
def plant_a_book(work: Work) -> Rows:
    _commented(work)
    work.change("comment", [9], " ".join(f"{word}{turn}" for turn in range(3000) for word in ("page", "line")))
    return np.array([9])


@fault("label in text", "label_in_text", column="comment")
def plant_name_of_the_class_in_the_text(work: Work) -> Rows:
    _commented(work)
    work.columns["left"] = np.where(work.positive, "churned", "stayed").tolist()
    places = np.flatnonzero([value == "churned" for value in work.columns["left"]])[::2]
    work.change("comment", places, [work.columns["comment"][place] + " status churned" for place in places])
    return places


@fault("parts", "overlap")
def plant_rows_of_train_in_test(work: Work) -> Rows:
    return _into_test(work, 0, 20, lambda row: row)


@fault("parts", "near_overlap")
def plant_rows_nearly_of_train_in_test(work: Work) -> Rows:
    return _into_test(work, 30, 15, lambda row: {**row, "income": row["income"] * 1.0000001})


@fault("parts", "unseen_levels", column="city")
def plant_levels_that_train_lacks(work: Work) -> Rows:
    return _into_test(work, 60, 12, lambda row: {**row, "city": "Vienna", "score": row["score"] + 0.31})


@fault("keys", "shared_keys", column="customer_id")
def plant_customers_in_two_parts(work: Work) -> Rows:
    _parted(work)
    work.columns["customer_id"] = [f"C{place:05}" for place in range(work.rows)]
    count = len(work.parts["test"]["age"])
    work.parts["test"]["customer_id"] = [f"C{place if place < 30 else place + work.rows:05}" for place in range(count)]
    return np.arange(30)


@fault("drift", "column_drift", column="income")
def plant_column_that_moved(work: Work) -> None:
    _parted(work)
    work.parts["test"]["income"] = [value * 1.9 for value in work.parts["test"]["income"]]


@fault("drift", "drift")
def plant_part_of_another_place(work: Work) -> None:
    _parted(work)
    work.parts["test"]["score"] = [value + 2.5 for value in work.parts["test"]["score"]]


@fault("target drift", "target_drift", column="left")
def plant_classes_that_moved(work: Work) -> None:
    _parted(work)
    left = work.parts["test"]["left"]
    work.parts["test"]["left"] = ["yes" if place % 2 else value for place, value in enumerate(left)]


@fault("chinese", "negative", column="年龄")
def plant_negative_age_in_chinese(work: Work) -> Rows:
    _chinese(work)
    places = work.some(0.004)
    work.change("年龄", places, [-int(value) for value in work.chance.integers(20, 60, len(places))])
    return places


@fault("chinese", "placeholder", column="职业")
def plant_placeholder_in_chinese(work: Work) -> Rows:
    _chinese(work)
    places = work.some(0.03)
    work.change("职业", places, "未知")
    return places


@fault("chinese", "written_dates", column="登记日期")
def plant_dates_in_chinese(work: Work) -> None:
    _chinese(work)
    work.columns["登记日期"] = [f"{day.year}年{day.month}月{day.day}日" for day in days(work)]


@fault("chinese", "spelling", column="等级")
def plant_full_width_in_chinese(work: Work) -> Rows:
    _chinese(work)
    work.columns["等级"] = work.chance.choice(["A级", "B级"], work.rows).tolist()
    places = work.some(0.03)
    work.change("等级", places, "\uff21级")
    return places


@fault("chinese", "target_copy", column="状态")
def plant_target_in_chinese(work: Work) -> None:
    _chinese(work)
    work.columns["状态"] = np.where(np.array(work.columns["是否流失"]) == "是", "已销户", "正常").tolist()


@fault("chinese", "telltale_missing", column="结清金额")
def plant_filled_afterwards_in_chinese(work: Work) -> None:
    _chinese(work)
    gone = np.array(work.columns["是否流失"]) == "是"
    there = gone & (work.chance.random(work.rows) < 0.5)
    work.columns["结清金额"] = [float(place % 97) if yes else None for place, yes in enumerate(there)]


@fault("chinese", "identifier", column="客户编号")
def plant_identifier_in_chinese(work: Work) -> None:
    _chinese(work)
    work.columns["客户编号"] = [f"K{value:06}" for value in work.chance.permutation(work.rows)]


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


def _parted(work: Work) -> None:
    """A quarter of the rows becomes the part for testing."""
    if not work.parts:
        cut = work.rows * 3 // 4
        work.parts["test"] = {name: column[cut:] for name, column in work.columns.items()}
        work.columns = {name: column[:cut] for name, column in work.columns.items()}
        work.rows = cut


def _into_test(work: Work, first: int, count: int, change: Any) -> Rows:  # noqa: ANN401 - a function of a row
    """Some rows of train at the end of test, changed."""
    _parted(work)
    start = len(work.parts["test"]["age"])
    for place in range(first, first + count):
        row = change({name: column[place] for name, column in work.columns.items()})
        for name, value in row.items():
            work.parts["test"][name].append(value)
    return np.arange(start, start + count)


def _chinese(work: Work) -> None:
    if "年龄" not in work.columns:
        names = {
            "age": "年龄",
            "income": "收入",
            "city": "城市",
            "visits": "到访次数",
            "member": "会员",
            "score": "评分",
        }
        work.columns = {names.get(name, name): column for name, column in work.columns.items()}
        work.columns["职业"] = work.chance.choice(["教师", "司机", "护士"], work.rows).tolist()
        left = work.columns.pop("left")
        work.columns["是否流失"] = ["是" if value == "yes" else "否" for value in left]
        work.target = "是否流失"
