"""The account of a book: a table for each data set, ranks, verdicts in pairs, and what we claim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from tabular.book import Book
from tabular.data import DATA
from tabular.job import is_ours

if TYPE_CHECKING:
    from collections.abc import Iterator


SLACK = 1.1  # a limit is kept within 10%, so "no more than its time" is read so
PARITY = 1e-4
JUDGED = ("balanced", "best")


@dataclass(frozen=True)
class Report:
    """What is told of a book on the `data` and `methods` that were asked for."""

    book: Book
    data: Sequence[str]
    methods: Sequence[str]

    def __str__(self) -> str:
        """All of it, as text."""
        told = [*(self._table(data) for data in self.data), self._ranking(), self._pairs(), self._claims()]
        return "\n\n".join(part for part in told if part)

    def _there(self, data: str) -> list[str]:
        return [method for method in self.methods if self.book.values(data, method, judged(data))]

    def _everywhere(self) -> list[str]:
        return [method for method in self.methods if all(method in self._there(data) for data in self.data)]

    def _table(self, data: str) -> str:
        scored = ["log_loss", "roc_auc", "ece"] if DATA[data].positive is not None else ["rmse"]
        head = f"{data:18}" + "".join(f"{name:>20}" for name in scored)
        lines = [f"{head}{'fit s':>9}{'one row ms':>12}{'rows/s':>12}{'seeds':>7}"]
        for method in sorted(self._there(data), key=lambda method: self.book.mean(data, method, judged(data))):
            scores = "".join(f"{self._score(data, method, name):>20}" for name in scored)
            seconds, one, speed = (
                self.book.mean(data, method, name) for name in ("fit_seconds", "latency_ms", "rows_per_second")
            )
            seeds = len(self.book.values(data, method, judged(data)))
            lines.append(f"{method:18}{scores}{seconds:9.1f}{one:12.3f}{speed:12,.0f}{seeds:7}")
        failed = [cell for cell in self.book.cells.values() if cell["data"] == data and "error" in cell]
        lines += [f"{cell['method']:18}failed with seed {cell['seed']}: {cell['error']}" for cell in failed]
        return "\n".join(lines)

    def _score(self, data: str, method: str, name: str) -> str:
        mean, error = self.book.mean(data, method, name), self.book.error(data, method, name)
        digits = 4 if DATA[data].positive is not None else 2 if mean < 1000 else 0
        return f"{mean:.{digits}f}" + ("" if math.isnan(error) else f" ± {error:.{digits}f}")

    def _ranking(self) -> str:
        methods = self._everywhere()
        if len(methods) < 2:
            return ""
        aside = [method for method in self.methods if method not in methods]
        lines = [f"{'mean rank':18}{'loss':>10}{'roc_auc':>10}{'fit s':>10}"]
        loss, auc = self.ranks(methods, "loss"), self.ranks(methods, "roc_auc")
        for method in sorted(methods, key=loss.__getitem__):
            area = f"{auc[method]:10.2f}" if auc else ""
            lines.append(f"{method:18}{loss[method]:10.2f}{area:>10}{self._seconds(method):10.1f}")
        if aside:
            lines.append(f"(not on all data sets, so without a rank: {', '.join(aside)})")
        return "\n".join(lines)

    def ranks(self, methods: Sequence[str], by: str) -> dict[str, float]:
        """The mean rank of each over the data sets: by log loss or RMSE (`loss`), or by ROC AUC of classes."""
        from scipy.stats import rankdata

        sets = [data for data in self.data if by == "loss" or DATA[data].positive is not None]
        if not sets:
            return {}
        ranked = [rankdata(self._means(data, methods, by)) for data in sets]
        return dict(zip(methods, np.mean(ranked, axis=0).tolist(), strict=True))

    def _means(self, data: str, methods: Sequence[str], by: str) -> list[float]:
        """Smaller is better; over the seeds that all the methods have."""
        sign, name = (1, judged(data)) if by == "loss" else (-1, by)
        found = [self.book.values(data, method, name) for method in methods]
        shared = set[int].intersection(*(set(each) for each in found))
        return [sign * sum(each[seed] for seed in shared) for each in found]

    def _seconds(self, method: str) -> float:
        return float(np.mean([self.book.mean(data, method, "fit_seconds") for data in self.data]))

    def _pairs(self) -> str:
        lines = []
        for ours in (method for method in JUDGED if method in self.methods):
            rivals = [method for method in self.methods if not is_ours(method)]
            found = [f"  {line}" for theirs in rivals for line in self._beside(ours, theirs)]
            head = f"{ours} beside each rival: difference in log loss or RMSE over the seeds ± 2 standard errors"
            lines += [head, *found] if found else []
        return "\n".join(lines)

    def _beside(self, ours: str, theirs: str) -> Iterator[str]:
        for data in self.data:
            gap, error = self.book.paired(data, ours, theirs, judged(data))
            if not math.isnan(gap):
                share = gap / self.book.mean(data, theirs, judged(data))
                size = "" if math.isnan(error) else f" ± {2 * error:.4g}"
                yield f"{theirs:18}{data:13}{verdict(gap, error):9}{gap:+.4g}{size} ({share:+.1%})"

    def _claims(self) -> str:
        found = [*self._best_rank(), *self._beside_autogluon(), *self._calibrated(), *self._fast(), *self._exact()]
        return "\n".join(["what is claimed:", *(f"  {line}" for line in found)]) if found else ""

    def _best_rank(self) -> Iterator[str]:
        everywhere = self._everywhere()
        if "balanced" not in everywhere:
            return
        limit = SLACK * self._seconds("balanced")
        peers = [method for method in everywhere if self._seconds(method) <= limit]
        ranks = self.ranks(peers, "loss")
        told = ", ".join(f"{method} {ranks[method]:.2f}" for method in sorted(peers, key=ranks.__getitem__))
        holds = ranks["balanced"] <= min(ranks.values())
        yield f"{_yes(holds)} balanced has the best mean rank of those that need no more than its time: {told}"

    def _beside_autogluon(self) -> Iterator[str]:
        for theirs, data in product(("autogluon_best", "autogluon_static"), self.data):
            gap, error = self.book.paired(data, "best", theirs, judged(data))
            if not math.isnan(gap):
                found = verdict(gap, error)
                yield f"{_yes(found != 'worse')} best beside {theirs} at an equal limit on {data}: {found}"

    def _calibrated(self) -> Iterator[str]:
        for data in (data for data in self.data if DATA[data].positive is not None):
            for ours in JUDGED:
                gap, error = self.book.paired(data, ours, "catboost", "ece")
                if not math.isnan(gap):
                    size = "" if math.isnan(error) else f" ± {2 * error:.4f}"
                    yield f"{_yes(gap <= 0)} calibration error of {ours} beside CatBoost's on {data}: {gap:+.4f}{size}"

    def _fast(self) -> Iterator[str]:
        for data in self.data:
            one = self.book.mean(data, "balanced", "latency_ms")
            many = self.book.mean(data, "balanced", "rows_per_second")
            if not math.isnan(one):
                yield f"{_yes(one < 1)} a row under 1 ms with balanced on {data}: {one:.2f} ms"
                told = f"{1e6 / many:.1f} s, at the pace of fewer"
                yield f"{_yes(many > 1e5)} 1,000,000 rows under 10 s with balanced on {data}: {told}"

    def _exact(self) -> Iterator[str]:
        for ours in (method for method in self.methods if is_ours(method)):
            found = [v for data in self.data for v in self.book.values(data, ours, "parity").values()]
            if found:
                yield f"{_yes(max(found) <= PARITY)} graphs of {ours} answer as their models: {max(found):.1e} at most"


def judged(data: str) -> str:
    """The score that decides: it is smaller where it is better."""
    return "log_loss" if DATA[data].positive is not None else "rmse"


def verdict(gap: float, error: float) -> str:
    """Of ours less theirs: noise where it is within two standard errors of nothing."""
    if math.isnan(error):
        return "one seed"
    if abs(gap) <= 2 * error:
        return "noise"
    return "better" if gap < 0 else "worse"


def _yes(holds: bool) -> str:  # noqa: FBT001 - the word for it
    return "yes" if holds else "NO "
