"""The rivals, each as a careful user would run it: categories as categories, a valid part where it stops early."""

from __future__ import annotations

import tempfile
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # noqa: TID251 - what the rivals read

from tabular.job import Fitted, preload

if TYPE_CHECKING:
    from collections.abc import Callable

    from tabular.job import Floats, Job

    Predict = Callable[[pd.DataFrame], Floats]
    Fit = Callable[[pd.DataFrame, "pd.Series[Any]"], Predict]

VALID = 0.2  # of the training rows, for those that stop early
ROUNDS = 5000  # trees at most
PATIENCE = 100  # trees without gain
SINGLE = 50  # rows that are asked for singly


def fit(job: Job) -> Fitted:
    """Fit a rival; its imports are over before the clock starts."""
    learn = METHODS[job.method](job)
    train, test = (_frame(file, job.dates) for file in (job.train, job.test))
    target = train.pop(job.target)
    test = test.drop(columns=job.target)
    if job.positive is not None:
        target = (target == job.positive).astype(int)
    started = time.perf_counter()
    predict = learn(train, target)
    seconds = time.perf_counter() - started
    one = [test.iloc[[row]] for row in range(min(SINGLE, len(test)))]

    def repeated(rows: int) -> pd.DataFrame:
        return test.iloc[np.resize(np.arange(len(test)), rows)].reset_index(drop=True)

    return Fitted(predict, test, one, repeated, seconds)


def linear(job: Job) -> Fit:
    """Logistic regression, or ridge regression whose penalty is chosen by leaving one out."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    def learn(rows: pd.DataFrame, target: pd.Series[Any]) -> Predict:
        prepare = _Prepare(rows, job.dates)
        names = [name for name in prepare.columns if name not in prepare.levels]
        numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
        words = OneHotEncoder(handle_unknown="ignore")  # what is missing is a level
        encode = make_column_transformer((numbers, names), (words, list(prepare.levels)))
        model = LogisticRegression(max_iter=1000) if job.positive is not None else RidgeCV(np.logspace(-3, 3, 13))
        return _answering(make_pipeline(encode, model).fit(prepare(rows), target), prepare, job)

    return learn


def hist_boosting(job: Job) -> Fit:
    """scikit-learn's HistGradientBoosting with its own early stopping and native categories."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    def learn(rows: pd.DataFrame, target: pd.Series[Any]) -> Predict:
        prepare = _Prepare(rows, job.dates)
        kind = HistGradientBoostingClassifier if job.positive is not None else HistGradientBoostingRegressor
        model = kind(max_iter=1000, early_stopping=True, validation_fraction=VALID, random_state=job.seed)
        return _answering(model.fit(prepare(rows), target), prepare, job)

    return learn


def lightgbm(job: Job) -> Fit:
    """LightGBM with a slower rate than its default, native categories and early stopping."""
    import lightgbm as lgb

    def learn(rows: pd.DataFrame, target: pd.Series[Any]) -> Predict:
        prepare = _Prepare(rows, job.dates)
        kind = lgb.LGBMClassifier if job.positive is not None else lgb.LGBMRegressor
        model = kind(n_estimators=ROUNDS, learning_rate=0.05, n_jobs=job.threads, random_state=job.seed, verbosity=-1)
        left, held, y_left, y_held = _held_out(prepare(rows), target, job)
        stop = lgb.early_stopping(PATIENCE, verbose=False)
        return _answering(model.fit(left, y_left, eval_set=[(held, y_held)], callbacks=[stop]), prepare, job)

    return learn


