"""Tables joined on keys: each row gets what was known of it, whatever lies in the tables, and nothing of the future."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard import filling, run
from modelyard.assemble import assemble
from modelyard.core import refusals, room
from modelyard.core.errors import DataError, RecipeError
from modelyard.core.sources import Source
from modelyard.data import joining
from modelyard.data.joining import Joined
from modelyard.families import source
from modelyard.recipe import fill, parse
from modelyard.recipe.joins import HowJoined
from tests import making

HOWS = ("count", "sum", "mean", "min", "max", "first", "last")


class Held(Source):
    """Rows that lie in memory."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def read(self, folder: Path, texts: object = ()) -> pl.LazyFrame:  # noqa: ARG002
        return self.frame.lazy()

    def digest(self, folder: Path) -> str:  # noqa: ARG002
        return "held"


def joined(left: dict[str, Any] | pl.DataFrame, right: dict[str, Any] | pl.DataFrame, **said: Any) -> pl.DataFrame:
    """Tables joined as a recipe would say it."""
    how = HowJoined.model_validate(said)
    whole = joining.over(Held(pl.DataFrame(left)), [Held(pl.DataFrame(right))], [how])
    return whole.read(Path()).collect()


def slowly(rows: list[dict[str, Any]], other: list[dict[str, Any]], said: dict[str, Any]) -> list[dict[str, Any]]:
    """The same, one row after the other, as anybody would write it down."""
    made = []
    for row in rows:
        known = [one for one in other if row["key"] is not None and one["key"] == row["key"]]
        if "as_of" in said:
            equal, within = said["as_of"]["equal"], said.get("within")
            timed = [one for one in known if row["at"] is not None and one["since"] is not None]
            known = [one for one in timed if one["since"] < row["at"] or (equal and one["since"] == row["at"])]
            if within is not None:
                known = [one for one in known if one["since"] >= row["at"] - timedelta(days=within)]
            known.sort(key=lambda one: one["since"])  # stable: what is of one moment stays in its order
        values = [one["amount"] for one in known if one["amount"] is not None]
        told = {
            "amount_count": len(values),
            "amount_sum": math.fsum(values),
            "amount_mean": math.fsum(values) / len(values) if values else None,
            "amount_min": min(values, default=None),
            "amount_max": max(values, default=None),
            "amount_first": known[0]["amount"] if known else None,
            "amount_last": known[-1]["amount"] if known else None,
        }
        made.append(told)
    return made


moments = st.one_of(
    st.none(),
    st.integers(0, 40).map(lambda hours: datetime(2024, 1, 1) + timedelta(hours=6 * hours)),  # noqa: DTZ001
)
codes = st.sampled_from(["a", "b", "c", None])
rows_of_left = st.lists(st.fixed_dictionaries({"key": codes, "at": moments}), min_size=1, max_size=12)
rows_of_right = st.lists(
    st.fixed_dictionaries({"key": codes, "since": moments, "amount": st.one_of(st.none(), st.integers(-50, 50))}),
    min_size=1,
    max_size=25,
)
LEFT: dict[str, Any] = {"key": pl.String, "at": pl.Datetime("us")}
RIGHT: dict[str, Any] = {"key": pl.String, "since": pl.Datetime("us"), "amount": pl.Int64}


@given(rows_of_left, rows_of_right, st.booleans(), st.sampled_from([None, 0.25, 1.0, 4.0]), st.booleans())
def test_it_is_what_one_row_after_the_other_gives_and_nothing_of_the_future(
    rows: list[dict[str, Any]], other: list[dict[str, Any]], equal: object, within: float | None, timed: object
) -> None:
    said: dict[str, Any] = {"on": "key", "aggregate": {"amount": list(HOWS)}}
    if timed:
        said |= {"as_of": {"left": "at", "right": "since", "equal": equal}, "within": within}
    made = joined(pl.DataFrame(rows, schema=LEFT), pl.DataFrame(other, schema=RIGHT), **said)
    assert made.drop("key", "at").to_dicts() == slowly(rows, other, said)


