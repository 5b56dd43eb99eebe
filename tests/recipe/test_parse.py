"""YAML, the environment and overrides to a checked recipe; what is wrong is told with its file and line."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.types import Kind, Role, Task
from modelyard.recipe import parse

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.recipe.schema import Recipe

SHORTEST = "version: 1\nname: risk\ndata: a.csv\ntarget: y\n"
MAPPING: dict[str, Any] = {"version": 1, "name": "risk", "data": "a.csv", "target": "y"}


def load(folder: Path, text: str | bytes, *overrides: str) -> Recipe:
    file = folder / "r.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return parse.load(file, overrides)


def test_the_shortest_recipe_is_four_lines(tmp_path: Path) -> None:
    recipe = load(tmp_path, SHORTEST)
    assert recipe.folder == tmp_path
    assert (recipe.model.name, recipe.seed, recipe.split.valid, recipe.task) == ("auto", 7, 0.2, None)
    assert recipe.data.train.model_dump() == {"name": "csv", "settings": {"path": "a.csv"}}
    assert recipe.data.valid is recipe.data.test is None
    assert recipe.model_dump() == parse.load(MAPPING).model_dump()
    assert parse.load(recipe) is recipe
    assert load(tmp_path, b"\xef\xbb\xbf" + SHORTEST.encode()) == recipe  # a byte order mark says nothing


def test_a_full_recipe_says_what_it_says(tmp_path: Path) -> None:
    text = """version: 1
name: 客户风险
data:
  train: {source: csv, path: 客户.csv, encoding: gb18030}
  test: b.parquet
target: 状态
positive: 坏
task: binary
columns:
  年龄: {kind: number, role: slice}
  备注: {kind: text, encoder: {name: ngrams, bits: 12}}
  等级: {levels: [甲, 乙]}
