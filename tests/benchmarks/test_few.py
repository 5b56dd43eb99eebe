"""The comparison of few labels counts right, and reads mails right."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from textual import few, mails

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = b"From: a@b\nSubject: Re: lunch\n\nAt  noon?\nYours"
HTML = b"Subject: Win\nContent-Type: text/html\n\n<style>p {}</style><p>Cheap &amp; <b>free</b></p>"
PARTS = (
    b"Subject: two\nContent-Type: multipart/alternative; boundary=x\n\n"
    b"--x\nContent-Type: text/plain\n\nplain words\n--x\nContent-Type: text/html\n\n<p>html words</p>\n--x--\n"
)


@pytest.mark.parametrize(
    ("content", "text"),
    [(PLAIN, "Re: lunch\nAt noon? Yours"), (HTML, "Win\nCheap & free"), (PARTS, "two\nplain words"), (b"", "")],
)
def test_a_mail_is_its_subject_and_its_body(content: bytes, text: str) -> None:
    assert mails.text_of(content) == text


def test_mails_that_say_the_same_are_read_once(tmp_path: Path) -> None:
    file = tmp_path / "mails.tgz"
    again = PLAIN.replace(b"noon?", b"NOON 12!")
    members = {"easy-ham-1/1.txt": PLAIN, "easy-ham-1/2.txt": again, "spam-1/1.txt": HTML, "spam-1/1.json": b"{}"}
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(f"package/data/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    texts, labels = mails.read(file)
    assert texts == ["Re: lunch\nAt noon? Yours", "Win\nCheap & free"]
    assert labels == ["ham", "spam"]


def test_an_interval_of_a_mean_is_students() -> None:
    low, high = few.interval(np.array([1.0, 2.0, 3.0]))
    assert [low, high] == pytest.approx([2 - 2.4841, 2 + 2.4841], abs=1e-3)
    assert few.interval(np.array([0.5])) == (0.5, 0.5)
