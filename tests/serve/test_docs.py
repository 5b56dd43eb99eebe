"""The page: it asks nobody else, and says everything in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.serve.asking import Client


@pytest.fixture
def page(client: Client) -> str:
    return client.get("/docs").text


def test_the_page_may_ask_this_server_alone(client: Client) -> None:
    response = client.get("/docs")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    named = set(re.findall(r"https?://[^\s\"'`)]+", response.text))
    assert named == {"http://www.w3.org/2000/svg"}


def test_both_languages_have_the_same_words(page: str) -> None:
    english, chinese = (
        re.search(rf"^  {code}: {{(.*?)^  }},", page, re.DOTALL | re.MULTILINE) for code in ("en", "zh")
    )
    assert english is not None
    assert chinese is not None
    words = re.compile(r'(?:^|[,\s])"?([\w/.]+)"?: "((?:[^"\\]|\\.)*)"')
    en, zh = dict(words.findall(english[1])), dict(words.findall(chinese[1]))
    assert en.keys() == zh.keys()
    assert {"ask", "skip", "/predict"} - en.keys() == {"/predict"}
    assert all(en.values())
    assert all(zh.values())
    said = set(re.findall(r'data-say="(\w+)"|told\("([\w/.]+)"|"data-say": "(\w+)"', page))
    assert {word for found in said for word in found if word} <= en.keys()


def test_every_path_has_words(client: Client, page: str) -> None:
    for verbs in client.get("/openapi.json").json()["paths"].values():
        for verb in {"get", "post"} & verbs.keys():
            word = verbs[verb]["x-say"]
            assert len(re.findall(rf'[\s"]{re.escape(word)}"?: "', page)) == 2, word
