"""MLflow's scoring server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard.serve import media
from modelyard.serve.describing.common import (
    ASKING,
    OPEN,
    Schema,
    asking,
    content,
    list_of,
    object_of,
    operation,
    ref,
)
from modelyard.serve.exchanges.mlflow import FORMS, PARAMS

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.serve.settings import Settings

TEXT = {"type": "string"}
PLAIN = "text/plain"


def server() -> dict[str, Any]:
    """The paths that are of no model."""
    line = content(TEXT, media=PLAIN)
    return {
        "/ping": {"get": operation("Every model answers", "/readyz", line, ("503",))},
        "/health": {"get": operation("Every model answers", "/readyz", line, ("503",))},
        "/version": {"get": operation("The version of this server", "version", line, OPEN)},
    }


def schemas(bundle: Bundle, suffix: str) -> dict[str, Any]:
    """A request in each of its forms."""
    known = {"enum": list(bundle.signature.known)}
    split = object_of(
        {"columns": list_of(known), "data": list_of({"type": "array"}), "index": {}}, "index", closed=True
    )
    rows: Schema = list_of(ref(f"Record{suffix}"))
    instances: Schema = rows if len(bundle.signature.features) > 1 else {"type": "array"}
    columns: Schema = {"type": "object", "propertyNames": known, "minProperties": 1}
    forms = {
        "dataframe_split": split,
        "dataframe_records": instances,
        "instances": instances,
        "inputs": {"anyOf": [columns, instances]},
    }
    params = {"type": ["object", "null"], "maxProperties": 0}
    told = [object_of({form: forms[form], PARAMS: params}, PARAMS, closed=True) for form in FORMS]
    return {f"Invocation{suffix}": {"oneOf": told}}


def paths(name: str, bundle: Bundle, suffix: str, settings: Settings) -> dict[str, Any]:  # noqa: ARG001 - one contract
    """The model's own path."""
    answers = object_of({"predictions": list_of(ref(f"Answer{suffix}"))})
    told = operation(f"Ask {name} as MLflow is asked", "mlflow", content(answers), ASKING, headers=True)
    example = {"dataframe_records": [bundle.example]}
    body = content(ref(f"Invocation{suffix}"), example) | content(TEXT, _csv(bundle), media=media.CSV)
    return {f"/models/{quote(name)}/invocations": asking(body, told)}


def _csv(bundle: Bundle) -> str:
    """The bundle's own example as CSV."""
    import csv
    import io

    written = io.StringIO()
    names = [column.name for column in bundle.signature.features]
    said = ["" if (value := bundle.example.get(name)) is None else value for name in names]
    csv.writer(written).writerows([names, said])
    return written.getvalue()
