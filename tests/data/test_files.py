"""What a path in a recipe means: a file, a pattern, a URL; packed or not; and what becomes of bombs."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from typing import TYPE_CHECKING

import fsspec
import pyarrow as pa
import pytest

from modelyard.core import cache, digest
from modelyard.core.errors import DataError, MissingExtraError
from modelyard.data import files, unpacking
from modelyard.data.files import File
from modelyard.data.sources.csv import Csv
from modelyard.data.sources.jsonl import Jsonl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = b"a,b\n1,x\n2,y\n"


def zipped(content: bytes, *more: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", content)
        for name in more:
            archive.writestr(name, b"a\n")
    return held.getvalue()


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    (".gz", gzip.compress),
    (".xz", lzma.compress),
    (".bz2", bz2.compress),
    (".zip", zipped),
    (".zst", lambda content: bytes(pa.compress(content, "zstd", asbytes=True))),
]


@pytest.mark.parametrize("pack", [pack for _, pack in PACKERS], ids=[form for form, _ in PACKERS])
def test_what_is_packed_is_read_as_if_it_were_not(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(ROWS)
    (tmp_path / "packed").write_bytes(pack(ROWS))  # told by content
    plain, packed = Csv(path="rows.csv"), Csv(path="packed")
    assert packed.read(tmp_path).collect().rows() == [(1, "x"), (2, "y")]
    assert list(packed.pieces(tmp_path, 9)) == list(plain.pieces(tmp_path, 9))
    assert packed.digest(tmp_path) == plain.digest(tmp_path)
    whole = pack(ROWS * 50)
    (tmp_path / "packed").write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(DataError, match="is no whole") as caught:
        packed.read(tmp_path)
    assert caught.value.where == "packed"
    assert caught.value.hint


@pytest.mark.parametrize("pack", [pack for _, pack in PACKERS], ids=[form for form, _ in PACKERS])
def test_a_bomb_is_told_before_it_bursts(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "SMALL", 1 << 20)
    (tmp_path / "bomb").write_bytes(pack(b"a,b\n" + b"1,2\n" * (1 << 19)))
    with pytest.raises(DataError, match=r"unpacks to more than .*B") as caught:
        Csv(path="bomb", max_ratio=50).read(tmp_path)
    assert "max_ratio" in caught.value.hint
    with pytest.raises(DataError, match="unpacks to more than 2 MB"):
        Jsonl(path="bomb", max_bytes=2e6, max_ratio=1e6).digest(tmp_path)


def test_an_archive_of_several_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.zip").write_bytes(zipped(ROWS, "more.csv"))
    with pytest.raises(DataError, match="is an archive of 2 files"):
        Csv(path="rows.zip").read(tmp_path)
    (tmp_path / "rows.zip").write_bytes(zipped(ROWS, "__MACOSX/rows.csv"))
    assert Csv(path="rows.zip").read(tmp_path).collect().height == 2


def test_a_pattern_means_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for month, row in (("10", "3,z"), ("02", "2,y"), ("01", "01,x")):
        (tmp_path / f"2026-{month}.csv").write_text(f"a,b\n{row}\n")
    source = Csv(path="2026-*.csv")
    assert source.read(tmp_path).collect().rows() == [("01", "x"), ("2", "y"), ("3", "z")]
    before = source.digest(tmp_path)
    (tmp_path / "2026-10.csv").rename(tmp_path / "2026-11.csv")
    assert source.digest(tmp_path) != before
    with pytest.raises(DataError, match="matches no file"):
        Csv(path="2027-*.csv").read(tmp_path)
    (tmp_path / "2026-11.csv").write_text("a,c\n3,z\n")
    (tmp_path / "2026-12.csv").write_text("a,b\n3\n")
    with pytest.raises(DataError) as caught:
        source.read(tmp_path)
    assert [(problem.where, problem.problem) for problem in caught.value.problems] == [
        ("2026-11.csv", "has other columns than 2026-01.csv: lacks b"),
        ("2026-12.csv:2", "has 1 fields where the header has 2"),
    ]


def test_a_name_with_a_sign_of_patterns_is_a_name_where_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "rows[1].csv").write_bytes(ROWS)
    assert files.found("rows[1].csv", tmp_path) == (File(tmp_path.resolve() / "rows[1].csv", "rows[1].csv"),)


def test_a_url_is_fetched_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/rows/a.csv", ROWS)
    memory.pipe("/rows/b.csv.gz", gzip.compress(b"a,b\n3,z\n"))
    assert Csv(path="memory://rows/a.csv").read(tmp_path).collect().height == 2
    assert files.local("memory://rows/a.csv", tmp_path) == files.local("memory://rows/a.csv", tmp_path)
    both = Csv(path="memory://rows/*")
    assert [row[0] for row in both.read(tmp_path).collect().rows()] == [1, 2, 3]
    memory.pipe("/rows/a.csv", b"a,b\n7,x\n")
    assert Csv(path="memory://rows/a.csv").read(tmp_path).collect().rows() == [(7, "x")]
    with pytest.raises(DataError, match="is larger than the 4 B that are fetched"):
        Csv(path="memory://rows/a.csv", max_bytes=4).read(tmp_path)
    with pytest.raises(DataError, match="means 2 files"):
        files.local("memory://rows/*", tmp_path)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory://no:s3cr3t@where/rows.csv?token=s3cr3t", "memory://where/rows.csv: no such file"),
        ("http://a:s3cr3t@127.0.0.1:9/rows.csv?sig=s3cr3t", "http://127.0.0.1:9/rows.csv: "),
        ("nosuch://a:s3cr3t@b/rows.csv", "nosuch://b/rows.csv: no store called 'nosuch://'"),
        ("simplecache::s3://a:s3cr3t@b/rows.csv", "simplecache: is a chain of file systems"),
    ],
)
def test_no_message_holds_what_a_url_keeps_secret(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Csv(path=url).read(tmp_path)
    assert str(caught.value).startswith(told)
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_package_that_a_protocol_needs_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="gs:// needs a package of its own") as caught:
        Csv(path="gs://bucket/rows.csv").read(tmp_path)
    assert "gcsfs" in caught.value.hint


def test_the_digest_of_a_large_file_is_that_of_what_it_holds_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "LARGE", 4)
    monkeypatch.setattr(digest, "SETTLED", -10.0)
    monkeypatch.setenv(cache.CACHE, str(tmp_path / "cache"))
    file = File(tmp_path / "rows", "rows")
    file.path.write_bytes(b"a" * 100)
    first = unpacking.digest_of([file])
    assert unpacking.digest_of([file]) == first
    file.path.write_bytes(b"b" * 101)
    assert unpacking.digest_of([file]) != first
