"""Whether what was learnt shows at all, judged beside the best answer that is blind to the rows.

The blind answer is the measured rows' own: the shares of their classes, or the mean of their values. So a model that
was shown as many rows of each class has to beat the class that is the commonest where it is measured. By a fair metric
no blind answer is better than this one but for luck; a model that is better by any such metric has learnt something,
as ROC AUC and log loss may show where accuracy does not. F1 is no judge: whoever guesses gains by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelyard.evaluate.pairs import Rows, gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.core.protocols import Metric
    from modelyard.core.report import Score
    from modelyard.core.types import Floats

JUDGE = "accuracy"  # by which a reader understands the blind answer best
FEW = 100  # rows, below which more of them may show what was learnt


def doubt(
    rows: Rows, answers: Floats, metrics: Mapping[str, Metric], scores: Sequence[Score], classes: Sequence[str]
) -> str:
    """Why nobody should build on these figures, in a sentence; empty where they show that something was learnt.

    `answers` [rows, outputs] as the metrics get them; `metrics` are those that judge, and `scores` what they gave on
    all rows. Without a judge, or with rows that are all alike, there is no doubt.
    """
    fair = {name: metric for name, metric in metrics.items() if metric.fair}
    if not fair or len(np.unique(rows.truth[rows.weight > 0])) < 2:
        return ""  # of rows that are all alike, nothing could show
    blind = _blind(rows, len(classes))
    whole = {score.metric: score for score in scores if score.slice is None}
    name = JUDGE if JUDGE in fair else next(iter(fair))
    best = f"always answering '{classes[int(blind[0].argmax())]}'" if classes else f"always answering {blind[0, 0]:.4g}"
    ours, theirs = whole[name], rows.figure(fair[name], blind)
    beside = f"{name} {ours.value:.3f} ({ours.low:.3f} to {ours.high:.3f}) against {theirs:.3f} for {best}"
    way_out = f"do not use it, or give it more examples{' and more test rows' if ours.rows < FEW else ''}"
    shown = next((each for each, metric in fair.items() if _gains(rows, metric, answers, blind)), None)
    if shown is None:
        return f"this model has learnt nothing that shows on these {ours.rows} rows: {beside}; {way_out}"
    if name == JUDGE and _gains(rows, fair[name], answers, blind, -1):
        only = f"that it has learnt something shows in its {shown} of {whole[shown].value:.3f} alone"
        return f"this model's answers are worse than {best}: {beside}; {only}; {way_out}"
    return ""


def _blind(rows: Rows, classes: int) -> Floats:
    """The same answer for every row, [rows, outputs]."""
    if classes:
        counts = np.bincount(rows.truth, weights=rows.weight, minlength=classes)
        answer = counts / counts.sum()
    else:
        answer = np.array([np.average(rows.truth, weights=rows.weight)])
    return np.tile(answer, (len(rows.truth), 1))


def _gains(rows: Rows, metric: Metric, answers: Floats, blind: Floats, sign: int = 1) -> bool:
    """Whether the answers are better than the blind ones (with `sign` -1: worse), and not by luck.

    Draws are made only where that may be.
    """
    ahead = sign * (rows.figure(metric, answers) - rows.figure(metric, blind))
    if not (ahead > 0 if metric.higher_is_better else ahead < 0):
        return False
    return gap(rows, metric, answers, blind).verdict == ("better" if sign > 0 else "worse")
