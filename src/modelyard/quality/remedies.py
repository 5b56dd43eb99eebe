"""The lines of a recipe that mend what was found, as YAML that is copied into it whatever a column is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from modelyard.core.types import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.types import Kind

WIDE = 10_000  # so that no line is broken


def lines(said: Mapping[str, Any]) -> str:
    """A piece of a recipe, the innermost on one line.

    >>> print(lines({"columns": {"fee: all": {"role": "ignore"}}}))
    columns:
      'fee: all': {role: ignore}
    """
    return yaml.safe_dump(dict(said), default_flow_style=None, sort_keys=False, allow_unicode=True, width=WIDE).rstrip()


def ignore(*names: str) -> str:
    """Leave columns out."""
    return lines({"columns": {name: {"role": str(Role.IGNORE)} for name in names}})


def clean(name: str, *cleaners: str | Mapping[str, Any]) -> str:
    """Mend a column's written values."""
    given = [one if isinstance(one, str) else dict(one) for one in cleaners]
    return lines({"columns": {name: {"clean": given}}})


def read_as(name: str, kind: Kind) -> str:
    """Read a column as another kind."""
    return lines({"columns": {name: {"kind": str(kind)}}})


def encode(name: str, encoder: str) -> str:
    """Let a column be read by another encoder."""
    return lines({"columns": {name: {"encoder": encoder}}})


def split(by: str, column: str) -> str:
    """Deal rows out by a column."""
    return lines({"split": {"by": by, "column": column}})


def prepare(step: str, *columns: str, **settings: object) -> str:
    """A step between values and encoders."""
    return lines({"prepare": [{"step": step, "columns": list(columns), **settings}]})
