"""What a bundle is made of, so that one altered byte is found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from modelyard.core import digest
from modelyard.core.errors import BundleError
from modelyard.core.tuning import Candidate
from modelyard.core.types import Task
from modelyard.core.worth import Alternative

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
FILE, REPORT = "manifest.json", "report.json"


@dataclass(frozen=True)
class Built:
    """When and with what a bundle was built: facts of one machine and one day, outside the digest.

    `leaderboard` is what a search tried, seconds and milliseconds included; `alternatives` are the models that the
    recipe's own was compared with. `files` are the digests of files that tell such facts.
    """

    at: str = ""
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    leaderboard: tuple[Candidate, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """`digest` is over all that decides the answers; `checksum` is over the manifest, `built` included.

    `report` is the digest of what the report says that lasts: the file holds facts of one day too.
    """

    format: int
    name: str
    task: Task
    recipe_digest: str
    data_digest: str
    files: dict[str, str]
    report: str = ""
    weights: str = ""
    digest: str = ""
    built: Built = Built()
    checksum: str = ""

    @property
    def every(self) -> dict[str, str]:
        """The digest of every file beside the manifest, those that enter no digest of the bundle too."""
        return dict(sorted({**self.built.files, **self.files}.items()))

    def sealed(self) -> Manifest:
        """With both digests put in."""
        data = [self.recipe_digest, self.data_digest]
        facts = [self.format, self.name, self.task, *data, self.files, self.report, self.weights]
        whole = replace(self, digest=digest.of_json(facts), checksum="")
        return replace(whole, checksum=digest.of_json(whole))

    def to_json(self) -> bytes:
        """The one way that it is written."""
        return msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=2) + b"\n"


def read(folder: Path) -> Manifest:
    """The manifest of a bundle, checked against itself.

    Raises:
        BundleError: there is none, it is altered, or a newer Modelyard wrote it.
    """
    try:
        content = (folder / FILE).read_bytes()
    except FileNotFoundError as error:
        hint = "a bundle is a folder with a manifest.json, as `modelyard train` writes it"
        raise BundleError(
            "is no bundle: it has no manifest.json" if folder.is_dir() else "no such bundle", str(folder), hint
        ) from error
    except OSError as error:
        raise BundleError(f"cannot be read: {error.strerror}", str(folder)) from error
    _check_format(content, folder)
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise altered(folder, FILE) from error
    if manifest.to_json() != content or manifest.sealed() != manifest:
        raise altered(folder, FILE)
    return manifest


def contents(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """Every file that decides the answers, and the report, read once and checked; every other file is checked too.

    Raises:
        BundleError: a file is missing or not what the manifest says; all of them at once.
    """
    found: dict[str, bytes] = {}
    wrong: list[BundleError] = []
    for name, expected in manifest.every.items():
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            raise BundleError("names a file outside the bundle", f"{folder}/{FILE}", "do not use this bundle")
        try:
            found[name] = place.read_bytes()
        except OSError:
            wrong.append(
                BundleError("is missing", f"{folder}/{name}", "the bundle was cut short: copy or train it again")
            )
            continue
        if digest.of_bytes(found[name]) != expected:
            wrong.append(altered(folder, name))
    if wrong:
        raise BundleError.of([problem for error in wrong for problem in error.problems])
    return {name: found[name] for name in found if name in manifest.files or name == REPORT}  # none else decides


def altered(folder: Path, name: str) -> BundleError:
    """The error for a file that is not what was packed."""
    hint = "the file was altered or cut short after packing: copy the bundle again, or train again"
    return BundleError("is not what was packed", f"{folder}/{name}", hint)


def _check_format(content: bytes, folder: Path) -> None:
    class Head(msgspec.Struct):
        format: int

    try:
        made = msgspec.json.decode(content, type=Head).format
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise altered(folder, FILE) from error
    if made > FORMAT:
        problem = f"was made in format {made}, and this Modelyard reads up to {FORMAT}"
        raise BundleError(problem, str(folder), "pip install --upgrade modelyard")
