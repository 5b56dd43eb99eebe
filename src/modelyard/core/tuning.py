"""What of a model's settings may be tuned, and over what."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

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


@dataclass(frozen=True)
class Effort:
    """How much a search may do.

    It has `seconds` in all, tries `models` in turn, judges each by `folds` folds, and tunes for `trials` more. Of each
    model that it keeps, `copies` answer together, each fitted with other rows held out; as many as there are folds are
    those that judged it, fewer are fitted anew on nine tenths of all rows. A microsecond of a core more for
    each row must be worth a share `price` of the loss, and all members' microseconds are at most `work`.
    """

    seconds: float
    models: tuple[str, ...]
    folds: int
    trials: int
    members: int  # models that an ensemble holds at most
    copies: int
    price: float
    work: float = math.inf


@dataclass(frozen=True)
class Candidate:
    """A line of a search's leaderboard: what was tried, how well it answered rows that it had not seen, its price.

    `loss` is the `measure` (log_loss, rmse, ...) of answers to held-out rows, with its 95% interval; `latency` is
    milliseconds for one row through its graph, `size` the graph's bytes. What was `skipped` says why.
    """

    name: str
    settings: dict[str, Any]
    measure: str = ""
    loss: float | None = None
    low: float | None = None
    high: float | None = None
    seconds: float = 0.0  # of all its fits
    latency: float | None = None
    size: int | None = None
    weight: float = 0.0  # in the ensemble
    skipped: str = ""
