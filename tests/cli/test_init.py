"""From a table to a recipe that can be checked and trained as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelyard.recipe import parse
from tests.cli.conftest import write_table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Call


def test_init_check_train(call: Call, folder: Path) -> None:
    (folder / "recipe.yaml").unlink()
    made = call("init", "customers.csv", "--target", "churned")
    assert made.status == 0
    assert "modelyard check recipe.yaml" in made.out
    text = (folder / "recipe.yaml").read_text(encoding="utf-8")
    assert "id: {kind: identifier, role: ignore}  # a short value that differs in every row" in text
    assert call("check", "recipe.yaml", "--quiet").status == 0
    told = call("train", "recipe.yaml", "--json", "--quiet")
    assert told.status == 0, told.out
    assert call("release", told.json["bundle"], "--quiet").status == 0


def test_a_chinese_table_in_another_folder(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "数据").mkdir()
    rows = ["编号,年龄,城市,评价: 备注,标签"]
    rows += [
        f'K{i},{20 + i % 40},{"北京上海"[i % 2 * 2 :][:2]},"好, {i % 3}",{"流失" if i % 3 else "留存"}'
        for i in range(90)
    ]
    (tmp_path / "数据" / "客户.csv").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = call("init", "数据/客户.csv", "--out", "配方/客户.yaml", "--json", "--quiet")
    assert made.status == 0, made.out
    assert (made.json["name"], made.json["target"], made.json["task"]) == ("客户", "标签", "binary")
    recipe = parse.load("配方/客户.yaml")
    assert recipe.data.train.settings == {"path": "../数据/客户.csv"}
    assert recipe.positive == "留存"
    assert call("check", "配方/客户.yaml", "--json", "--quiet").json["classes"] == {"流失": 60, "留存": 30}
    told = call("train", "配方/客户.yaml", "--json", "--quiet")
    assert told.status == 0, told.out
    assert told.json["name"] == "客户"


def test_a_recipe_that_is_there_is_kept(call: Call, folder: Path) -> None:
    before = (folder / "recipe.yaml").read_bytes()
    told = call("init", "customers.csv")
    assert told.status == 2
    assert "--force" in told.err
    assert (folder / "recipe.yaml").read_bytes() == before
    assert call("init", "customers.csv", "--force", "--quiet").status == 0
    assert (folder / "recipe.yaml").read_bytes() != before


def test_a_source_with_settings(call: Call, folder: Path) -> None:
    table = (folder / "customers.csv").read_text(encoding="utf-8").replace("calm", "平静")
    (folder / "gb.csv").write_bytes(table.encode("gb18030"))
    refused = call("init", "gb.csv", "--out", "gb.yaml")
    assert refused.status == 2
    assert "encoding: gb18030" in refused.err
    made = call("init", "{source: csv, path: gb.csv, encoding: gb18030}", "--out", "gb.yaml", "--quiet")
    assert made.status == 0, made.err
    assert call("check", "gb.yaml", "--quiet").status == 0


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (["custmers.csv"], "no such file", "did you mean 'customers.csv'?"),
        (["recipe.yaml"], "is a recipe, and a table is wanted here", "modelyard check recipe.yaml"),
        (["customers.csv", "--target", "churn"], "no column called 'churn'", "did you mean 'churned'?"),
        (["customers.csv", "--target", "id"], "different in every row", "task: regression"),
        (["customers.pdf"], "the ending '.pdf' names no source", ""),
        (["shop.db"], "{source: sql, url: 'sqlite:///shop.db', table: NAME}", ""),
        (["news"], "{source: folder, path: ...}", ""),
        (["{source: cvs, path: customers.csv}"], "no source called 'cvs'", "did you mean 'csv'?"),
        (["{path: customers.csv}"], "names no source", "{source: csv"),
        (["{source"], "is no YAML", "{source: csv"),
        (["empty.csv"], "is empty", ""),
        (["alike.csv"], "no column varies and repeats", "--target COLUMN"),
    ],
)
def test_what_cannot_be_sketched(call: Call, folder: Path, words: list[str], problem: str, hint: str) -> None:
    (folder / "customers.pdf").write_bytes(b"PK")
    (folder / "empty.csv").touch()
    (folder / "alike.csv").write_text("a,b\n" + "1,x\n" * 40, encoding="utf-8")
    told = call("init", *words, "--out", "new/recipe.yaml")
    assert told.status == 2, told.err
    assert problem in told.err
    assert hint in told.err
    assert not (folder / "new").exists()


def test_parquet(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pl.read_csv(write_table(tmp_path / "customers.csv")).write_parquet("customers.parquet")
    assert call("init", "customers.parquet", "--quiet").status == 0
    assert parse.load("recipe.yaml").data.train.name == "parquet"


def test_a_join_is_written_from_where_the_recipe_lies(call: Call, folder: Path) -> None:
    (folder / "in").mkdir()
    ids = pl.read_csv(folder / "customers.csv")["id"]
    pl.DataFrame({"id": ids, "paid": range(len(ids))}).write_csv(folder / "paid.csv")
    said = "{source: csv, path: customers.csv, join: [{data: paid.csv, on: id}]}"
    assert call("init", said, "--target", "churned", "--out", "in/recipe.yaml").status == 0
    data = parse.value((folder / "in" / "recipe.yaml").read_text(encoding="utf-8"))["data"]
    assert data == {"source": "csv", "path": "../customers.csv", "join": [{"data": "../paid.csv", "on": "id"}]}
