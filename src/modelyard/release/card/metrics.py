"""What a metric is called by people, and what it says, in one sentence of English that `Words` puts into others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "accuracy": "the share of answers that are right",
    "average_precision": "how pure what it finds is, over all thresholds: 1 is best",
    "balanced_accuracy": "the share of answers that are right, each class counting the same",
    "brier": "how far the probabilities lie from what came true, squared: 0 is best",
    "coverage": "the share of rows whose truth lies within the interval",
    "ece": "how far probabilities lie from the shares that came true: 0 is best",
    "expected_cost": "what a row costs in the mean, by the prices of mistakes",
    "f1": "the harmonic mean of precision and recall: 1 is best",
    "false_negative_rate": "the share of positive rows that it misses",
    "true_negative_rate": "the share of negative rows that it lets pass",
    "false_positive_rate": "the share of negative rows that are taken for positive ones",
    "interval_width": "how wide the intervals are in the mean",
    "log_loss": "how surprised it is by the truth, in nats: 0 is best",
    "mae": "how far an answer lies from the truth in the mean",
    "precision": "the share of its positive answers that are right",
    "r2": "the share of the target's variance that it explains: 1 is best",
    "recall": "the share of positive rows that it finds",
    "rmse": "how far an answer lies from the truth, large mistakes counting more",
    "roc_auc": "how often a positive row gets the higher probability of two: 1 is best, 0.5 is chance",
    "selection_rate": "the share of rows that it answers with the positive class",
    "true_positive_rate": "the share of positive rows that it finds",
    "equalized_odds": "the larger of two gaps: of true and of false positive rates",
}


def meaning(metric: str) -> str:
    """The sentence; nothing for a metric that is not known here."""
    return MEANINGS.get(metric, "")
