"""What is found in a table before anything is learnt from it: how bad it is, how that is known, what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.core.types import Json  # noqa: TC004 - for the type checker alone


class Severity(StrEnum):
    """How bad it is: a model learnt from it would mislead; it may be worse for it; it is worth knowing."""

    SEVERE = "severe"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """Something found in rows.

    `finding` is a stable word for its sort, such as `leakage`; `problem` a sentence without any value of a row;
    `columns` what it is about; `evidence` figures and row numbers (the source's first being 1) that show it; `remedy`
    the recipe's lines, as YAML, that mend it, or empty where only the rows can be mended, and then `hint` tells how.
    """

    finding: str
    severity: Severity
    problem: str
    columns: tuple[str, ...] = ()
    evidence: Mapping[str, Json] = field(default_factory=dict)
    remedy: str = ""
    hint: str = ""