split: {by: random, valid: 0.1}
model: {name: mlp, hidden: [8]}
training: {epochs: 3}
metrics: [f1, {name: precision, average: micro}]
gates: [{gate: at_least, metric: f1, bound: 0.5}]
seed: 11
"""
    recipe = load(tmp_path, text)
    assert recipe.name == "客户风险"
    assert recipe.data.train.settings["encoding"] == "gb18030"
    assert recipe.data.test is not None
    assert recipe.data.test.name == "parquet"
    assert (recipe.target, recipe.positive, recipe.task) == ("状态", "坏", Task.BINARY)
    assert (recipe.columns["年龄"].kind, recipe.columns["年龄"].role) == (Kind.NUMBER, Role.SLICE)
    assert recipe.columns["等级"].levels == ("甲", "乙")
    assert [metric.name for metric in recipe.metrics] == ["f1", "precision"]
    assert recipe.gates[0].settings == {"metric": "f1", "bound": 0.5}


SOURCES = [
    ("a.csv", "csv"),
    ("a.TSV", "csv"),
    ("b/a.txt", "csv"),
    ("a.parquet", "parquet"),
    ("a.XLSX", "excel"),
    ("a.ods", "excel"),
    ("a.jsonl", "jsonl"),
    ("数据.ndjson", "jsonl"),
]


@pytest.mark.parametrize(("path", "source"), SOURCES)
def test_the_ending_of_a_path_tells_the_source(path: str, source: str) -> None:
    for data in (path, {"train": path}):
        assert parse.load(MAPPING | {"data": data}).data.train.name == source


WRONG: list[tuple[str, str | bytes, list[str]]] = [
    ("empty", "", ["r.yaml: holds no keys"]),
    ("a list", "- a\n", ["r.yaml: holds no keys"]),
    ("a word", "hello", ["r.yaml: holds no keys"]),
    ("not UTF-8", "version: 1\nname: 中".encode("gb18030"), ["r.yaml: is not UTF-8\n  hint: save the recipe as UTF-8"]),
    ("a control character", SHORTEST + "x: \x00\n", ["r.yaml: is no YAML: it holds a character"]),
    ("tab", SHORTEST + "columns:\n\tx: {}\n", ["r.yaml:6: is no YAML: found character '\\t'"]),
    ("open bracket", SHORTEST + "metrics: [f1\n", ["r.yaml:6: is no YAML"]),
    ("list as key", SHORTEST + "? [a]\n: b\n", ["r.yaml:5: is no YAML: found unhashable key"]),
    (
        "keys twice",
        SHORTEST + "target: z\nsplit: {valid: 0.1, valid: 0.2}\n",
        ["r.yaml:5: target: the key is written twice", "r.yaml:6: split.valid: the key is written twice"],
    ),
    ("holds itself", SHORTEST + "columns: &a {x: *a}\n", ["r.yaml: holds a value that holds itself"]),
    ("too deep", SHORTEST + "columns: " + "[" * 5000, ["r.yaml: holds a value that holds itself, or is too deep"]),
    ("unknown key", SHORTEST + "modle: mlp\n", ["r.yaml:5: modle: unknown key\n  hint: did you mean 'model'?"]),
    (
        "unknown inner key",
        SHORTEST + "split: {vaild: 0.1}\n",
        ["r.yaml:5: split.vaild: unknown key\n  hint: did you mean 'valid'?"],
    ),
    (
        "unknown column key",
        SHORTEST + "columns:\n  x:\n    knid: number\n",
        ["r.yaml:7: columns.x.knid: unknown key\n  hint: did you mean 'kind'?"],
    ),
    (
        "unknown part of data",
        SHORTEST.replace("a.csv", "{train: a.csv, tset: b.csv}"),
        ["r.yaml:3: data.tset: unknown key\n  hint: did you mean 'test'?"],
    ),
    ("missing", "version: 1\nname: risk\ndata: a.csv\n", ["r.yaml: target: is missing\n  hint: add it"]),
    (
        "ending",
        SHORTEST.replace("a.csv", "a.pdf"),
        ["r.yaml:3: data.train: the ending '.pdf' names no source: use one of .csv"],
    ),
    (
        "no source",
        SHORTEST.replace("a.csv", "{path: a.csv}"),
        ["r.yaml:3: data.train: a part is a name, or a mapping whose key 'source'"],
    ),
    (
        "gate without a name",
        SHORTEST + "gates:\n  - {metric: f1}\n",
        ["r.yaml:6: gates.0: a part is a name, or a mapping whose key 'gate'"],
    ),
    (
        "gates are a list",
        SHORTEST + "gates: {gate: at_least}\n",
        ["r.yaml:5: gates: is no list, got {'gate': 'at_least'}"],
    ),
    (
        "a number as a name",
        SHORTEST.replace("y\n", "5\n"),
        ["r.yaml:4: target: is no text, got 5\n  hint: put it in quotes"],
    ),
    (
        "levels",
        SHORTEST + "columns: {x: {levels: [1, yes]}}\n",
        ["r.yaml:5: columns.x.levels.0: is no text, got 1", "r.yaml:5: columns.x.levels.1: is no text"],
    ),
    (
        "levels of a number",
        SHORTEST + "columns: {x: {kind: number, levels: [a]}}\n",
        ["r.yaml:5: columns.x: levels are for the kind 'category'"],
    ),
    ("version", SHORTEST.replace("1", "2"), ["r.yaml:1: version: input should be 1, got 2"]),
    ("name", SHORTEST.replace("risk", "../risk"), ["r.yaml:2: name: string should match pattern"]),
    (
        "kind",
        SHORTEST + "columns: {x: {kind: numbr}}\n",
        ["r.yaml:5: columns.x.kind: input should be 'number', 'category'"],
    ),
    (
        "shares",
        SHORTEST + "split: {valid: 0.6, test: 0.5}\n",
        ["r.yaml:5: split: valid (0.6) and test (0.5) leave no rows to train on"],
    ),
    ("seed", SHORTEST + "seed: -1\n", ["r.yaml:5: seed: input should be greater than or equal to 0, got -1"]),
    ("seed too large", SHORTEST + "seed: 4294967296\n", ["r.yaml:5: seed: input should be less than 4294967296"]),
    (
        "several at once",
        "version: 1\nname: risk\ntraget: y\nseed: x\nsplit: {vaild: 0.2}\ntraining: {epoch: 3}\n",
        [
            "r.yaml: data: is missing",
            "r.yaml: target: is missing",
            "r.yaml:3: traget: unknown key",
            "r.yaml:4: seed: input should be a valid integer",
            "r.yaml:5: split.vaild: unknown key",
            "r.yaml:6: training.epoch: unknown key\n  hint: did you mean 'epochs'?",
        ],
    ),
]


@pytest.mark.parametrize(("text", "told"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, told: list[str], tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text)
    found = sorted(str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems)
    assert len(found) == len(told), found
    for problem, wanted in zip(found, sorted(told), strict=True):
        assert problem.startswith(wanted)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "risk.yaml").touch()
    with pytest.raises(RecipeError) as caught:
        parse.load(tmp_path / "rsik.yaml")
    assert (caught.value.problem, caught.value.hint) == ("no such file", "did you mean 'risk.yaml'?")
    with pytest.raises(RecipeError, match="cannot be read: Is a directory"):
        parse.load(tmp_path)
    with pytest.raises(RecipeError) as caught:
        parse.load(tmp_path / "nowhere/risk.yaml")
    assert caught.value.hint == "the folder does not exist either"


OVERRIDES: list[tuple[str, tuple[str, ...], str, object]] = [
    ("", ("seed=3",), "seed", 3),
    ("", ("model=mlp",), "model.name", "mlp"),
    ("model: linear\n", ("model.penalty=0.3",), "model", {"name": "linear", "settings": {"penalty": 0.3}}),
    (
        "model: {name: mlp}\n",
        ("model.hidden=[8, 4]", "model.members=2"),
        "model.settings",
        {"hidden": [8, 4], "members": 2},
    ),
    ("", ("columns.年龄.kind=number",), "columns.年龄.kind", "number"),
    ("metrics: [f1, recall]\n", ("metrics.1=accuracy",), "metrics.1.name", "accuracy"),
    ("gates: [{gate: at_least, metric: f1, bound: 0.1}]\n", ("gates.0.bound=0.9",), "gates.0.settings.bound", 0.9),
    ("", ("positive=yes it is",), "positive", "yes it is"),
    ("", ("name=a=b",), "name", None),
]


@pytest.mark.parametrize(("text", "overrides", "key", "value"), OVERRIDES)
def test_an_override_says_a_value(
    text: str, overrides: tuple[str, ...], key: str, value: object, tmp_path: Path
) -> None:
    if value is None:  # everything behind the first '=' is the value: here no name
        with pytest.raises(RecipeError, match="got 'a=b'"):
            load(tmp_path, SHORTEST + text, *overrides)
        return
    inside: Any = load(tmp_path, SHORTEST + text, *overrides).model_dump(mode="json")
    for step in key.split("."):
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    assert inside == value


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("seed", "--set: 'seed' is not of the form a.b=value"),
        ("=3", "--set: '=3' is not of the form a.b=value"),
        ("seed=[", "--set: the value of 'seed=[' is no YAML"),
        ("metrics.5=f1", "--set: 'metrics.5' leads nowhere"),
        ("modle=mlp", "r.yaml: modle: unknown key"),
        ("seed=x", "seed: input should be a valid integer"),
    ],
)
def test_an_override_that_leads_nowhere_is_told(override: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, SHORTEST + "metrics: [f1]\n", override)
    assert told in str(caught.value)


def test_a_mapping_stays_as_it_was_given() -> None:
    given = MAPPING | {"model": {"name": "mlp"}, "columns": {"x": {}}}
    before = copy.deepcopy(given)
    parse.load(given, ["model.penalty=0.3", "columns.x.kind=number"])
    assert given == before
    with pytest.raises(RecipeError, match="a finished recipe takes no overrides"):
        parse.load(parse.load(given), ["seed=3"])


def test_the_environment_is_put_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "资料")
    monkeypatch.delenv("NOT_SAID", raising=False)
    text = (
        SHORTEST.replace("a.csv", "${PLACE}/${NOT_SAID:-a}.csv")
        + "seed: ${NOT_SAID:-3}\nmetrics: ['${NOT_SAID:-f1}']\n"
    )
    recipe = load(tmp_path, text)
    assert recipe.data.train.settings["path"] == "资料/a.csv"
    assert recipe.seed == 3
    assert recipe.metrics[0].name == "f1"
    assert recipe.raw == {
        ("data",): "${PLACE}/${NOT_SAID:-a}.csv",
        ("seed",): "${NOT_SAID:-3}",
        ("metrics", 0): "${NOT_SAID:-f1}",
    }


def test_what_the_environment_lacks_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOT_SAID", "NOR_THIS"):
        monkeypatch.delenv(name, raising=False)
    text = SHORTEST.replace("a.csv", "${NOT_SAID}/${NOR_THIS}.csv")
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text)
    assert [str(problem).splitlines()[0] for problem in caught.value.problems] == [
        "r.yaml:3: data: the environment has no 'NOT_SAID'",
        "r.yaml:3: data: the environment has no 'NOR_THIS'",
    ]
    assert caught.value.hint == "set NOT_SAID, or write ${NOT_SAID:-default}"


def test_a_packed_recipe_is_read_without_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET", raising=False)
    text = "version: 1\nname: risk\ndata:\n  train:\n    source: csv\n    path: ${SECRET}\ntarget: y\nseed: ${N:-5}\n"
    recipe = parse.packed(text)
    assert (recipe.data.train.settings["path"], recipe.seed) == ("${SECRET}", 5)
