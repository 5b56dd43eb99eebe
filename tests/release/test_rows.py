"""The edge: rows as people have them become one and the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.core.errors import DataError
from modelyard.core.types import Column, Kind, Role, Schema
from modelyard.data import values
from modelyard.release.rows import columns_of, dicts_of, frame_of, records_of
from modelyard.release.signature import Signature

pd: Any = pytest.importorskip("pandas")
pa: Any = pytest.importorskip("pyarrow")
NOON = dt.datetime(2026, 3, 31, 12)  # noqa: DTZ001 - a wall clock is UTC
SCHEMA = Schema(
    (
        Column("n", Kind.NUMBER),
        Column("城市", Kind.CATEGORY, levels=("北京", "rent")),
        Column("b", Kind.BOOLEAN),
        Column("t", Kind.TIME),
        Column("s", Kind.TEXT),
        Column("y", Kind.CATEGORY, Role.TARGET, levels=("a", "b")),
        Column("i", Kind.IDENTIFIER, Role.IGNORE),
    )
)
PLAIN: dict[str, Any] = {"n": 2.5, "城市": "北京", "b": True, "t": "2026-03-31T12:00:00", "s": "一句话"}
NOTHING: dict[str, Any] = dict.fromkeys(PLAIN)


def read(rows: object, schema: Schema = SCHEMA) -> dict[str, list[Any]]:
    """What the encoders would get, as plain lists."""
    frame = frame_of(rows)
    signature = Signature(schema)
    found = signature.columns(signature.convert(records_of(rows))) if frame is None else columns_of(frame, schema)
    return {
        name: [
            None if missing else value for value, missing in zip(column.tolist(), values.missing(column), strict=True)
        ]
        for name, column in found.items()
    }


WANTED: dict[str, list[Any]] = {
    "n": [2.5, None],
    "城市": ["北京", None],
    "b": [1.0, None],
    "t": [NOON, None],
    "s": ["一句话", None],
}
TABLE: dict[str, list[Any]] = {
    "n": [2.5, None],
    "城市": ["北京", None],
    "b": [True, None],
    "t": [NOON, None],
    "s": ["一句话", None],
}
PANDAS = pd.DataFrame(TABLE)
FORMS: list[tuple[str, Any]] = [
    ("dicts", [PLAIN, NOTHING]),
    ("dicts without keys", [PLAIN, {}]),
    ("a tuple of dicts", (PLAIN, NOTHING)),
    ("dates of Python", [PLAIN | {"t": NOON}, NOTHING]),
    (
        "dates of another zone",
        [PLAIN | {"t": NOON.replace(tzinfo=dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=8)))}, {}],
    ),
    ("NaN", [PLAIN, NOTHING | {"n": float("nan")}]),
    (
        "NumPy scalars",
        [
            {
                "n": np.float32(2.5),
                "城市": np.str_("北京"),
                "b": np.bool_(1),
                "t": np.datetime64("2026-03-31T12", "ns"),
                "s": np.str_("一句话"),
            },
            {"n": np.float64("nan"), "t": np.datetime64("NaT")},
        ],
    ),
    ("decimals", [PLAIN | {"n": Decimal("2.5")}, {"n": Decimal("NaN")}]),
    (
        "pandas scalars",
        [PLAIN | {"t": pd.Timestamp(NOON)}, {"n": pd.NA, "城市": pd.NA, "b": pd.NA, "t": pd.NaT, "s": pd.NA}],
    ),
    ("other columns", [PLAIN | {"y": "a", "i": object()}, {"i": [1]}]),
    ("polars", pl.DataFrame(TABLE)),
    ("polars, lazy", pl.LazyFrame(TABLE)),
    (
        "polars, other types",
        pl.DataFrame(TABLE).cast({"城市": pl.Categorical, "t": pl.Datetime("ms"), "n": pl.Float32}),
    ),
    ("polars, NaN", pl.DataFrame(TABLE).with_columns(pl.col("n").fill_null(float("nan")))),
    (
        "polars, another zone",
        pl.DataFrame(TABLE).with_columns(pl.col("t").dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Shanghai")),
    ),
    ("polars, other columns", pl.DataFrame(TABLE).with_columns(i=pl.lit(1), extra=pl.Series([[1], [2]]))),
    (
        "polars, text of truth",
        pl.DataFrame(TABLE).with_columns(b=pl.Series(["Yes", None]), t=pl.Series(["2026-03-31 12:00", None])),
    ),
    ("arrow", pa.table(TABLE)),
    ("arrow batch", pa.RecordBatch.from_pydict(TABLE)),
    ("pandas", PANDAS),
    ("pandas, its own types", PANDAS.convert_dtypes()),
    ("pandas, objects", PANDAS.astype(object)),
    ("pandas, categories", PANDAS.astype({"城市": "category"})),
    ("pandas, another index", PANDAS.set_index(pd.Index([7, 7]))),
]


@pytest.mark.parametrize("rows", [form[1] for form in FORMS], ids=[form[0] for form in FORMS])
def test_rows_in_every_form_are_read_alike(rows: object) -> None:
    assert read(rows) == WANTED


def test_one_dict_is_one_row() -> None:
    assert read(PLAIN) == {name: column[:1] for name, column in WANTED.items()}


@pytest.mark.parametrize(
    "rows",
    [None, 3, "text", b"bytes", [1], [PLAIN, 3], {1, 2}, pl.Series([1]), pd.Series([1]), PANDAS.to_numpy(), object()],
)
def test_what_are_no_rows_is_told(rows: object) -> None:
    with pytest.raises(DataError) as caught:
        read(rows)
    assert caught.value.where == "rows"
    assert "a dict, a list of dicts, a Polars or pandas frame, or an Arrow table" in caught.value.hint


@pytest.mark.parametrize("rows", [pd.DataFrame([[1, 2]], columns=["n", "n"]), pa.table([[1], [2]], names=["n", "n"])])
def test_two_columns_of_one_name_are_told(rows: object) -> None:
    with pytest.raises(DataError, match="two columns have one name"):
        frame_of(rows)


NEEDED = Schema(tuple(Column(c.name, c.kind, nullable=False) for c in SCHEMA.features))
WRONG: list[tuple[str, object, list[str]]] = [
    ("a type", [PLAIN | {"n": "x"}], ["n: expected a number, got text"]),
    (
        "types",
        [PLAIN | {"n": "x", "s": 3}, PLAIN | {"b": [1]}],
        [
            "rows[0].n: expected a number, got text",
            "rows[0].s: expected a text, got int",
            "rows[1].b: expected true or false",
        ],
    ),
    (
        "unknown",
        [PLAIN | {"citty": 1, "N": 2}],
        ["N: unknown field\n  hint: did you mean 'n'?", "citty: unknown field"],
    ),
    ("missing", [{"n": 1}], ["b: is missing", "s: is missing", "t: is missing", "城市: is missing"]),
    ("null", [PLAIN | {"n": None}], ["n: expected a number, got no value"]),
    ("an array", [PLAIN | {"n": np.array([1, 2])}], ["n: expected a number"]),
    ("no date", [PLAIN | {"t": "soon"}], ["t: expected a date or time in ISO 8601"]),
    ("neither true nor false", [PLAIN | {"b": "perhaps"}], ["b: expected true or false, got text"]),
    ("infinite", [PLAIN | {"n": float("inf")}], ["n: expected a finite number"]),
    ("frame, missing column", pl.DataFrame([PLAIN]).drop("n"), ["n: no such column"]),
    (
        "frame, misspelt column",
        pl.DataFrame([PLAIN]).rename({"s": "S"}),
        ["s: no such column\n  hint: did you mean 'S'?"],
    ),
    (
        "frame, type",
        pl.DataFrame([PLAIN] * 3).with_columns(n=pl.lit("x")),
        ["n: expected a number, got text, in 3 of 3 rows"],
    ),
    ("frame, missing value", pl.DataFrame([PLAIN, PLAIN | {"n": None}]), ["n: is missing in 1 of 2 rows"]),
    ("frame, infinite", pl.DataFrame([PLAIN | {"n": float("inf")}]), ["n: expected a finite number, in 1 of 1 rows"]),
    (
        "frame, lists",
        pl.DataFrame([PLAIN]).with_columns(s=pl.Series([[1]])),
        ["s: holds lists, which no kind reads"],
    ),
    (
        "frame, objects",
        pl.DataFrame([PLAIN]).with_columns(n=pl.Series([{"a": 1}])),
        ["n: holds objects, which no kind reads"],
    ),
]


@pytest.mark.parametrize(("rows", "told"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_all_that_does_not_fit_is_told(rows: object, told: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        read(rows, NEEDED)
    found = sorted(str(problem) for problem in caught.value.problems)
    assert len(found) == len(told), found
    for problem, wanted in zip(found, sorted(told), strict=True):
        assert problem.startswith(wanted)


def test_a_level_that_the_recipe_does_not_allow_is_told_and_another_is_not() -> None:
    closed = Schema(
        (Column("c", Kind.CATEGORY, levels=("a", "b"), closed=True), Column("o", Kind.CATEGORY, levels=("a",)))
    )
    for rows in ([{"c": "z", "o": "z"}], pl.DataFrame({"c": ["z"], "o": ["z"]})):
        with pytest.raises(DataError) as caught:
            read(rows, closed)
        (problem,) = caught.value.problems
        assert problem.where == "c"
        assert problem.problem.startswith("is none of the levels that the recipe allows")


def test_many_problems_are_told_up_to_a_number() -> None:
    with pytest.raises(DataError) as caught:
        read([{"n": "x"}] * 500)
    assert len(caught.value.problems) <= 52
    with pytest.raises(DataError) as caught:
        read([{"t": "x"}] * 500)
    assert caught.value.problems[-1].problem == "and 450 more of the kind"


def test_half_a_surrogate_pair_is_no_character() -> None:
    assert read({"s": "a\ud800b", "城市": "\udfff"})["s"] == ["a?b"]


def test_rows_are_told_as_a_client_would() -> None:
    frame = pl.DataFrame({"y": ["a"], **{name: column[:1] for name, column in TABLE.items()}, "i": [3]})
    assert dicts_of(frame, SCHEMA) == [PLAIN | {"t": NOON.isoformat()}]


@pytest.mark.parametrize("name", ["f0", "class", "a.b", "{x}", "a'b", "__struct__", "self", " ", "名", "🦊", "x" * 500])
def test_a_column_may_have_any_name(name: str) -> None:
    schema = Schema((Column(name, Kind.NUMBER), Column("f1", Kind.NUMBER), Column("y", Kind.NUMBER, Role.TARGET)))
    assert read([{name: 1.0, "f1": 2.0}], schema) == {name: [1.0], "f1": [2.0]}
