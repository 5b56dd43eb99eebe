"""How right each release was, as far as clients have told by feedback."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.release.ledger.truths import Known
    from modelyard.release.yard import Yard

log = logging.getLogger("modelyard.serve")
FRESH = 5.0  # seconds for which figures are told again without asking the database
NATIVE = "native"  # the protocol whose answers are read; others may leave out what was decided
Figures = dict[str, dict[str, Any]]


class Truths:
    """Reads them from the log of a yard, and keeps them for a while."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._kept: dict[str, tuple[float, Figures | None]] = {}

    def of(self, yard: Yard, name: str) -> Figures | None:
        """By release: how many truths are known, and how right its answers were; none where the yard is gone."""
        when, told = self._kept.get(name, (0.0, None))
        if not when or time.monotonic() > when + FRESH:
            told = _read(yard, name)
            self._kept[name] = (time.monotonic(), told)
        return told


def _read(yard: Yard, name: str) -> Figures | None:
    from modelyard.release.ledger import truths  # SQLAlchemy

    try:
        with yard.database.reading() as connection:
            return judged(truths.known(connection, name))
    except Exception as error:  # noqa: BLE001 - drivers raise what they like, and the page is told without truths
        log.warning("truths cannot be read: %s", type(error).__name__)
        return None


def judged(rows: Iterable[Known]) -> Figures:
    """`known` truths; `accuracy`, the share of right classes, or `mean_error`, the mean distance of numbers."""
    sums: dict[str, dict[str, float]] = {}
    for known in rows:
        said = prediction(known)
        if said is None:
            continue
        of = sums.setdefault(known.release, {"known": 0, "right": 0, "distance": 0.0, "numbers": 0})
        of["known"] += 1
        if isinstance(said, float) and isinstance(known.truth, (int, float)) and not isinstance(known.truth, bool):
            of["numbers"] += 1
            of["distance"] += abs(said - known.truth)
        of["right"] += said == known.truth
    return {release: _told(of) for release, of in sums.items()}


def prediction(known: Known) -> Any:  # noqa: ANN401 - a class or a number
    """What a row was answered with; none where that cannot be told."""
    body = known.body
    if known.exchange != NATIVE or not isinstance(body, dict):
        return None
    body = body.get("answered", body)
    records = body.get("predictions", [body])
    return records[known.row].get("prediction") if known.row < len(records) else None


def _told(of: dict[str, float]) -> dict[str, Any]:
    many = of["known"]
    if of["numbers"] == many:
        return {"known": int(many), "accuracy": None, "mean_error": of["distance"] / many}
    return {"known": int(many), "accuracy": of["right"] / many, "mean_error": None}