@given(rows_of_left, rows_of_right)
def test_what_becomes_known_later_changes_nothing(rows: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    said = {"on": "key", "as_of": {"left": "at", "right": "since"}, "aggregate": {"amount": list(HOWS)}}
    last = max((row["at"] for row in rows if row["at"] is not None), default=datetime(2024, 1, 1))  # noqa: DTZ001
    later = [{"key": row["key"], "since": last, "amount": 999} for row in rows]
    left = pl.DataFrame(rows, schema=LEFT)
    before = joined(left, pl.DataFrame(other, schema=RIGHT), **said)
    after = joined(left, pl.DataFrame([*later, *other, *later], schema=RIGHT), **said)
    assert after.equals(before)


def test_the_latest_row_that_was_known_is_taken() -> None:
    left = {"id": [1, 1, 2, 3], "applied": ["2024-01-05", "2024-03-01", "2024-02-01", "2024-02-01"]}
    right = {
        "id": [1, 1, 1, 2],
        "updated": ["2024-01-05", "2024-01-04", "2024-02-28", "2024-02-01"],
        "limit": [10, 20, 30, 40],
    }
    said: dict[str, Any] = {"on": "id", "as_of": {"left": "applied", "right": "updated"}}
    made = joined(left, right, **said)
    assert made.columns == ["id", "applied", "limit"]
    assert made["limit"].to_list() == [20, 30, None, None]
    assert joined(left, right, on="id", as_of={**said["as_of"], "equal": True})["limit"].to_list() == [10, 30, 40, None]
    assert joined(left, right, **said, within="1d")["limit"].to_list() == [20, None, None, None]
    assert joined(left, right, **said, columns=["updated", "limit"], prefix="was_").columns[2:] == [
        "was_updated",
        "was_limit",
    ]


def test_a_day_is_not_known_before_it_is_over() -> None:
    left = {"id": [1, 1], "at": [datetime(2024, 1, 5, 12), datetime(2024, 1, 6, 0)]}  # noqa: DTZ001
    right = {"id": [1], "day": [date(2024, 1, 5)], "amount": [7]}
    assert joined(left, right, on="id", as_of={"left": "at", "right": "day"})["amount"].to_list() == [None, 7]
    written = {"id": [1], "day": ["2024-01-05"], "amount": [7]}
    assert joined(left, written, on="id", as_of={"left": "at", "right": "day"})["amount"].to_list() == [None, 7]
    days = {"id": [1], "at": [date(2024, 1, 5)]}
    hours = {"id": [1, 1], "when": [datetime(2024, 1, 4, 23), datetime(2024, 1, 5, 0)], "amount": [1, 2]}  # noqa: DTZ001
    assert joined(days, hours, on="id", as_of={"left": "at", "right": "when"})["amount"].to_list() == [1]


def test_moments_of_several_zones_are_compared_in_one() -> None:
    left = {"id": [1], "at": ["2024-01-05T12:00:00+02:00"]}
    right = {"id": [1, 1], "when": ["2024-01-05T09:59:00Z", "2024-01-05T10:01:00Z"], "amount": [1, 2]}
    assert joined(left, right, on="id", as_of={"left": "at", "right": "when"})["amount"].to_list() == [1]


KEYS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], list[Any]]] = [
    ("one", {"k": [1, 2]}, {"k": [2, 1], "v": ["b", "a"]}, {"on": "k"}, ["a", "b"]),
    ("other name", {"a": [1, 2]}, {"b": [2, 1], "v": ["b", "a"]}, {"left_on": "a", "right_on": "b"}, ["a", "b"]),
    (
        "two",
        {"k": [1, 1, 2], "m": ["x", "y", "x"]},
        {"k": [1, 1, 2], "m": ["y", "x", "y"], "v": [1, 2, 3]},
        {"on": ["k", "m"]},
        [2, 1, None],
    ),
    ("missing keys match none", {"k": [1, None]}, {"k": [1, None], "v": [5, 6]}, {"on": "k"}, [5, None]),
    ("whole numbers and numbers", {"k": [1, 2]}, {"k": [1.0, 2.0], "v": [5, 6]}, {"on": "k"}, [5, 6]),
    ("narrow and wide", {"k": pl.Series([1, 2], dtype=pl.UInt8)}, {"k": [1, 2], "v": [5, 6]}, {"on": "k"}, [5, 6]),
    ("as text", {"k": [1, 2]}, {"k": ["1", "02"], "v": [5, 6]}, {"on": "k", "as_text": True}, [5, None]),
    ("numbers as text", {"k": [1.0, 2.5]}, {"k": ["1", "2.5"], "v": [5, 6]}, {"on": "k", "as_text": True}, [5, 6]),
    ("dates as text", {"k": [date(2024, 1, 2)]}, {"k": ["2024-01-02"], "v": [5]}, {"on": "k", "as_text": True}, [5]),
    ("truths", {"k": [True, False]}, {"k": [False], "v": [5]}, {"on": "k"}, [None, 5]),
    ("no key at all", {"k": [None, None]}, {"k": [1], "v": [5]}, {"on": "k"}, [None, None]),
    ("Chinese", {"客户": ["甲", "乙"]}, {"客户": ["乙"], "v": [5]}, {"on": "客户"}, [None, 5]),
]


