"""The papers of a bundle: the files that people read, each checked against its digest. No graph is loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.core import digest
from modelyard.core.errors import BundleError
from modelyard.release import manifest as manifests

if TYPE_CHECKING:
    from pathlib import Path

CARD, RECIPE = "card.html", "recipe.yaml"
KEPT = 256  # summaries of releases: some hundred bytes each


@dataclass(frozen=True)
class Paper:
    """A file's content and its SHA-256."""

    content: bytes
    digest: str


@dataclass(frozen=True)
class Figure:
    """A metric on all test rows with its 95% interval; None where it is not defined."""

    metric: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Summary:
    """What a list of releases tells of one."""

    model: str
    task: str
    rows: int
    test_digest: str
    doubt: str
    figures: tuple[Figure, ...]
    higher_is_better: dict[str, bool | None]


def paper(folder: Path, name: str) -> Paper:
    """A file of a bundle.

    Raises:
        BundleError: the bundle or the file is missing or altered.
    """
    expected = manifests.read(folder).every.get(name)
    try:
        content = (folder / name).read_bytes() if expected else b""
    except OSError as error:
        raise BundleError("is missing", f"{folder}/{name}", "copy the bundle again") from error
    if not expected:
        raise BundleError(f"holds no {name}", str(folder), "train again")
    if digest.of_bytes(content) != expected:
        raise manifests.altered(folder, name)
    return Paper(content, expected)


@lru_cache(maxsize=KEPT)
def summary(folder: Path, _digest: str) -> Summary:
    """The main figures of the bundle of a digest.

    Raises:
        BundleError: the bundle or its report is missing or altered.
    """
    told: dict[str, Any] = msgspec.json.decode(paper(folder, manifests.REPORT).content)
    figures = [msgspec.convert(score, Figure) for score in told["scores"] if score["slice"] is None]
    return Summary(
        model=told["model"],
        task=told["task"],
        rows=told["rows"]["test"],
        test_digest=told["test_digest"],
        doubt=told.get("doubt", ""),
        figures=tuple(figures),
        higher_is_better=told["higher_is_better"],
    )


def plain(told: Summary | None) -> dict[str, Any]:
    """As JSON tells it; empty where nothing is known."""
    return asdict(told) if told is not None else {}
