"""A folder of class folders: each file a row, in order, and what is not read is told."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from modelyard import run
from modelyard.core.errors import DataError
from modelyard.core.refusals import collecting
from modelyard.data.sources.folder import Folder
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def picture(shade: int) -> bytes:
    """A grey PNG of one pixel."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    whole = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes([0, shade]))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


def laid(root: Path, **files: str | bytes) -> Path:
    """Files by their names, `__` for a slash and `_` for the point of their endings."""
    for name, content in files.items():
        file = root / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def of(folder: Path, **said: Any) -> pl.DataFrame:
    return Folder(path="reviews", **said).read(folder).collect()


def test_texts_in_the_order_of_their_names(tmp_path: Path) -> None:
    laid(tmp_path / "reviews", good__b_txt="fine", good__a_TXT="很好", bad__c_txt=b"\xef\xbb\xbflate\r\n")
    with collecting() as found:
        assert of(tmp_path).to_dict(as_series=False) == {
            "text": ["late\r\n", "很好", "fine"],
            "label": ["bad", "good", "good"],
            "file": ["bad/c.txt", "good/a.TXT", "good/b.txt"],
        }
    assert found.listed == []


def test_pictures_are_their_bytes(tmp_path: Path) -> None:
    laid(tmp_path / "reviews", dark__a_png=picture(0), light__b_png=picture(255), light__c_jpeg=b"\xff\xd8")
    frame = of(tmp_path)
    assert frame.columns == ["picture", "label", "file"]
    assert frame["picture"].to_list() == [picture(0), picture(255), b"\xff\xd8"]
    assert frame["label"].to_list() == ["dark", "light", "light"]


def test_what_is_not_read_is_told_one_by_one(tmp_path: Path) -> None:
    root = laid(
        tmp_path / "reviews",
        good__a_txt="fine",
        good__b_txt=b"\xff\xfe\x00",
        good__c_txt="",
        good__d_pdf="x",
        good__e_txt="long" * 10,
        good__inner__f_txt="deep",
        loose_txt="x",
        _hidden="x",
    )
    laid(tmp_path / "elsewhere", other_txt="hush")
    (root / "good/link.txt").symlink_to(tmp_path / "elsewhere/other.txt")
    (root / "all").symlink_to(tmp_path / "elsewhere")
    (root / "good/same.txt").symlink_to(root / "good/a.txt")
    with collecting() as found:
        frame = of(tmp_path, most=20)
    assert frame["file"].to_list() == ["good/a.txt", "good/same.txt"]
    assert {(one.where, one.why) for one in found.listed} == {
        ("reviews/all", "is a link that leads out of the folder"),
        ("reviews/good/b.txt", "is not utf-8"),
        ("reviews/good/c.txt", "is empty"),
        ("reviews/good/d.pdf", "is neither a text nor a picture"),
        ("reviews/good/e.txt", "is larger than 20 B"),
        ("reviews/good/inner", "is no file, and folders inside a class are not read"),
        ("reviews/good/link.txt", "is a link that leads out of the folder"),
        ("reviews/loose.txt", "lies beside the folders of the classes, and so has no class"),
    }


WRONG: list[tuple[dict[str, str], dict[str, Any], str]] = [
    ({}, {}, "no such folder"),
    ({"a__b_pdf": "x"}, {}, "holds no folders of texts or pictures"),
    ({"a__b_txt": "x", "a__c_png": "x"}, {}, "holds both texts and pictures"),
    ({"a__b_txt": "x"}, {"holds": "pictures"}, "holds no folders of texts or pictures"),
    ({"a__b_txt": "x"}, {"encoding": "utf-9"}, "no encoding called 'utf-9'"),
]


@pytest.mark.parametrize(("files", "said", "problem"), WRONG, ids=[problem for _, _, problem in WRONG])
def test_what_is_no_folder_of_classes_is_told(
    files: dict[str, str], said: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    laid(tmp_path / "reviews", **files)
    with pytest.raises(DataError) as caught:
        of(tmp_path, **said)
    assert caught.value.problem == problem


def test_a_sort_that_is_said_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    laid(tmp_path / "reviews", a__b_txt="x", a__c_png=picture(1), b__d_txt="父".encode("gb18030"))
    with collecting() as found:
        assert of(tmp_path, holds="texts", encoding="gb18030")["text"].to_list() == ["x", "父"]
    assert [one.why for one in found.listed] == ["is another sort"]


def test_the_digest_is_of_names_classes_and_contents(tmp_path: Path) -> None:
    digests: list[str] = []
    for name in ("good__a_txt", "good__b_txt", "bad__b_txt"):
        for content in ("x", "y"):
            folder = tmp_path / str(len(digests))
            laid(folder / "reviews", **{name: content})
            digests.append(Folder(path="reviews").digest(folder))
            assert digests[-1] == Folder(path="reviews").digest(folder)
    assert len(set(digests)) == 6


def test_a_recipe_is_read_from_a_folder_of_texts(tmp_path: Path) -> None:
    words = making.WORDS
    for label in ("bad", "good"):
        for number in range(30):
            said = f"{words[label][number % 5]}, {words[label][number % 3]} says client number {number}"
            laid(tmp_path / "reviews", **{f"{label}__{number:02}_txt": said})
    data = {"source": "folder", "path": str(tmp_path / "reviews")}
    _, rows = run.inspect({"version": 1, "name": "n", "data": data, "target": "label", "model": "linear"})
    roles = {column.name: (column.kind, column.role) for column in rows.train.schema.columns}
    assert roles == {"text": ("text", "feature"), "label": ("category", "target"), "file": ("identifier", "ignore")}