@pytest.mark.parametrize(("left", "right", "said", "want"), [case[1:] for case in KEYS], ids=[c[0] for c in KEYS])
def test_keys(left: dict[str, Any], right: dict[str, Any], said: dict[str, Any], want: list[Any]) -> None:
    assert joined(left, right, **said)["v"].to_list() == want


WRONG: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], str, str]] = [
    ("twice", {"k": [1]}, {"k": [1, 1], "v": [1, 2]}, {"on": "k"}, "have a 'k' that an earlier row has", "aggregate"),
    (
        "twice at a time",
        {"k": [1], "a": ["2024-01-01"]},
        {"k": [1, 1], "b": ["2023-01-01"] * 2, "v": [1, 2]},
        {"on": "k", "as_of": {"left": "a", "right": "b"}},
        "at one time of 'b'",
        "aggregate",
    ),
    ("types", {"k": [1]}, {"k": ["1"], "v": [1]}, {"on": "k"}, "is whole numbers in 'k' and text in 'k'", "as_text"),
    (
        "no left",
        {"key": [1]},
        {"k": [1], "v": [1]},
        {"on": "k"},
        "the rows have no column called 'k'",
        "did you mean 'key'?",
    ),
    (
        "no right",
        {"k": [1]},
        {"key": [1], "v": [1]},
        {"on": "k"},
        "joined table has no column called 'k'",
        "did you mean 'key'?",
    ),
    ("no taken", {"k": [1]}, {"k": [1], "vv": [1]}, {"on": "k", "columns": "v"}, "called 'v'", "did you mean 'vv'?"),
    ("clash", {"k": [1], "v": [1]}, {"k": [1], "v": [1]}, {"on": "k"}, "have a column called 'v' already", "prefix"),
    ("words", {"k": [1]}, {"k": [1], "v": ["x"]}, {"on": "k", "aggregate": {"v": "sum"}}, "'sum' is of num", "count"),
    (
        "no time",
        {"k": [1], "a": ["soon"]},
        {"k": [1], "b": ["2024-01-01"]},
        {"on": "k", "as_of": {"left": "a", "right": "b"}},
        "1 values of the column 'a' are no dates or times",
        "ISO 8601",
    ),
    (
        "number as time",
        {"k": [1], "a": [2024]},
        {"k": [1], "b": ["2024-01-01"]},
        {"on": "k", "as_of": {"left": "a", "right": "b"}},
        "the column 'a' holds no dates or times",
        "ISO 8601",
    ),
]


