"""How any verb ends: statuses, errors, help."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelyard import __version__
from modelyard.cli import train
from modelyard.cli.main import VERBS

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Trained

NAMES = [verb.__name__ for verbs in VERBS.values() for verb in verbs]
PROGRAM = [sys.executable, "-m", "modelyard.cli"]
HEAVY = {"polars", "torch", "onnxruntime", "numpy", "sklearn", "sqlalchemy", "starlette"}


def test_no_help_imports_what_is_heavy() -> None:
    """All helps in one process: any of them that imported something heavy would leave it there."""
    script = f"""
import sys
from modelyard.cli.main import main
for words in [["--help"], *([name, "--help"] for name in {NAMES!r})]:
    try:
        main(words)
    except SystemExit as ended:
        assert ended.code == 0, words
print("loaded:", sorted({HEAVY!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"


@pytest.mark.parametrize("name", NAMES)
def test_every_help_gives_an_example(call: Call, name: str) -> None:
    told = call(name, "--help")
    assert told.status == 0
    assert f"Example: modelyard {name} " in told.out


def test_a_bare_call_shows_the_verbs(call: Call) -> None:
    told = call()
    assert told.status == 0
    assert all(name in told.out for name in NAMES)


def test_version(call: Call) -> None:
    assert call("--version").out == f"modelyard {__version__}\n"


WRONG_WORDS = [
    (["trian", "recipe.yaml"], "no verb called 'trian'", "did you mean 'train'?"),
    (["recipe.yaml"], "no verb called 'recipe.yaml'", "did you mean: modelyard check recipe.yaml"),
    (["customers.csv"], "no verb called 'customers.csv'", "did you mean: modelyard init customers.csv"),
    (["train"], "missing argument 'RECIPE'", "modelyard train --help"),
    (["train", "recipe.yaml", "--sett", "a=1"], "no such option: --sett", "modelyard train --help"),
    (["launch", "recipe.yaml", "--port", "99999"], "a port is a number from 0 to 65535", "--port"),
    (["train", "recipe.yaml", "more"], "unexpected extra argument", "modelyard train --help"),
]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("words", "problem", "hint"), WRONG_WORDS, ids=[" ".join(case[0]) for case in WRONG_WORDS])
def test_wrong_words_end_with_2_and_the_way_out(call: Call, words: list[str], problem: str, hint: str) -> None:
    told = call(*words)
    assert told.status == 2
    assert told.out == ""
    assert problem in told.err
    assert hint in told.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "problem", "hint"), WRONG_WORDS[2:], ids=[" ".join(case[0]) for case in WRONG_WORDS[2:]]
)
def test_wrong_words_are_json_where_json_is_asked(call: Call, words: list[str], problem: str, hint: str) -> None:
    told = call(*words, "--json")
    assert told.status == 2
    assert told.json["code"] == "usage"
    assert problem in told.json["problem"]
    assert hint in told.json["hint"]
    assert told.json["problems"] == [{key: told.json[key] for key in ("problem", "where", "hint")}]


