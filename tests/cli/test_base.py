"""The base install alone: what it does without frames, and how it says what it cannot do."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.release.bundle import Bundle
from tests.cli.conftest import Called

if TYPE_CHECKING:
    from tests.cli.conftest import Trained

# As if none of these were installed: neither to be imported nor to be found.
BARE = """
import importlib.util, sys
ABSENT = {"polars", "pyarrow", "pandas", "torch", "transformers", "sklearn", "scipy", "onnx", "lightgbm", "altair"}
ABSENT |= {"pandera", "phonenumbers", "stdnum", "opencc", "PIL", "holidays", "imblearn", "fastexcel"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
sys.meta_path.insert(0, Absent())
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in ABSENT else found(name, package)
"""
PROJECT = Path(__file__).parents[2] / "pyproject.toml"
IMPORTED = {"OpenCC": "opencc", "pillow": "PIL", "python-stdnum": "stdnum", "imbalanced-learn": "imblearn"}
MAIN = "from modelyard.cli.main import main; main(sys.argv[1:])"


def bare(*words: object) -> Called:
    command = [sys.executable, "-c", BARE + MAIN, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Called(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def table(trained: Trained) -> Path:
    return trained.folder / "customers.csv"


def rows_of(table: Path) -> list[dict[str, Any]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return [
            {"age": float(row["age"]) if row["age"] else None, "fee": float(row["fee"]), "note": row["note"]}
            for row in csv.DictReader(lines)
        ]


def test_a_csv_file_is_answered_as_frames_are(trained: Trained, table: Path) -> None:
    told = bare("predict", trained.bundle, table, "--quiet")
    assert told.status == 0, told.err
    assert told.json == Bundle.load(trained.bundle).predict(rows_of(table))


def test_json_lines_are_answered_into_json_lines(trained: Trained, table: Path, tmp_path: Path) -> None:
    rows = rows_of(table)
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    told = bare("predict", trained.bundle, tmp_path / "rows.jsonl", "--out", tmp_path / "answers.jsonl", "--json")
    assert told.status == 0, told.err
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == Bundle.load(trained.bundle).predict(rows)["predictions"]


def test_a_row_is_explained(trained: Trained, table: Path) -> None:
    told = bare("explain", trained.bundle, table, "--row", "3", "--json", "--quiet")
    assert told.status == 0, told.err
    assert {share["column"] for share in told.json["shares"]} == {"age", "fee", "note"}
    assert bare("explain", trained.bundle, table, "--quiet").status == 0
    assert "there is no row 999" in bare("explain", trained.bundle, table, "--row", "999").err


def test_a_bundle_is_released(trained: Trained, tmp_path: Path) -> None:
    told = bare("release", trained.bundle, "--home", tmp_path / "yard", "--json")
    assert told.status == 0, told.err
    assert told.json["released"]


def test_the_server_and_the_doctor_work(trained: Trained) -> None:
    code = f"""
import json, urllib.request
from modelyard.release.bundle import Bundle
from modelyard.serve.server import background
bundle = Bundle.load({str(trained.bundle)!r})
with background({{bundle.name: bundle}}, port=0) as url:
    body = json.dumps(bundle.example).encode()
    request = urllib.request.Request(url + "/predict", body, {{"Content-Type": "application/json"}})
    print(urllib.request.urlopen(request).read().decode())
"""
    done = subprocess.run([sys.executable, "-c", BARE + code], capture_output=True, text=True, check=True)
    bundle = Bundle.load(trained.bundle)
    assert json.loads(done.stdout) == bundle.predict(bundle.example)["predictions"][0]
    assert bare("doctor", "--json").json["ok"]
    assert bare("--help").status == 0


def test_a_frame_of_pandas_needs_no_other_library(trained: Trained) -> None:
    ask = f"""
from modelyard.release.bundle import Bundle
bundle = Bundle.load({str(trained.bundle)!r})
frame = pandas.DataFrame({{"age": [30, None], "fee": [90, 20], "note": ["calm", "asks"], "more": [1, 2]}})
assert "polars" not in sys.modules
print(bundle.predict(frame)["predictions"])
"""
    command = [sys.executable, "-c", BARE + "ABSENT.remove('pandas')\nimport pandas" + ask]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [{"age": 30, "fee": 90, "note": "calm"}, {"age": None, "fee": 20, "note": "asks"}]
    assert done.stdout.strip() == str(Bundle.load(trained.bundle).predict(rows)["predictions"])


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("predict", "BUNDLE", "rows.parquet"), "pip install 'modelyard[tables]'"),
        (("predict", "BUNDLE", "TABLE", "--out", "a.csv"), "pip install 'modelyard[tables]', or write a .jsonl file"),
        (("evaluate", "BUNDLE", "TABLE"), "pip install 'modelyard[train]'"),
        (("train", "recipe.yaml"), "pip install 'modelyard[train]'"),
        (("init", "TABLE"), "pip install 'modelyard[train]'"),
    ],
)
def test_what_needs_more_says_which_extra(trained: Trained, table: Path, words: tuple[str, ...], hint: str) -> None:
    named = {"BUNDLE": trained.bundle, "TABLE": table}
    told = bare(*(named.get(word, word) for word in words))
    assert told.status == 2
    assert "needs the package 'polars', which is not installed" in told.err
    assert hint in told.err
    assert "Traceback" not in told.err


def test_the_public_names_say_so_too() -> None:
    code = """
import modelyard
try:
    modelyard.train("recipe.yaml")
except modelyard.ModelyardError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", BARE + code], capture_output=True, text=True, check=True)
    assert "modelyard.train: needs the package" in done.stdout
    assert "pip install 'modelyard[train]'" in done.stdout


# What cleans and steps beside the encoders: all of it without the extra `data`.
DIRTY: dict[str, Any] = {
    "version": 1,
    "name": "dirty",
    "data": "dirty.csv",
    "target": "churned",
    "model": "linear",
    "columns": {
        "age": {"clean": [{"clean": "number", "unit": "kg", "decimal": ","}]},
        "fee": {"clean": [{"clean": "generalise", "by": "middle", "width": 5}]},
        "note": {
            "kind": "category",
            "encoder": "target_mean",
            "clean": ["text", "unicode", "whitespace", {"clean": "levels", "case": "fold"}, {"clean": "missing"}],
        },
        "since": {"clean": ["dates"]},
        "seen": {"clean": ["serial"]},
        "paid": {"clean": ["boolean"]},
        "who": {"kind": "category", "clean": [{"clean": "mask", "whole": "name"}], "encoder": "frequency"},
        "mail": {"kind": "category", "clean": [{"clean": "hash", "sort": "email"}]},
        "code": {"kind": "category", "clean": ["pseudonym"]},
    },
    "prepare": [
        *({"step": "impute"}, {"step": "calendar", "of": "since"}, {"step": "log", "columns": ["fee"]}),
        *({"step": "holidays", "of": "since", "country": "CN"}, {"step": "bin", "columns": ["age"], "into": 4}),
        {"step": "select", "keep": ["age", "fee", "note", "seen", "paid", "who", "mail", "code"]},
    ],
    "evidence": {"robustness": False, "importance": False, "weak_slices": False},
}
TREATED = {"note": {"kind": "text", "clean": [{"clean": "mask"}]}}


@pytest.fixture
def dirty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELYARD_PRIVACY_KEY", "k" * 40)
    monkeypatch.chdir(tmp_path)
    with Path("dirty.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["age", "fee", "note", "since", "seen", "paid", "who", "mail", "code", "churned"])
        for row in range(90):
            told = (f"{row % 40},5 kg" if row % 9 else "", row * 37 % 91, (" Calm", "ASKS", "-")[row % 3])
            since, seen = f"{row % 27 + 1}.{row % 12 + 1}.2024", 45_000 + row % 50
            who = (f"Ann {row % 7}", f"ann{row % 7}@example.org", f"c{row % 5}")
            lines.writerow(
                [*told, since, seen, "yes" if row % 2 else "no", *who, "bad" if row * 37 % 91 > 45 else "good"]
            )
    return tmp_path


def test_cleaners_and_steps_answer_in_the_base_install(dirty: Path) -> None:
    from modelyard import run

    made = run.train(DIRTY, home=dirty).bundle
    with (dirty / "dirty.csv").open(encoding="utf-8", newline="") as lines:
        written = [{name: value or None for name, value in row.items()} for row in csv.DictReader(lines)]
    rows = [{**row, "seen": float(str(row["seen"])), "fee": float(str(row["fee"]))} for row in written]
    told = bare("predict", made.folder, "dirty.csv", "--quiet")
    assert told.status == 0, told.err
    assert told.json == made.predict(
        [{name: None if value == "" else value for name, value in row.items()} for row in rows]
    )


def test_a_cleaner_says_when_a_bundle_is_loaded_which_extra_it_needs(dirty: Path) -> None:
    from modelyard import run

    made = run.train({**DIRTY, "prepare": [], "columns": TREATED}, home=dirty).bundle
    told = bare("serve", made.folder, "--port", "0")
    assert told.status == 2
    assert "cleaner 'mask': needs the package 'phonenumbers', which is not installed" in told.err
    assert "pip install 'modelyard[data]'" in told.err


def test_what_builds_models_needs_no_package_of_the_extra_data(dirty: Path) -> None:
    extras = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    data, train = (set(extras["optional-dependencies"][name]) for name in ("data", "train"))
    left = sorted(IMPORTED.get(re.split(r"[\[>=]", one)[0], re.split(r"[\[>=]", one)[0]) for one in data - train)
    assert {"pandera", "opencc", "PIL"} < set(left)
    (dirty / "recipe.yaml").write_text("{version: 1, name: few, data: dirty.csv, target: churned}", encoding="utf-8")
    code = BARE.replace("class Absent", f"ABSENT = set({left!r})\nclass Absent") + MAIN
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "recipe.yaml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
