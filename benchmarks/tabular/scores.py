"""How good answers are: the same functions for every method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tabular.job import Floats

BINS = 15
CLIP = 1e-7  # of a probability: what float32 can tell from 0 and 1


def scores(truth: Floats, answers: Floats, *, classifies: bool) -> dict[str, float]:
    """Of answers [rows] to truths [rows]: log loss, ROC AUC and calibration error of probabilities, or RMSE."""
    if not classifies:
        return {"rmse": float(np.sqrt(np.mean((truth - answers) ** 2)))}
    from sklearn.metrics import log_loss, roc_auc_score

    likely = np.clip(answers.astype(np.float64), CLIP, 1 - CLIP)
    return {
        "log_loss": float(log_loss(truth, likely)),
        "roc_auc": float(roc_auc_score(truth, answers)),
        "ece": calibration_error(truth, answers),
    }


def calibration_error(truth: Floats, answers: Floats) -> float:
    """Expected calibration error over bins of equal mass (Naeini 2015, eq. 3; Nguyen & O'Connor 2015 for the bins)."""
    order = np.argsort(answers, kind="stable")
    bins = [rows for rows in np.array_split(order, BINS) if len(rows)]
    gaps = [len(rows) * abs(float(answers[rows].mean() - truth[rows].mean())) for rows in bins]
    return sum(gaps) / len(truth)