def test_all_problems_of_a_recipe_are_told_at_once(call: Call, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(
        "version: 1\nname: x\ndata: customers.csv\ntarget: churned\nmodel: liner\nmetrics: [roc]\nsplitt: 1\n",
        encoding="utf-8",
    )
    plain, told = call("check", "recipe.yaml"), call("check", "recipe.yaml", "--json")
    assert plain.status == told.status == 2
    assert told.json["code"] == "recipe_invalid"
    assert told.json["where"].startswith("recipe.yaml:7")
    assert told.json["hint"] == "did you mean 'split'?"
    assert plain.err.startswith("error: recipe.yaml:7: splitt: unknown key\n  hint: did you mean 'split'?\n")


def test_several_problems_are_a_list_in_json(call: Call, folder: Path) -> None:
    recipe = (folder / "recipe.yaml").read_text(encoding="utf-8").replace("roc_auc", "roc")
    (folder / "recipe.yaml").write_text(recipe.replace("linear", "liner"), encoding="utf-8")
    problems = call("train", "recipe.yaml", "--json").json["problems"]
    assert [problem["problem"] for problem in problems] == [
        "no model called 'liner'",
        "no metric called 'roc'",
        "no metric called 'roc'",
    ]


class TestWhatNobodyForesaw:
    @pytest.fixture(autouse=True)
    def _broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_word: str) -> Path:
            raise ZeroDivisionError("division by zero\nand a second line")

        monkeypatch.setattr(train.words, "recipe", fail)  # type: ignore[attr-defined]

    def test_is_one_sentence(self, call: Call) -> None:
        told = call("train", "recipe.yaml")
        assert told.status == 1
        assert "unexpected ZeroDivisionError: division by zero" in told.err
        assert "Traceback" not in told.err

    def test_is_not_told_in_words_that_may_quote_a_value(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(train.words, "recipe", lambda _word: float("ann@example.org"))  # type: ignore[attr-defined]
        told = call("train", "recipe.yaml")
        assert told.status == 1
        assert "unexpected ValueError\n" in told.err
        assert "ann@" not in told.err

    def test_is_a_trace_on_demand(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MODELYARD_DEBUG", "1")
        told = call("train", "recipe.yaml", "--json")
        assert told.status == 1
        assert "Traceback" in told.err
        assert told.json["code"] == "failed"
        assert "Traceback" not in told.out


def test_a_file_that_may_not_be_read_is_told(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object) -> None:
        raise PermissionError(13, "Permission denied", "secret.yaml")

    monkeypatch.setattr(train.words, "recipe", refuse)  # type: ignore[attr-defined]
    told = call("train", "recipe.yaml")
    assert (told.status, told.err) == (1, "error: secret.yaml: permission denied\n")
    assert folder.is_dir()


def test_an_interrupt_ends_with_130_and_one_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_word: str) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(train.words, "recipe", interrupt)  # type: ignore[attr-defined]
    told = call("train", "recipe.yaml", "--json")
    assert (told.status, told.out, told.err) == (130, "", "note: interrupted\n")


def test_a_real_ctrl_c_ends_a_training_with_130(folder: Path) -> None:
    words = ["train", "recipe.yaml", "--set", "model={name: mlp}", "--set", "training.epochs=100000"]
    words += ["--set", "training.early_stopping=100000"]
    with subprocess.Popen(
        [*PROGRAM, *words], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        seen = ""
        while "training mlp" not in seen:
            line = process.stderr.readline()
            assert line, seen
            seen += line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "note: interrupted"
    assert "Traceback" not in err


def test_a_reader_that_closes_early_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m modelyard.cli schema | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, '{\n  "$defs', "")


@pytest.mark.parametrize("stderr", ["2> >(head -c 1 > /dev/null)", "2>&-"], ids=["no longer read", "closed"])
def test_work_goes_on_where_nobody_reads_how_it_goes(folder: Path, stderr: str) -> None:
    command = f"{sys.executable} -m modelyard.cli train recipe.yaml --json {stderr}"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert Path(json.loads(done.stdout)["bundle"]).is_dir()


def test_a_closed_standard_output_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m modelyard.cli render recipe.yaml >&-"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030"])
def test_a_terminal_that_is_not_utf_8_is_survived(folder: Path, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    words = [[*PROGRAM, "train", "没有.yaml"], [*PROGRAM, "train", "没有.yaml", "--json"]]
    plain, told = [
        subprocess.run(call_, cwd=folder, env=environment, capture_output=True, check=False) for call_ in words
    ]
    assert plain.returncode == told.returncode == 2
    shown = "没有" if encoding == "gb18030" else "\\u6ca1\\u6709"
    assert f"error: {shown}.yaml: no such file" in plain.stderr.decode(encoding)
    assert b'"where": "\\u6ca1\\u6709.yaml"' in told.stdout  # JSON that any terminal can take


def test_no_colour_where_it_is_not_wanted(folder: Path) -> None:
    for wanted in (True, False):
        environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
        environment |= {} if wanted else {"NO_COLOR": "1"}
        done = subprocess.run(
            [*PROGRAM, "train", "no.yaml"], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert ("\x1b[1;31m" in done.stderr) is wanted


BASE = """
import sys
for package in ("torch", "transformers", "sklearn", "scipy", "onnx", "onnxscript"):
    sys.modules[package] = None  # as if it were not installed
from modelyard.cli.main import main
main(sys.argv[1:])
"""


def test_a_base_install_does_all_but_train(folder: Path, trained: Trained) -> None:
    def call(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", BASE, *map(str, words)]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert call("evaluate", trained.bundle, "customers.csv", "--json").returncode == 0
    assert call("release", trained.bundle, "--home", "yard").returncode == 0
    assert call("predict", "churn", "customers.csv", "--home", "yard").returncode == 0
    assert call("schema").returncode == 0
    told = json.loads(call("train", "recipe.yaml", "--json").stdout)
    assert told["code"] == "extra_missing"
    assert told["hint"] == "pip install 'modelyard[train]'"


def test_a_training_that_is_killed_leaves_no_half_bundle(folder: Path) -> None:
    """Killed at moments from measuring to packing: what lies in the yard then is whole, or is not read."""
    from modelyard.release.bundle import Bundle

    bundles = folder / ".modelyard" / "bundles"
    for wait in (0.0, 0.02, 0.05):
        with subprocess.Popen(
            [*PROGRAM, "train", "recipe.yaml"], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("measuring"):
                    time.sleep(wait)
                    process.kill()
                    break
        for entry in bundles.glob("*"):
            if not entry.name.startswith("."):
                assert Bundle.load(entry).digest == entry.name
    done = subprocess.run([*PROGRAM, "train", "recipe.yaml", "--quiet"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0
    whole = [entry for entry in bundles.glob("*") if not entry.name.startswith(".")]
    assert [Bundle.load(entry).digest for entry in whole] == [whole[0].name]
