"""The console's files: open, checked by their tags, and asking nobody else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from modelyard.families import GATES, METRICS
from modelyard.serve.assets import HOME, MEDIA, assets
from tests.serve.asking import refused

if TYPE_CHECKING:
    from tests.serve.asking import Client

SAID = re.compile(r'\bsay\(\s*(?:[^()"]*\?\s*)?"(\w+)"(?:\s*:\s*"(\w+)")?|data-(?:say|label)="(\w+)"')
STEMS = {"metric": METRICS.names, "gate": GATES.names, "task": ("binary", "multiclass", "regression")}


def words() -> dict[str, list[str]]:
    """Every key, and what is said in English and in Chinese."""
    text = assets()["words.js"].content.decode()
    found: dict[str, list[str]] = json.loads(text[text.index("{\n") : text.rindex("}") + 1])
    return found


@pytest.mark.parametrize("name", sorted(assets()))
def test_every_file_is_served_with_its_type_and_tag(name: str, client: Client) -> None:
    response = client.get(HOME + name)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == MEDIA["." + name.rpartition(".")[2]]
    again = client.ask("GET", HOME + name, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_is_at_the_consoles_own_path(client: Client) -> None:
    assert client.get(HOME).content == client.get(f"{HOME}index.html").content
    for path in ("/", "/console"):
        response = client.get(path)
        assert (response.status_code, response.headers["location"]) == (307, HOME)


def test_scripts_and_styles_are_its_own_files_alone(client: Client) -> None:
    response = client.get(HOME)
    policy = dict(part.partition(" ")[::2] for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", response.text)
    for name in re.findall(r'(?:src|href)="([\w.]+\.(?:js|css|svg))"', response.text):
        assert name in assets()


def test_nothing_names_another_server() -> None:
    found = {
        url for one in assets().values() for url in re.findall(r"(?:https?:)?//[\w.-]+\.\w+", one.content.decode())
    }
    assert found <= {"http://www.w3.org"}


def test_text_never_becomes_markup() -> None:
    for name, one in assets().items():
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", one.content.decode()
        ), name


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2fapp.py", "..%2f..%2fserve%2fapp.py", "%2e%2e", "__init__.py", "%00", "words.js%2f"]
)
def test_no_other_file_is_found(name: str, client: Client) -> None:
    response = client.get(HOME + name)
    assert refused(response, 404, "not_found")
    assert "etag" not in response.headers


def test_everything_is_said_in_both_languages() -> None:
    for key, said in words().items():
        english, chinese = said
        assert english, key
        assert chinese, key
        holes = [set(re.findall(r"\{(\w+)\}", one)) for one in said]
        assert holes[0] == holes[1], key


def test_everything_that_is_said_has_words() -> None:
    known = words()
    asked = {
        key
        for name, one in assets().items()
        if name != "words.js"
        for found in SAID.findall(one.content.decode())
        for key in found
        if key
    }
    assert len(asked) > 100
    assert asked <= known.keys()


def test_every_metric_gate_and_task_has_words() -> None:
    missing = [f"{stem}_{name}" for stem, names in STEMS.items() for name in names if f"{stem}_{name}" not in words()]
    assert missing == []
