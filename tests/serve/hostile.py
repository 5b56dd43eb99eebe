"""Requests that schemathesis makes up from the OpenAPI document, and what no answer may be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case

# A body that fits the schema may yet be refused: no schema says that tensors are of one length, or what a date is.
LEFT_OUT = {"positive_data_acceptance"}


def operations(url: str) -> list[Any]:
    """Every operation of the document of a running server."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    return [found.ok() for found in schema.get_all_operations()]