def catboost(job: Job) -> Fit:
    """CatBoost's defaults with its native categories and early stopping."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    def learn(rows: pd.DataFrame, target: pd.Series[Any]) -> Predict:
        prepare = _Prepare(rows, job.dates, words=True)
        kind = CatBoostClassifier if job.positive is not None else CatBoostRegressor
        given = {"thread_count": job.threads, "random_seed": job.seed, "verbose": False, "allow_writing_files": False}
        model = kind(cat_features=list(prepare.levels), early_stopping_rounds=PATIENCE, **given)
        left, held, y_left, y_held = _held_out(prepare(rows), target, job)
        return _answering(model.fit(left, y_left, eval_set=(held, y_held)), prepare, job)

    return learn


def autogluon(preset: str, **settings: Any) -> Callable[[Job], Fit]:  # noqa: ANN401 - AutoGluon's own
    """AutoGluon's preset within the limit, told what it is measured by."""

    def prepared(job: Job) -> Fit:
        from autogluon.tabular import TabularPredictor

        preload("torch", "catboost", "lightgbm", "xgboost", "sklearn.ensemble", "fastai.tabular.all")
        given = {"presets": preset, "time_limit": job.limit, "num_cpus": job.threads, **settings}

        def learn(rows: pd.DataFrame, target: pd.Series[Any]) -> Predict:
            kind, metric = ("binary", "log_loss") if job.positive is not None else ("regression", "rmse")
            folder = tempfile.mkdtemp(prefix="autogluon-")
            model = TabularPredictor("answer", kind, metric, path=folder, verbosity=0)
            model.fit(rows.assign(answer=target), **given)
            model.persist()  # in memory, as whoever serves it would have it
            if job.positive is None:
                return lambda given: np.asarray(model.predict(given))
            return lambda given: np.asarray(model.predict_proba(given)[1])

        return learn

    return prepared


METHODS: dict[str, Callable[[Job], Fit]] = {
    "linear_model": linear,
    "hist_boosting": hist_boosting,
    "lightgbm": lightgbm,
    "catboost": catboost,
    "autogluon_medium": autogluon("medium_quality"),
    "autogluon_good": autogluon("good_quality"),
    "autogluon_best": autogluon("best_quality"),
    # Without the trial run that decides on stacking: what its error advises where the time is too short for one.
    "autogluon_static": autogluon("best_quality", dynamic_stacking=False),
}


class _Prepare:
    """Rows as the libraries read them: dates as numbers, texts as categories of training or (`words`) as they are."""

    def __init__(self, rows: pd.DataFrame, dates: list[str], *, words: bool = False) -> None:
        self.dates, self.words = dates, words
        spread = self._spread(rows)
        self.columns = list(spread)
        told = [name for name in spread if not pd.api.types.is_numeric_dtype(spread[name])]
        self.levels = {name: pd.CategoricalDtype(sorted(spread[name].dropna().unique())) for name in told}

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        spread = self._spread(rows)[self.columns]
        if self.words:
            return spread.assign(**{name: spread[name].astype(object).fillna("missing") for name in self.levels})
        return spread.astype(self.levels)

    def _spread(self, rows: pd.DataFrame) -> pd.DataFrame:
        spread = rows.drop(columns=self.dates)
        for name in self.dates:
            when = rows[name].dt
            parts = {"year": when.year, "month": when.month, "day": when.day, "weekday": when.weekday}
            parts["of_year"] = when.dayofyear
            parts["ever"] = (rows[name] - pd.Timestamp(0)).dt.days
            spread = spread.assign(**{f"{name}_{part}": numbers for part, numbers in parts.items()})
        return spread


def _frame(file: str, dates: list[str]) -> pd.DataFrame:
    rows = pd.read_parquet(file)
    return rows.assign(**{name: pd.to_datetime(rows[name]) for name in dates})


def _held_out(rows: pd.DataFrame, target: pd.Series[Any], job: Job) -> list[Any]:
    from sklearn.model_selection import train_test_split

    strata = target if job.positive is not None else None
    parted: list[Any] = train_test_split(rows, target, test_size=VALID, random_state=job.seed, stratify=strata)
    return parted


def _answering(model: Any, prepare: _Prepare, job: Job) -> Predict:  # noqa: ANN401 - each library's own class
    if job.positive is None:
        return lambda rows: np.asarray(model.predict(prepare(rows)))
    return lambda rows: np.asarray(model.predict_proba(prepare(rows))[:, 1])
