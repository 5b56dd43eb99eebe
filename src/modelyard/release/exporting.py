"""A bundle written for other people's machinery: one format a file in `exports/`."""

from __future__ import annotations

import re
import shutil
from importlib import metadata, resources
from string import Template
from typing import TYPE_CHECKING, Protocol

from modelyard.core import artifacts
from modelyard.core.errors import UsageError
from modelyard.core.registry import Family

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.release.bundle import Bundle

VERSION = metadata.version("modelyard")  # which is pinned in what is written
TEMPLATES = "modelyard.release.exports"
BUNDLE = "bundle"  # the folder of the bundle in what is written
LONGEST = 40  # signs of a name, so that what is added to it still is a label of Kubernetes (63)
IMAGE = re.compile(r"[a-z0-9][a-z0-9._:/@-]{0,254}", re.IGNORECASE)


class Export(Protocol):
    """One format: it writes into a folder what runs the bundle elsewhere."""

    def __call__(self, bundle: Bundle, folder: Path) -> None:
        """Fill the folder, which is there and empty."""


EXPORTS: Family[Export] = Family("modelyard.release.exports", Export, key="")


def export(bundle: Bundle, built: Export, place: Path) -> list[str]:
    """Write a format to `place`, whole or not at all, and tell its files.

    Raises:
        UsageError: the place is taken.
    """
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageError("is there already, and not empty", str(place), "name a folder that is new: --out DIR")
    with artifacts.staged_folder(place.absolute().parent) as staging:
        built(bundle, staging)
        files = sorted(file.relative_to(staging).as_posix() for file in staging.rglob("*") if file.is_file())
        artifacts.publish(staging, place)
    return files


def copied(bundle: Bundle, folder: Path) -> Path:
    """A copy of the bundle in a folder: its own files and no others."""
    place = folder / BUNDLE
    for name in ("manifest.json", *bundle.manifest.every):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle.folder / name, place / name)
    return place


def written(folder: Path, name: str, said: Mapping[str, str], template: str = "") -> None:
    """A file made of a template; every `$word` in it must be said."""
    source = resources.files(TEMPLATES).joinpath("templates", template or name)
    text = Template(source.read_text(encoding="utf-8")).substitute(said)
    (folder / name).write_text(text, encoding="utf-8")


def label(bundle: Bundle) -> str:
    """A bundle's name as DNS and image registries take it.

    >>> slug("House Price (2)", "4f1c")
    'house-price-2'
    """
    return slug(bundle.name, bundle.digest)


def slug(name: str, digest: str) -> str:
    """A name of small letters, digits and dashes; one that has none of them is called by its digest.

    >>> slug("风险", "4f1c0e9a77")
    'model-4f1c0e9a'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST].strip("-")
    return plain if plain and plain[0].isalpha() else f"model-{plain or digest[:8]}"


def image_of(bundle: Bundle, image: str) -> str:
    """The name of a container image: the one that is said, else that of the bundle, tagged by its digest.

    Raises:
        UsageError: it is no name of an image.
    """
    name = image or f"{label(bundle)}:{bundle.digest[:12]}"
    if not IMAGE.fullmatch(name):
        raise UsageError("is no name of an image", name[:100], "such as registry.example.com/risk:1")
    return name
