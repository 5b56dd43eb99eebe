"""What of a model's settings may be tuned, and over what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from modelyard.core.types import Json

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both within it; `log` where factors matter rather than differences."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Options:
    """One of a few values."""

    values: tuple[Json, ...]


Space: TypeAlias = "Mapping[str, Range | Options]"  # by the setting's name
