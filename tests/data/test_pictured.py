"""Paths and base64 text become bytes in rows of one's own files, and what is neither is told."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelyard import run
from modelyard.core.errors import DataError
from modelyard.core.types import Kind
from modelyard.data import infer, pictured, plain
from tests import drawing, making

if TYPE_CHECKING:
    from pathlib import Path

PNG, JPEG = drawing.square(), drawing.square(form="JPEG")


def test_paths_and_text_are_opened_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.jpg").write_bytes(JPEG)
    text = base64.b64encode(PNG).decode()
    told = ["a.png", str(tmp_path / "b.jpg"), text, None, "a.png"]
    found = pictured.opened(pl.DataFrame({"p": told, "q": told}), ["p"], tmp_path, "data.train")
    assert found["p"].to_list() == [PNG, JPEG, PNG, None, PNG]
    assert found["q"].to_list() == told
    assert pictured.opened(found, ["p", "none"], tmp_path, "data.train").equals(found)


@pytest.mark.parametrize("lost", ["none.png", ".", "", "x" * 5000, "a\0b", "c2VjcmV0"])
def test_a_path_to_no_file_is_told_with_its_row(lost: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    frame = pl.DataFrame({"p": ["a.png", lost, "a.png", lost]})
    problem = "data.train: p: 2 of 4 rows hold neither a file's path nor a picture, the first row 2"
    with pytest.raises(DataError, match=problem):
        pictured.opened(frame, ["p"], tmp_path, "data.train")


def test_a_column_of_bytes_is_one_of_pictures_where_most_begin_so() -> None:
    frame = pl.DataFrame(
        {"p": [PNG, JPEG, None, b"?"], "q": [PNG, b"?", b"?", None], "r": [b"x"] * 4, "s": [None] * 4},
        schema_overrides={"s": pl.Binary},
    )
    assert plain.unreadable(frame) == {"q": "bytes", "r": "bytes", "s": "bytes"}
    assert infer.guess(frame["p"]) == (Kind.IMAGE, "bytes that begin as pictures do")


def test_a_hubs_pictures_are_their_bytes() -> None:
    frame = pl.DataFrame({"image": [{"bytes": PNG, "path": "a.png"}, None]})
    assert plain.plain(frame)["image"].to_list() == [PNG, None]


def test_rows_that_hold_no_picture_are_told_without_them(tmp_path: Path) -> None:
    frame = drawing.table(30)
    spoilt = [b"a secret", PNG[:40], *frame["picture"][2:]]
    said = making.recipe(tmp_path, frame.with_columns(pl.Series("picture", spoilt)))
    with pytest.raises(DataError, match=r"got something else: 2 of 30 rows") as told:
        run.inspect(said)
    assert "secret" not in str(told.value)
    with pytest.raises(DataError, match="holds pictures, which no category is"):
        run.inspect(making.recipe(tmp_path, frame, columns={"picture": {"kind": "category"}}))


def test_a_recipe_names_pictures_by_their_paths(tmp_path: Path) -> None:
    frame = drawing.table(40)
    for row, content in enumerate(frame["picture"]):
        (tmp_path / f"{row}.png").write_bytes(content)
    named = frame.with_columns(pl.Series("picture", [f"{row}.png" for row in range(40)]))
    named.write_csv(tmp_path / "rows.csv")
    (tmp_path / "recipe.yaml").write_text(
        "version: 1\nname: p\ndata: rows.csv\ntarget: outcome\nmodel: linear\ncolumns: {picture: {kind: image}}\n",
        encoding="utf-8",
    )
    _, rows = run.inspect(tmp_path / "recipe.yaml")
    assert rows.train.frame["picture"].to_list() == frame["picture"].to_list()
    assert rows.train.schema["picture"].storage == "bytes"
