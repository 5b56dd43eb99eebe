"""LightGBM's rounds: until the valid rows gain no more, or the time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lightgbm as lgb
import numpy as np

from modelyard.core import deadline, events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lightgbm.callback import CallbackEnv

    from modelyard.core.types import Floats

FEW = 20_000  # rows below which a second thread costs more than it brings; from there on all that OpenMP has
TOLD = 10  # rounds between two steps that are told
# The same trees for the same seed: what LightGBM would choose by timing is said. A missing value is a column of its own
# (`number` flags it), so no value is special to the trees.
STEADY: Mapping[str, Any] = {
    "deterministic": True,
    "force_col_wise": True,
    "use_missing": False,
    "verbosity": -1,
}


def dataset(
    matrix: Floats, target: Floats, weight: Floats | None, categories: Sequence[int], like: lgb.Dataset | None = None
) -> lgb.Dataset:
    """Rows for LightGBM, which bins them and lets the matrix go; those of `like` have the same bins."""
    return lgb.Dataset(
        matrix,
        label=target.astype(np.float32),
        weight=None if weight is None else weight / (weight.mean() or 1.0),  # so that a weight of one is the usual
        categorical_feature=list(categories),
        reference=like,
        params={**STEADY, "feature_pre_filter": False, "num_threads": 1 if len(matrix) < FEW else 0},
    )


def boost(
    settings: Mapping[str, Any], rounds: int, patience: int, train: lgb.Dataset, valid: lgb.Dataset
) -> lgb.Booster:
    """At most `rounds`; the best of them by `valid`, once `patience` more have not been better."""
    watch: Any = _Watch(rounds, patience)
    threads = {"num_threads": (train.params or {})["num_threads"]}
    return lgb.train({**STEADY, **settings, **threads}, train, rounds, valid_sets=[valid], callbacks=[watch])


class _Watch:
    """Ends the rounds, and tells of them."""

    order = 30  # LightGBM's place for what may stop it
    before_iteration = False

    def __init__(self, rounds: int, patience: int) -> None:
        self.rounds, self.patience = rounds, patience
        self.best, self.least = 0, np.inf

    def __call__(self, env: CallbackEnv) -> None:
        results: Any = env.evaluation_result_list
        loss, done = results[0].metric_value, env.iteration + 1
        if loss < self.least:
            self.best, self.least = env.iteration, loss
        over = done - self.best > self.patience or done == self.rounds or deadline.passed()
        if over or done % TOLD == 0:
            events.step("boosting", self.rounds if over else done, self.rounds, f"valid loss {self.least:.4f}")
        if over:
            raise lgb.callback.EarlyStopException(self.best, results)
