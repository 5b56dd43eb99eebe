"""No text is in two parts, contradictions are listed by row, and nothing is left out unsaid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.assemble import assemble
from modelyard.core import events
from modelyard.core.errors import DataError, RecipeError
from modelyard.data import copies
from modelyard.data.hygiene import Hygiene, clean
from modelyard.data.read import Rows, read
from modelyard.data.split import split

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.assemble import Plan

LONG = "the kettle boils fast and stays quiet but its lid came loose after {} week of use in our kitchen"
OWN = [f"text number {word} says nothing new" for word in ("one", "two", "three", "four", "five", "six")]
Row = tuple[Any, ...]


def planned(folder: Path, **said: Any) -> Plan:
    parts: dict[str, list[Row]] = {part: said.pop(part) for part in ("train", "valid", "test") if part in said}
    for part, rows in parts.items():
        lines = [json.dumps(dict(zip(("review", "y", "stars"), row, strict=False))) for row in rows]
        (folder / f"{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    data = {part: str(folder / f"{part}.jsonl") for part in parts}
    columns = {"review": {"kind": "text"}, **said.pop("columns", {})}
    return assemble(
        {"version": 1, "name": "n", "data": data, "target": "y", "columns": columns, "model": "linear", **said}
    )


def cleaned(folder: Path, **said: Any) -> tuple[Rows, Hygiene]:
    plan = planned(folder, **said)
    return clean(read(plan.sources, plan.recipe), plan.recipe.hygiene)


def texts(rows: Rows, part: str = "train") -> list[str]:
    return list(getattr(rows, part).frame["review"].to_list())


def labelled(*found: str) -> list[Row]:
    """Texts with labels in turn, so that each class is there."""
    return [(text, "good" if place % 2 else "bad") for place, text in enumerate(found)]


def test_one_of_each_group_is_left_of_a_source_that_is_to_be_split(tmp_path: Path) -> None:
    rows, found = cleaned(
        tmp_path,
        train=[(LONG.format("a"), "bad"), *labelled(*OWN), (LONG.format("one"), "bad"), (OWN[0].upper(), "bad")],
    )
    assert texts(rows) == [LONG.format("a"), *OWN]
    assert (found.rows, found.exact, found.near, found.removed) == (9, 1, 1, {"train": 2})
    assert found.sentences() == ("2 of 9 rows copy the texts of others (1 exactly, 1 nearly); left out: 2 from train",)
    assert rows.notes[-1:] == found.sentences()


CONTRADICTIONS = [
    (["bad", "good", "good"], [1], "the first of the majority's"),
    (["good", "bad", "bad", "good", "bad"], [1], "the first of the majority's"),
    (["good", "bad"], [], "a tie leaves none"),
    (["bad", "bad"], [0], "they agree"),
]


@pytest.mark.parametrize(("labels", "stays", "why"), CONTRADICTIONS)
def test_copies_with_different_labels(labels: list[str], stays: list[int], why: str, tmp_path: Path) -> None:
    given = [("the same", label, place) for place, label in enumerate(labels)]
    rows, found = cleaned(
        tmp_path, train=[*given, *((*row, 0) for row in labelled(*OWN))], columns={"stars": {"role": "ignore"}}
    )
    frame = rows.train.frame
    assert frame.filter(frame["review"] == "the same")["stars"].to_list() == stays, why
    assert found.contradictory == (len(set(labels)) > 1)
    if found.contradictory:
        (listed,) = found.contradictions
        assert listed.labels == tuple(labels)
        assert listed.rows == tuple(("train", place + 1) for place in range(len(labels)))
        assert "the same" not in "".join(found.sentences())


def test_rows_are_numbered_as_in_the_source(tmp_path: Path) -> None:
    given = [("no label", None), *labelled(*OWN), ("twice", "good"), ("also none", None), ("twice", "bad")]
    _, found = cleaned(tmp_path, train=given)
    assert found.contradictions[0].rows == (("train", 8), ("train", 10))
    assert found.sentences()[1] == ("1 groups of copies bear different labels: train row 8: good, train row 10: bad")


def test_what_else_is_learnt_from_tells_copies_apart(tmp_path: Path) -> None:
    given = [(text, label, stars) for stars in (1.5, None, 2.5) for text, label in labelled(*OWN)]
    rows, found = cleaned(tmp_path, train=[*given, *given[6:9]])
    assert (len(rows.train), found.exact) == (18, 3)
    rows, found = cleaned(tmp_path, train=given, columns={"stars": {"role": "slice"}})
    assert (len(rows.train), found.exact) == (6, 12)


def test_numbers_to_predict_do_not_contradict(tmp_path: Path) -> None:
    given = [("same", 1.5), ("same", 2.5), *((text, float(place)) for place, text in enumerate(OWN))]
    rows, found = cleaned(tmp_path, train=given, task="regression")
    assert rows.train.frame["y"].to_list()[:2] == [1.5, 0.0]
    assert (found.contradictory, found.removed) == (0, {"train": 1})


def test_the_part_that_is_learnt_from_gives_way(tmp_path: Path) -> None:
    rows, found = cleaned(
        tmp_path,
        train=[*labelled(*OWN, "in valid", "in test", "in both"), *labelled(OWN[0])],
        valid=labelled("in valid", "in both", "valid only", "in test too"),
        test=labelled("IN TEST", "in both", "in test too", "test only", "test only"),
    )
    assert texts(rows) == [*OWN, OWN[0]], "copies inside a part that is given stay"
    assert texts(rows, "valid") == ["in valid", "valid only"]
    assert len(texts(rows, "test")) == 5
    assert found.removed == {"train": 3, "valid": 2}


def test_with_a_test_file_the_rest_is_split_without_copies(tmp_path: Path) -> None:
    rows, found = cleaned(tmp_path, train=labelled(*OWN, OWN[0], "in test"), test=labelled("in test", "else"))
    assert (texts(rows), found.removed) == (OWN, {"train": 2})


def test_copies_can_be_kept_and_are_told(tmp_path: Path) -> None:
    given = labelled(*OWN, *OWN)
    heard: list[events.Event] = []
    with events.listening(heard.append):
        rows, found = cleaned(tmp_path, train=given, hygiene={"duplicates": "keep"})
    assert (len(rows.train), found.exact, found.removed) == (12, 6, {})
    assert events.Note("6 of 12 rows copy the texts of others (6 exactly, 0 nearly); left out: none") in heard


def test_near_ones_stay_where_only_exact_ones_are_asked_for(tmp_path: Path) -> None:
    near = labelled(*(LONG.format(word) for word in ("a", "one", "half a", "about one")), *OWN)
    assert len(cleaned(tmp_path, train=near, hygiene={"similarity": 1})[0].train) == 10
    assert len(cleaned(tmp_path, train=[*near, *near[1::2]])[0].train) < 10


def test_empty_texts_are_counted_and_no_copies(tmp_path: Path) -> None:
    rows, found = cleaned(tmp_path, train=labelled(*OWN, "", " ", "\n", ""))
    assert (len(rows.train), found.exact, found.empty) == (10, 0, {"review": 4})
    assert found.sentences() == ("4 of 10 texts of 'review' are empty",)


def test_a_table_without_texts_is_left_as_it_is(tmp_path: Path) -> None:
    plan = planned(tmp_path, train=labelled(*"abcabc"), columns={"review": {"kind": "category"}})
    rows = read(plan.sources, plan.recipe)
    after, found = clean(rows, plan.recipe.hygiene)
    assert after is rows
    assert found == Hygiene()


NOTHING_LEFT: list[tuple[dict[str, list[Row]], str]] = [
    ({"train": labelled(*OWN), "valid": labelled("v", "w"), "test": labelled(*OWN)}, "data.train: every row copies"),
    (
        {"train": labelled(*OWN), "valid": labelled("v", "w"), "test": labelled("v", "w")},
        "data.valid: every row copies",
    ),
    (
        {"train": [("a", "bad"), ("a", "bad"), ("b", "good"), ("b", "good")]},
        "data.train: without copies of texts 2 rows",
    ),
    ({"train": [("a", "bad"), ("a", "good"), ("a", "good"), ("a", "bad")]}, "data.train: every row copies"),
    (
        {
            "train": [*((text, "good") for text in OWN), ("a", "bad"), ("b", "bad")],
            "test": [("a", "bad"), ("b", "good")],
        },
        "data.train: without copies of texts no row of the class 'bad' is left",
    ),
]


@pytest.mark.parametrize(("parts", "said"), NOTHING_LEFT)
def test_nothing_left_is_told(parts: dict[str, list[Row]], said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        cleaned(tmp_path, **parts)
    assert str(caught.value).startswith(said)
    assert "hygiene: {duplicates: keep}" in caught.value.hint


@pytest.mark.parametrize("wrong", [{"similarity": 0.3}, {"similarity": 1.1}, {"duplicates": "drop"}, {"near": True}])
def test_what_hygiene_cannot_be_is_refused(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="hygiene"):
        planned(tmp_path, train=labelled(*OWN), hygiene=wrong)


SOME = st.sampled_from([*OWN, OWN[0].upper(), LONG.format("a"), LONG.format("one"), "好用", "好 用", "", "x", "y", "z"])
PART = st.lists(st.tuples(SOME, st.sampled_from(["good", "bad"])), min_size=1, max_size=30)


@given(PART, st.one_of(st.none(), PART), st.one_of(st.none(), PART))
def test_no_text_is_in_two_parts(
    tmp_path: Path, train: list[Row], valid: list[Row] | None, test: list[Row] | None
) -> None:
    always = [("first", "good"), ("second", "bad"), ("third", "good"), ("fourth", "bad")]
    files = {"train": [*always, *train]}
    files |= {part: rows for part, rows in (("valid", valid), ("test", test)) if rows}
    plan = planned(tmp_path, **files)
    try:
        rows, _ = clean(read(plan.sources, plan.recipe), plan.recipe.hygiene)
    except DataError as error:
        assert "every row copies" in str(error)  # noqa: PT017 - the other parts may have been copies alone
        return
    parts = split(rows, plan.recipe.split, plan.recipe.seed)
    told = [
        {copies.plain(text) for text in part.frame["review"]} - {""} for part in (parts.train, parts.valid, parts.test)
    ]
    for one, two in ((0, 1), (0, 2), (1, 2)):
        assert not told[one] & told[two]
        assert not any(copies.near((a,), (b,), 0.8) for a in told[one] for b in told[two])
