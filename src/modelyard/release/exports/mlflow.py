"""A folder that `mlflow models serve` and `mlflow.pyfunc.load_model` run."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

import yaml

from modelyard.core.registry import part
from modelyard.core.types import Column, Kind
from modelyard.release.exporting import BUNDLE, VERSION, Export, copied

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.bundle import Bundle

LOADER = "modelyard.release.pyfunc"
NEEDS = "mlflow>=3"
# A time is any: MLflow's datetime takes no text in Python and no offset over HTTP, its string takes no datetime.
TYPES = {Kind.NUMBER: "double", Kind.BOOLEAN: "boolean", Kind.TEXT: "string", Kind.IMAGE: "any", Kind.TIME: "any"}
STORED = {"integer": "long", "float": "double", "boolean": "boolean"}  # how a source held categories and identifiers


@part
class Mlflow(Export):
    """MLflow's python_function: the bundle, a signature, an input example and what to install; no pickle, no torch."""

    def __call__(self, bundle: Bundle, folder: Path) -> None:
        """Write `MLmodel` and what it names."""
        copied(bundle, folder)
        packages = [NEEDS, f"modelyard=={VERSION}"]
        python = platform.python_version()
        columns, values = list(bundle.example), list(bundle.example.values())
        split = {"columns": columns, "data": [values]}
        files: dict[str, Any] = {
            "input_example.json": split,
            "serving_input_example.json": {"dataframe_split": split},
            "python_env.yaml": {
                "python": python,
                "build_dependencies": ["pip"],
                "dependencies": ["-r requirements.txt"],
            },
            "conda.yaml": {
                "name": "mlflow-env",
                "channels": ["conda-forge"],
                "dependencies": [f"python={python}", "pip", {"pip": packages}],
            },
            "MLmodel": _described(bundle, python),
        }
        for name, content in files.items():
            told = json.dumps(content, ensure_ascii=False) if name.endswith(".json") else _yaml(content)
            (folder / name).write_text(told, encoding="utf-8")
        (folder / "requirements.txt").write_text("\n".join(packages) + "\n", encoding="utf-8")


def _described(bundle: Bundle, python: str) -> dict[str, Any]:
    inputs = [_input(bundle.signature.asked[name]) for name in bundle.signature.known if name in bundle.signature.asked]
    return {
        "flavors": {
            "python_function": {
                "loader_module": LOADER,
                "data": BUNDLE,
                "python_version": python,
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
            }
        },
        "model_uuid": bundle.digest[:32],
        "utc_time_created": bundle.manifest.built.at[:19].replace("T", " "),
        "saved_input_example_info": {
            "artifact_path": "input_example.json",
            "serving_input_path": "serving_input_example.json",
            "type": "dataframe",
            "pandas_orient": "split",
        },
        "signature": {
            "inputs": json.dumps(inputs, ensure_ascii=False),
            "outputs": json.dumps(_outputs(bundle), ensure_ascii=False),
            "params": None,
        },
        "metadata": {"modelyard": {"name": bundle.name, "digest": bundle.digest, "version": VERSION}},
    }


def _input(column: Column) -> dict[str, Any]:
    """A column as MLflow's `infer_signature` has it: whole numbers are long, or double where they may be missing."""
    kind = TYPES.get(column.kind) or STORED.get(column.storage, "string")
    if column.storage == "integer" and kind in {"long", "double"}:
        kind = "double" if column.nullable else "long"
    return {"type": kind, "name": column.name, "required": not column.nullable}


def _outputs(bundle: Bundle) -> list[dict[str, Any]]:
    if not bundle.names:
        return [{"type": "double", "name": name, "required": True} for name in bundle.numbers]
    label = bundle.labels[0]
    kind = "boolean" if isinstance(label, bool) else {int: "long", float: "double"}.get(type(label), "string")
    shares = {name: {"type": "double", "required": True} for name in bundle.names}
    return [
        {"type": kind, "name": "prediction", "required": True},
        {"type": "object", "name": "probabilities", "properties": shares, "required": True},
    ]


def _yaml(content: dict[str, Any]) -> str:
    told: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    return told
