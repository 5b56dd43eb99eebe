"""Damaged files from seeds: a table of any kind is written, and then something happens to it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = ["rent", "own", "父母家", "café", "with parents", "", "北京", "NA", 'say "hi"', "a, b", "two\nlines", "x;y"]
BOMB = 80 << 20  # bytes that a few packed ones become
HUGE = 9 << 20  # bytes of a field


@dataclass(frozen=True)
class Case:
    """A damaged file: how it came about, the source that reads it, its name, its bytes, its rows where known."""

    kind: str
    source: str
    name: str
    content: bytes
    rows: int | None = None


def case(seed: int) -> Case:
    """The same file for the same seed."""
    kinds = sorted(KINDS)
    chance = random.Random(seed)  # noqa: S311 - files for a benchmark
    kind = kinds[seed % len(kinds)]
    return KINDS[kind](kind, chance)


def frame(chance: random.Random) -> pl.DataFrame:
    """A small table of numbers, words and truth values."""
    rows = chance.randint(3, 60)
    columns: dict[str, list[object]] = {"id": list(range(rows)), "word": [chance.choice(WORDS) for _ in range(rows)]}
    for number in range(chance.randint(1, 4)):
        columns[f"number_{number}"] = [round(chance.gauss(0, 9), 3) for _ in range(rows)]
    columns["flag"] = [chance.random() < 0.5 for _ in range(rows)]
    return pl.DataFrame(columns)


def written(chance: random.Random) -> str:
    """The table as CSV, in one of the ways that people have."""
    separator = chance.choice([",", ";", "\t"])
    text = frame(chance).write_csv(
        separator=separator, quote_style=chance.choice(["necessary", "non_numeric", "always"])
    )
    return text.replace("\n", "\r\n") if chance.random() < 0.3 else text


def _csv(kind: str, content: bytes, ending: str = "") -> Case:
    return Case(kind, "csv", f"rows.csv{ending}", content)


def _cut(kind: str, chance: random.Random) -> Case:
    content = written(chance).encode()
    return _csv(kind, content[: chance.randint(1, len(content) - 1)])


def _encoded(kind: str, chance: random.Random) -> Case:
    encoding = chance.choice(["gb18030", "big5", "utf-16", "utf-16-le", "cp1252", "utf-8-sig", "utf-32"])
    return _csv(kind, written(chance).encode(encoding, "replace"))


def _mixed(kind: str, chance: random.Random) -> Case:
    lines = written(chance).splitlines(keepends=True)
    return _csv(kind, b"".join(line.encode(chance.choice(["utf-8", "utf-8", "gb18030"])) for line in lines))


def _swapped(kind: str, chance: random.Random) -> Case:
    """A field of one line goes to another, or only away."""
    lines = written(chance).split("\n")
    for _ in range(chance.randint(1, 3)):
        from_, to = chance.randrange(1, len(lines)), chance.randrange(1, len(lines))
        field, _, lines[from_] = lines[from_].partition(chance.choice([",", ";", "\t"]))
        if chance.random() < 0.7:
            lines[to] = f"{field},{lines[to]}"
    return _csv(kind, "\n".join(lines).encode())


def _struck(signs: list[bytes]) -> Callable[[str, random.Random], Case]:
    """Signs come in anywhere, or a byte is lost for them."""

    def strike(kind: str, chance: random.Random) -> Case:
        content = bytearray(written(chance).encode())
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            content[place : place + chance.randint(0, 1)] = chance.choice(signs)
        return _csv(kind, bytes(content))

    return strike


def _unquoted(kind: str, chance: random.Random) -> Case:
    content = bytearray(written(chance).encode())
    quotes = [place for place, byte in enumerate(content) if byte == ord('"')]
    for place in sorted(chance.sample(quotes, min(len(quotes), chance.randint(1, 3))), reverse=True):
        del content[place]
    return _csv(kind, bytes(content))


def _line_ends(kind: str, chance: random.Random) -> Case:
    lines = written(chance).replace("\r", "").split("\n")
    ends = ["\r"] if chance.random() < 0.3 else ["\n", "\r", "\r\n", "\n\n"]
    return _csv(kind, "".join(line + chance.choice(ends) for line in lines).encode())


def _header(kind: str, chance: random.Random) -> Case:
    head, _, rest = written(chance).partition("\n")
    spoilt = chance.choice(
        [head + "," + head, head.replace("word", "id"), '"' + head, "", head + "\n" + head, "\0" + head]
    )
    return _csv(kind, f"{spoilt}\n{rest}".encode())


def _huge(kind: str, chance: random.Random) -> Case:
    field = chance.choice(
        ['"' + "x" * HUGE + '"', "x" * HUGE, '"' + ("x" * 99 + "\n") * (HUGE // 100), '"' + "x" * HUGE]
    )
    return _csv(kind, f"a,b\n1,2\n{field},3\n4,5\n".encode())


def packed(content: bytes, form: str) -> bytes:
    """Bytes as a file of a form."""
    if form == ".zst":
        return bytes(pa.compress(content, "zstd", asbytes=True))
    if form == ".zip":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("rows.csv", content)
        return held.getvalue()
    packers: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress}
    return packers[form](content)


FORMS = [".gz", ".zst", ".xz", ".bz2", ".zip"]


def _packed(kind: str, chance: random.Random) -> Case:
    """Packed, and then cut or struck, or whole."""
    form = chance.choice(FORMS)
    content = bytearray(packed(written(chance).encode() * 3, form))
    what = chance.choice(["cut", "struck", "whole"])
    if what == "cut":
        del content[chance.randint(1, len(content) - 1) :]
    elif what == "struck":
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
    return _csv(f"{kind}: {what}", bytes(content), form)


@cache
def _bomb_of(form: str, lines: str) -> bytes:
    return packed(b"a,b\n" + lines.encode() * (BOMB // len(lines)), form)


def _bomb(kind: str, chance: random.Random) -> Case:
    form, lines = chance.choice(FORMS), chance.choice(["0", "1,2\n"])
    return _csv(kind, _bomb_of(form, lines), form)


def _json(kind: str, chance: random.Random) -> Case:
    rows = frame(chance).to_dicts()
    content = bytearray("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content))
        content[place : place + chance.randint(0, 3)] = chance.choice([b"", b"\n", b'"', b"{", b"\xff", b"\0", b"}"])
    return Case(kind, "jsonl", "rows.jsonl", bytes(content))


def _nested(kind: str, chance: random.Random) -> Case:
    depth = chance.choice([3, 1000, 200_000])
    inner = chance.choice(
        ['{"a":' * depth + "1" + "}" * depth, "[" * depth + "]" * depth, '{"a":' * depth, "[" * depth]
    )
    line = chance.choice([inner, f'{{"a": {inner}}}', '{"a": [1]}', '{"a": {"b": 1}}', '{"a": ' + "9" * depth + "}"])
    return Case(kind, "jsonl", "rows.jsonl", f'{{"a": 1}}\n{line}\n{{"a": 2}}\n'.encode())


def _columnar(source: str) -> Callable[[str, random.Random], Case]:
    """Parquet or Arrow, cut or struck."""

    def spoil(kind: str, chance: random.Random) -> Case:
        made, held = frame(chance), io.BytesIO()
        if source == "parquet":
            made.write_parquet(held, compression=chance.choice(["zstd", "snappy", "uncompressed"]))
        elif chance.random() < 0.5:
            made.write_ipc(held)
        else:
            made.write_ipc_stream(held)
        content = bytearray(held.getvalue())
        if chance.random() < 0.4:
            del content[chance.randint(1, len(content) - 1) :]
        else:
            for _ in range(chance.randint(1, 20)):
                content[chance.randrange(len(content))] = chance.randrange(256)
        return Case(kind, source, f"rows.{source}", bytes(content), made.height)

    return spoil


KINDS: dict[str, Callable[[str, random.Random], Case]] = {
    "arrow spoilt": _columnar("arrow"),
    "bomb": _bomb,
    "byte order mark astray": _struck([b"\xef\xbb\xbf", b"\n\xef\xbb\xbf"]),
    "bytes astray": _struck([b"\xff", b"\x80", b"\xc3", b",", b"\n", b"\r", b"\\"]),
    "cut": _cut,
    "encoded otherwise": _encoded,
    "encodings mixed": _mixed,
    "fields in other lines": _swapped,
    "header damaged": _header,
    "huge field": _huge,
    "JSON lines struck": _json,
    "JSON nested": _nested,
    "line ends": _line_ends,
    "null bytes": _struck([b"\0", b"\0\0\0"]),
    "packed": _packed,
    "parquet spoilt": _columnar("parquet"),
    "quotes astray": _struck([b'"', b'""', b'"\n', b',"']),
    "quotes lost": _unquoted,
}
