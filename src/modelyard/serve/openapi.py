"""The OpenAPI document of some bundles, made from their signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from modelyard.serve import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.release.bundle import Bundle

VERSION = "3.1.0"


def document(models: Mapping[str, Bundle]) -> dict[str, Any]:
    """All paths of a server of these models."""
    return {"openapi": VERSION, "info": {"title": "Modelyard", "version": "1"}, "paths": {}}
