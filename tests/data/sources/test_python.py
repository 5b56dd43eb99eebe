"""A function of one's own: what it may return, what it raises, and where it is found."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard import run
from modelyard.contest import again
from modelyard.core.errors import DataError, UsageError
from modelyard.data.sources.python import Python

if TYPE_CHECKING:
    import polars as pl

    from modelyard.run import Run

CODE = """
import polars as pl
ROWS = [{"x": 1, "y": "a"}, {"x": 2.5}, {"y": None, "x": None}]

def polars(): return pl.DataFrame(ROWS, infer_schema_length=None)
def lazy(): return polars().lazy()
def pandas():
    import pandas
    return pandas.DataFrame({"x": [1, 2.5, None], "y": ["a", None, None]}, index=[5, 6, 7])
def arrow(): return polars().to_arrow()
def mappings(): return ROWS
def generator(): yield from ROWS
def frames(): yield pl.DataFrame({"x": [1], "y": ["a"]}); yield pl.DataFrame({"x": [2.5, None], "y": [None, None]})
def asked(least, *, name="b"): return [{"x": least, "y": name}]

def fails():
    raise ValueError("hush: 4111 1111 1111 1111")
def fails_later(): yield {"x": 1}; raise KeyError("hush")
def number(): return 5
def text(): return "x"
def one(): return {"x": 1}
def nothing(): return []
def hollow(): return pl.DataFrame({"x": []})
def words(): return ["x"]
def late(): return [{"x": 1}] * 3 + [{"x": 1, "z": 2}]
def mixed(): return [{"x": 1}, {"x": "hush"}]
def both(): yield pl.DataFrame({"x": [1]}); yield {"x": 1}
def stranger(): print("told"); import beside; return [{"x": beside.VALUE}]
limit = 5

class Tables:
    @staticmethod
    def inner(): return ROWS
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "loading.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "beside.py").write_text("VALUE = 7\n", encoding="utf-8")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").touch()
    (tmp_path / "shop/orders.py").write_text("from . import rows\ndef read(): return rows.ROWS\n", encoding="utf-8")
    (tmp_path / "shop/rows.py").write_text("ROWS = [{'x': 1}]\n", encoding="utf-8")
    (tmp_path / "needing.py").write_text("import no_such_package\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("def (", encoding="utf-8")
    return tmp_path


def of(folder: Path, call: str, **arguments: Any) -> pl.DataFrame:
    return Python(call=call, arguments=arguments).read(folder).collect()


GIVES = ["polars", "lazy", "pandas", "arrow", "mappings", "generator", "frames", "Tables.inner"]


@pytest.mark.parametrize("name", GIVES)
def test_what_it_may_return(name: str, folder: Path) -> None:
    frame = of(folder, f"loading:{name}")
    assert frame.to_dict(as_series=False) == {"x": [1.0, 2.5, None], "y": ["a", None, None]}


def test_it_is_called_with_arguments(folder: Path) -> None:
    assert of(folder, "loading:asked", least=3).rows() == [(3, "b")]
    assert of(folder, "loading:asked", least=3, name="z").rows() == [(3, "z")]
    assert of(folder, "shop.orders:read").rows() == [(1,)]


WRONG: list[tuple[str, str]] = [
    ("loading:fails", "raises ValueError, in line 17 of loading.py"),
    ("loading:fails_later", "raises KeyError, in line 18 of loading.py"),
    ("loading:asked", "raises TypeError"),
    ("loading:number", "gives int, which is no table"),
    ("loading:text", "gives str, which is no table"),
    ("loading:one", "gives dict, which is no table"),
    ("loading:nothing", "gives no rows"),
    ("loading:hollow", "gives no rows"),
    ("loading:words", "row 1 is str, no mapping of columns to values"),
    ("loading:mixed", "the column 'x' holds values of different sorts"),
    ("loading:both", "gives frames, and then dict"),
    ("loading:limit", "'limit' cannot be called"),
    ("loading:polar", "the module 'loading' has no 'polar'"),
    ("loadin:polars", "no module called 'loadin'"),
    ("shop.order:read", "no module called 'shop.order'"),
    ("needing:rows", "its module needs 'no_such_package', which is not installed"),
    ("broken:rows", "its module cannot be imported: SyntaxError"),
    ("loading", "is not of the form package.module:function"),
]


@pytest.mark.parametrize(("call", "problem"), WRONG, ids=[call for call, _ in WRONG])
def test_what_goes_wrong_is_told_without_a_value(call: str, problem: str, folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        of(folder, call)
    assert problem in caught.value.problem
    assert caught.value.where == call
    assert "hush" not in str(caught.value)


def test_a_row_with_a_column_that_comes_too_late_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(folder, "loading:late")["z"].to_list() == [None, None, None, 2]
    monkeypatch.setattr("modelyard.core.room.PIECE", 2)
    with pytest.raises(DataError, match="row 4 has a column 'z' that no earlier row has"):
        of(folder, "loading:late")


def test_what_it_raised_is_the_cause(folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        of(folder, "loading:fails")
    assert isinstance(caught.value.__cause__, ValueError)


def test_it_leaves_no_trace_and_is_read_anew(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, path = set(sys.modules), list(sys.path)
    assert of(folder, "loading:stranger").rows() == [(7,)]
    assert capsys.readouterr() == ("", "told\n")
    (folder / "beside.py").write_text("VALUE = 80\n", encoding="utf-8")
    assert of(folder, "loading:stranger").rows() == [(80,)]
    assert sys.path == path
    assert not {"loading", "beside"} & (set(sys.modules) - before)


def test_a_module_that_has_the_name_of_another_is_told(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("def rows(): return [{'x': 1}]\n", encoding="utf-8")
    with pytest.raises(DataError, match="another module called 'json' is in use"):
        of(tmp_path, "json:rows")


def test_it_is_called_once_for_rows_and_digest(folder: Path) -> None:
    counts = f"    with open({str(folder / 'calls')!r}, 'a') as file: file.write('x')"
    code = f"def rows():\n{counts}\n    return [{{'x': 1}}]"
    (folder / "counting.py").write_text(code, encoding="utf-8")
    source = Python(call="counting:rows")
    source.read(folder)
    assert len(source.digest(folder)) == 64
    assert (folder / "calls").read_text() == "x"


def test_a_bundle_never_runs_it(binary: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.py").write_text("open('ran', 'w').close()\ndef rows(): return []\n", encoding="utf-8")
    recipe = binary.bundle.recipe
    kept = recipe[recipe.index("target:") :]
    spoilt = "version: 1\nname: risk\ndata: {source: python, call: 'evil:rows'}\n" + kept
    bundle = copy.copy(binary.bundle)
    bundle.recipe = spoilt
    with pytest.raises(UsageError, match="code, which a bundle never runs"):
        again(bundle, bundle)
    assert run.evaluate(bundle, _rows(binary, tmp_path)).rows["test"] == len(binary.test)
    assert not Path("ran").exists()


def _rows(run_: Run, folder: Path) -> str:
    run_.test.frame.write_parquet(folder / "test.parquet")
    return str(folder / "test.parquet")
