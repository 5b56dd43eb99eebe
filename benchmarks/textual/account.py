"""The table of what each method reached, with intervals over the test rows and the seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from textual.methods import BASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tabular.book import Book

DRAWS = 2000
BARS = {"en": 3.0, "zh": 2.0}  # points of accuracy that the best of ours is to lead by
LANGUAGES = {"en": "English food reviews", "zh": "Chinese shopping reviews"}


def told(book: Book, data: str, methods: Sequence[str]) -> str:
    """Lines for one corpus: every method, and the best beside TF-IDF."""
    found = [method for method in methods if book.values(data, method, "accuracy")]
    lines = [f"\n{LANGUAGES[data]}: mean over the seeds, accuracy with its 95% interval over the test rows", ""]
    lines += [
        "| method | accuracy | 95% | macro F1 | seeds | fit s | MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for method in found:
        low, high = _interval(_right(book, data, method))
        seeds = len(book.values(data, method, "accuracy"))
        lines.append(
            f"| {method} | {book.mean(data, method, 'accuracy'):.4f} | {low:.3f} to {high:.3f} "
            f"| {book.mean(data, method, 'macro_f1'):.4f} | {seeds} | {book.mean(data, method, 'seconds'):.0f} "
            f"| {book.mean(data, method, 'mb'):.1f} |"
        )
    ours = [method for method in found if method != BASE]
    if ours and BASE in found:
        best = max(ours, key=lambda method: book.mean(data, method, "accuracy"))
        gaps = 100 * (_right(book, data, best) - _right(book, data, BASE))
        low, high = _interval(gaps)
        verdict = "reached" if gaps.mean() >= BARS[data] else "MISSED"
        lines.append(
            f"\nthe best of ours, {best}, less TF-IDF: {gaps.mean():+.2f} points ({low:+.2f} to {high:+.2f}); "
            f"the bar of {BARS[data]:g} is {verdict}"
        )
    return "\n".join(lines)


def _right(book: Book, data: str, method: str) -> npt.NDArray[np.float64]:
    """How often each test row was answered rightly, over the seeds: [rows]."""
    cells = [cell for cell in book.cells.values() if (cell["data"], cell["method"]) == (data, method)]
    right = [[int(each) for each in cell["right"]] for cell in cells if "right" in cell]
    return np.asarray(np.mean(right, axis=0), dtype=np.float64)


def _interval(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Of the mean, by drawing rows anew (the bootstrap's percentiles)."""
    random = np.random.default_rng(0)
    drawn = [values[random.integers(0, len(values), len(values))].mean() for _ in range(DRAWS)]
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))
