"""What `pip install modelyard` brings: enough to serve, and little."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 350_000_000  # bytes
HEAVY = {"polars", "polars-runtime-32", "torch", "transformers", "scikit-learn", "scipy", "pandas", "pyarrow"}


def closure(name: str, extras: Iterable[str] = (), seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """A package and all that it asks for on this machine, each package once."""
    marks = [{"extra": extra} for extra in ("", *extras)]
    for words in metadata.requires(name) or ():
        asked = Requirement(words)
        wanted = asked.marker is None or any(asked.marker.evaluate(mark) for mark in marks)
        found = asked.name.lower().replace("_", "-")
        if wanted and found not in seen:
            seen = closure(found, asked.extras, seen | {found})
    return seen


def size(name: str) -> int:
    """Bytes of all files that a package lists in its RECORD, its compiled ones included."""
    files = [Path(str(entry.locate())) for entry in metadata.files(name) or ()]
    return sum(file.stat().st_size for file in files if file.is_file())


def test_the_base_install_is_small_and_holds_nothing_that_builds_models() -> None:
    found = closure("modelyard")
    assert {"onnxruntime", "numpy", "starlette", "sqlalchemy"} <= found
    assert not found & HEAVY
    sizes = {name: size(name) for name in found}
    assert sizes["onnxruntime"] > 10_000_000  # what is measured is there
    largest = sorted(sizes.items(), key=lambda one: -one[1])[:8]
    assert sum(sizes.values()) < MOST, largest


def test_what_trains_holds_the_frames_too() -> None:
    assert {"polars", "pyarrow", "torch", "scikit-learn"} <= closure("modelyard", ["train"])
    assert "polars" in closure("modelyard", ["tables"])
