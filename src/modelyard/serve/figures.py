"""The figures of a release while it answers: cheap to note on the way of a request, counted by the thousand."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from modelyard.core.decisions import decide
from modelyard.serve.counts import Counts

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.serve.exchange import Answered

PENDING = 512  # rows whose answers wait to be counted together
ALIKE = 0.01  # numbers agree that differ by at most so much of the larger one


class Figures:
    """What a bundle has done under one name; they outlive it, and do not keep it in memory."""

    def __init__(self, bundle: Bundle) -> None:
        """Nothing yet."""
        self.digest, self.names, self.decision = bundle.digest, bundle.names, bundle.decision
        self.counts = Counts()
        self._pending: list[Answered] = []
        self._waiting = 0
        self._lock = Lock()

    def answered(self, seconds: float, answered: Answered | None) -> None:
        """A request was answered; `answered` is none where it held no rows."""
        with self._lock:
            self.counts.answered(seconds)
            if answered is not None:
                self._pending.append(answered)
                self._waiting += len(answered.outputs)
                if self._waiting >= PENDING:
                    self._settle()

    def refused(self) -> None:
        """A request was not what the schema says."""
        self.counts.refused += 1

    def failed(self) -> None:
        """A request was not answered, and it was not the client's fault."""
        self.counts.failed += 1

    def dropped(self) -> None:
        """A request was not copied, as what came before it was still waiting."""
        self.counts.dropped += 1

    def compare(self, mine: Answered, theirs: Answered, other: Bundle) -> None:
        """Count the rows that were answered as another bundle answered them."""
        alike = self._alike(mine, theirs, other)
        with self._lock:
            self.counts.compared += len(mine.outputs)
            self.counts.agreed += alike

    def state(self) -> Counts:
        """A copy of the counts as they are now."""
        with self._lock:
            self._settle()
            return self.counts.copy()

    def _settle(self) -> None:
        pending, self._pending, self._waiting = self._pending, [], 0
        if not pending:
            return
        outputs = np.concatenate([each.outputs for each in pending])
        self.counts.rows += len(outputs)
        if not self.names:
            self.counts.total += float(outputs[:, 0].sum(dtype=np.float64))
            return
        known = [each.groups for each in pending if each.groups is not None]
        chosen = decide(outputs, self.decision, np.concatenate(known) if known else None)
        for name, count in zip(self.names, np.bincount(chosen, minlength=len(self.names)), strict=True):
            self.counts.classes[name] = self.counts.classes.get(name, 0) + int(count)

    def _alike(self, mine: Answered, theirs: Answered, other: Bundle) -> int:
        """Rows of the same class, each by its own bundle's decision, or of nearly the same number."""
        if self.names:
            chosen = decide(mine.outputs, self.decision, mine.groups)
            return int((chosen == decide(theirs.outputs, other.decision, theirs.groups)).sum())
        ours, others = (each.outputs[:, 0].astype(np.float64) for each in (mine, theirs))
        return int((abs(ours - others) <= ALIKE * np.maximum(abs(ours), abs(others))).sum())
