"""Reports as JSON, where a figure that is not defined, such as the ROC AUC of one class, is null."""

from __future__ import annotations

import dataclasses
import math
import typing
from functools import cache
from typing import Any

import msgspec

from modelyard.core import digest
from modelyard.core.report import Report

LATER = ("folds",)  # its last fields, which it has come to hold: a report without them keeps the digest of before


def decode(content: bytes) -> Report:
    """The report that was written as JSON.

    Raises:
        msgspec.MsgspecError: it is no report.
    """
    return msgspec.convert(_defined(msgspec.json.decode(content), Report), Report)


def lasting_digest(report: Report) -> str:
    """The SHA-256 of what a report says that lasts."""
    content = msgspec.json.encode(report.lasting, order="deterministic")
    for name in reversed(LATER):
        if getattr(report, name) is None:
            content = content.removesuffix(f',"{name}":null}}'.encode()) + b"}"
    return digest.of_bytes(content)


def _defined(value: Any, kind: Any) -> Any:  # noqa: ANN401 - whatever JSON holds, and the type that it is to become
    """The value with NaN for each null that stands where a number must."""
    if kind is float:
        return math.nan if value is None else value
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(value, dict):
        kinds = _kinds(kind)
        return {key: _defined(inner, kinds.get(key)) for key, inner in value.items()}
    inner_kinds = typing.get_args(kind)
    if typing.get_origin(kind) is tuple and isinstance(value, list):
        return [_defined(inner, inner_kinds[0]) for inner in value]
    for one in inner_kinds:  # a class or None
        if dataclasses.is_dataclass(one):
            return _defined(value, one)
    return value


@cache
def _kinds(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