@pytest.mark.parametrize(
    ("left", "right", "said", "problem", "hint"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_what_does_not_fit_is_told(
    left: dict[str, Any], right: dict[str, Any], said: dict[str, Any], problem: str, hint: str
) -> None:
    with pytest.raises(DataError) as caught:
        joined(left, right, **said)
    assert problem in caught.value.problem
    assert hint in caught.value.hint
    assert caught.value.where == "data.join.0"
    assert "soon" not in str(caught.value)


def test_rows_without_a_match_are_told() -> None:
    left, right = {"k": [1, 2, 3, 4]}, {"k": [1], "t": [None], "v": [1]}
    with refusals.collecting() as found:
        assert joined(left, right, on="k", how="inner", columns="v").to_dict(as_series=False) == {"k": [1], "v": [1]}
        timed = {"k": [1], "at": ["2024-01-01"]}
        assert joined(timed, right, on="k", as_of={"left": "at", "right": "t"})["v"].to_list() == [None]
    assert found.repairs == [
        "data.join.0: 3 of 4 rows (75%) have no match and are left out",
        "data.join.0: 1 of 1 rows (100%) have no match that was known by then and have none of its values",
        "data.join.0: 1 of the joined table's 1 rows have no time and are never matched",
    ]


def test_rows_that_memory_has_no_room_for_are_joined_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = {"k": list(range(50))}, {"k": list(range(0, 50, 2)), "v": [f"v{n}" for n in range(25)]}
    whole = joined(left, right, on="k")
    monkeypatch.setattr(room, "PIECE", 7)
    monkeypatch.setattr(room, "fits", lambda _: False)
    assert joined(left, right, on="k").equals(whole)
    assert joined(left, right, on="k", how="inner").equals(whole.drop_nulls())


def test_tables_without_rows_are_joined_too() -> None:
    left, right = {"k": [1], "at": ["2024-01-01"]}, {"k": [1], "t": ["2023-01-01"], "v": [5]}
    said: dict[str, Any] = {"on": "k", "as_of": {"left": "at", "right": "t"}, "aggregate": {"v": ["sum", "last"]}}
    assert joined(pl.DataFrame(left).clear(), right, **said).columns == ["k", "at", "v_sum", "v_last"]
    made = joined(left, pl.DataFrame(right).clear(), **said)
    assert made.rows() == [(1, "2024-01-01", 0.0, None)]


def tables(folder: Path) -> None:
    """Applications, and what a bureau said of the customers; a code that is a number in one and text in the other."""
    frame = making.table("binary").with_row_index("code").with_columns(pl.col("code").cast(pl.String).str.zfill(3))
    frame.drop("income", "home", "comment").head(90).write_csv(folder / "rows.csv")
    frame.drop("income", "home", "comment").tail(30).write_csv(folder / "later.csv")
    frame.select("code", "income", "home").reverse().write_csv(folder / "bureau.csv")


def test_a_recipe_joins_every_part_and_comes_back_as_it_was_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables(tmp_path)
    monkeypatch.setenv("BUREAU", "bureau.csv")
    text = "version: 1\nname: risk\ntarget: outcome\nmodel: linear\nevidence: false\ncard: {pictures: false}\ndata:\n"
    parts = "  train: rows.csv\n  test: later.csv\n  join:\n    - {data: '${BUREAU}', on: code, columns: [income]}\n"
    (tmp_path / "risk.yaml").write_text(text + parts, encoding="utf-8")
    made = run.train(tmp_path / "risk.yaml")
    assert {"income", "年龄"} <= {column.name for column in made.bundle.schema.features}
    filled = fill.from_yaml(made.bundle.recipe)["data"]
    assert filled["join"][0]["data"]["path"] == "${BUREAU}"
    again = parse.packed(made.bundle.recipe)
    assert filling.filled(assemble(again.written(tmp_path, "recipe.yaml", {}, again.raw)))["data"] == filled
    assert len(made.bundle.predict(made.test.frame)["predictions"]) == 30
    joins = {"source": "csv", "path": str(tmp_path / "rows.csv")}
    on = [{"data": str(tmp_path / "bureau.csv"), "on": "code", "columns": ["income"]}]
    report = run.evaluate(made.bundle, {**joins, "join": on})
    assert report.rows["test"] == 90


def test_a_code_with_leading_zeros_is_text_on_both_sides(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,x\n1,5\n2,6\n")
    (tmp_path / "b.csv").write_text("code,v\n1,7\n02,8\n")
    whole = source(
        {"source": "csv", "path": str(tmp_path / "a.csv"), "join": [{"data": str(tmp_path / "b.csv"), "on": "code"}]}
    )
    assert whole.read(Path()).collect().to_dict(as_series=False) == {"code": ["1", "2"], "x": [5, 6], "v": [7, None]}


def test_texts_of_training_are_texts_in_another_part(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("k,amount\n1,5\n")
    (tmp_path / "b.csv").write_text("k,amount,code\n1,7,3\n")
    base = {"source": "csv", "path": str(tmp_path / "a.csv")}
    texts = ["amount", "code", "b_code", "code_last"]
    taken = source({**base, "join": [{"data": str(tmp_path / "b.csv"), "on": "k", "prefix": "b_"}]})
    assert taken.read(Path(), texts).collect().rows() == [(1, "5", 7, "3")]
    figures = {"amount": "sum", "code": "last"}
    reckoned = source({**base, "join": [{"data": str(tmp_path / "b.csv"), "on": "k", "aggregate": figures}]})
    assert reckoned.read(Path(), texts).collect().rows() == [(1, "5", 7.0, "3")]


def test_a_second_join_may_use_what_the_first_gave(tmp_path: Path) -> None:
    pl.DataFrame({"order": [1, 2], "item": [10, 20]}).write_parquet(tmp_path / "orders.parquet")
    pl.DataFrame({"item": [10, 20], "maker": [7, 8]}).write_parquet(tmp_path / "items.parquet")
    pl.DataFrame({"maker": [7, 8], "land": ["NO", "CN"]}).write_parquet(tmp_path / "makers.parquet")
    joins = [{"data": str(tmp_path / f"{name}s.parquet"), "on": name} for name in ("item", "maker")]
    whole = source({"source": "parquet", "path": str(tmp_path / "orders.parquet"), "join": joins})
    assert whole.read(Path()).collect()["land"].to_list() == ["NO", "CN"]


def test_the_digest_is_of_all_tables_and_of_how_they_are_joined(tmp_path: Path) -> None:
    tables(tmp_path)
    base = {"source": "csv", "path": str(tmp_path / "rows.csv")}
    digests = set()
    for said in ({}, {"columns": "income"}, {"prefix": "b_"}):
        whole = source({**base, "join": [{"data": str(tmp_path / "bureau.csv"), "on": "code", **said}]})
        digests |= {whole.digest(Path()), whole.digest(Path())}
    (tmp_path / "bureau.csv").write_text("code,income,home\n1,1,rent\n")
    digests.add(whole.digest(Path()))
    assert len(digests) == 4
    assert isinstance(whole, Joined)
    assert joining.bare(whole).digest(Path()) not in digests


NOT_SAID: list[tuple[dict[str, Any], str]] = [
    ({}, "says its keys either by `on`, or by `left_on` and `right_on`"),
    ({"on": "a", "left_on": "b", "right_on": "c"}, "says its keys either by `on`"),
    ({"left_on": "a", "right_on": ["b", "c"]}, "as many columns as each other"),
    ({"on": "a", "within": "3d"}, "`within` needs `as_of`"),
    ({"on": "a", "columns": "b", "aggregate": {"c": "sum"}}, "takes `columns`, or figures by `aggregate`"),
    ({"on": "a", "aggregate": {"c": "median"}}, "input should be 'count'"),
    ({"on": "a", "colums": "b"}, "unknown key"),
]


@pytest.mark.parametrize(("said", "problem"), NOT_SAID, ids=[problem[:30] for _, problem in NOT_SAID])
def test_a_recipe_whose_join_does_not_fit_is_told(said: dict[str, Any], problem: str) -> None:
    data = {"source": "csv", "path": "a.csv", "join": [{"data": "b.csv", **said}]}
    with pytest.raises(RecipeError) as caught:
        assemble({"version": 1, "name": "n", "data": data, "target": "t"})
    assert problem in caught.value.problem
    assert caught.value.where.startswith("recipe: data.join.0")


def test_yaml_that_reads_on_as_true_means_the_key() -> None:
    assert HowJoined.model_validate({True: "customer"}).pairs == (("customer", "customer"),)


def test_rows_that_are_refused_are_told_once_though_tables_are_read_twice(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,x\n1,2\n2\n3,4\n")
    (tmp_path / "other.csv").write_text("id,z\n1,5\nx3,6\n4\n")  # whose key is text
    sources = [source({"source": "csv", "path": name, "damaged": "refuse"}) for name in ("rows.csv", "other.csv")]
    whole = joining.over(sources[0], sources[1:], [HowJoined.model_validate({"on": "id"})])
    with refusals.collecting() as refused:
        rows = whole.read(tmp_path).collect()
    assert rows.rows() == [("1", 2, 5), ("3", 4, None)]
    assert [one.where for one in refused.listed] == ["rows.csv:3", "other.csv:4"]
    assert refused.count == 2


def test_long_whole_keys_are_told_apart_where_the_other_table_has_fractions() -> None:
    made = joined({"id": [2**53 + 1, 2**53, 1]}, {"id": [float(2**53), 1.0, 1.5], "z": [5, 6, 7]}, on="id")
    assert made["z"].to_list() == [None, 5, 6]
