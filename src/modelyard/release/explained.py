"""Explanations as JSON: the same object from the command line and over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelyard.core.explaining import Explanation
    from modelyard.release.bundle import Bundle


def of_one(bundle: Bundle, told: Explanation, **place: Any) -> dict[str, Any]:  # noqa: ANN401 - which row it is
    """Why one row is answered as it is; `place` tells which row of many it was."""
    return {**_head(bundle, told), **place, **asdict(told[0]), "notes": list(told.notes)}


def of_many(bundle: Bundle, told: Explanation, *, each: bool) -> dict[str, Any]:
    """Why several rows are: what adds or takes most over them, and the reason of each where that is asked for.

    Reasons that add up to nothing over rows are told in any case.
    """
    whole = {**_head(bundle, told), "rows": len(told), "overall": told.overall, "notes": list(told.notes)}
    whole["importance"] = [asdict(one) for one in bundle.report.importance]
    return whole | {"reasons": [asdict(reason) for reason in told]} if each or not told.overall else whole


def _head(bundle: Bundle, told: Explanation) -> dict[str, Any]:
    return {"name": told.name, "digest": bundle.digest, "method": told.method}
