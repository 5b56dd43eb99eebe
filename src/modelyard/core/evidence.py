"""What a report holds beside its scores: curves, disparities, weak slices, stress, importance, cost. All frozen.

A figure that is not defined is NaN; a bound of an interval likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

CurveName: TypeAlias = Literal["roc", "precision_recall", "calibration", "lift", "residuals", "learning"]
Apart: TypeAlias = Literal["difference", "ratio"]
ODDS = "equalized_odds"  # the worse of the two rates, as Fairlearn has it
ODDS_RATES = ("true_positive_rate", "false_positive_rate")


@dataclass(frozen=True)
class Curve:
    """Points [points] of a picture, with the 95% interval of `y` where there is one; `of` is the class it is about.

    By name, x and y: `roc` false and true positive rate; `precision_recall` recall and precision; `calibration` mean
    predicted probability and observed share; `lift` share of rows taken, the likeliest first, and share of the class
    that is found among them; `residuals` mean answer and mean of truth less answer; `learning` training rows and the
    first metric.
    """

    name: CurveName
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    rows: tuple[int, ...] = ()
    of: str | None = None


@dataclass(frozen=True)
class Threshold:
    """What decisions are like where the positive class is answered from a probability of `threshold` on."""

    threshold: float
    selection_rate: float
    precision: float
    recall: float
    false_positive_rate: float
    f1: float
    accuracy: float
    chosen: bool = False


@dataclass(frozen=True)
class Disparity:
    """How far a figure lies apart between the groups of a column, with its 95% interval.

    `metric` and `kind` are Fairlearn's: for `selection_rate` and `difference` this is the demographic parity
    difference. `lowest` and `highest` are the groups with the least and the largest figure, `rows` those of the
    smallest group that was compared.
    """

    column: str
    metric: str
    kind: Apart
    value: float
    low: float
    high: float
    rows: int
    lowest: str = ""
    highest: str = ""


@dataclass(frozen=True)
class WeakSlice:
    """Rows found by a search for where the model is worse, with the figure there and on all `other` rows.

    `low` and `high` bound the difference; `p_value` is corrected for all slices that were looked at.
    """

    where: str
    metric: str
    value: float
    other: float
    low: float
    high: float
    rows: int
    p_value: float

    @property
    def difference(self) -> float:
        """The figure there less the one elsewhere."""
        return self.value - self.other


@dataclass(frozen=True)
class Stress:
    """What a metric becomes when the same test rows arrive changed, and the difference with its 95% interval (paired).

    `perturbation` is the part's name, `on` what it changed, `rows` how many rows were asked.
    """

    perturbation: str
    on: str
    metric: str
    value: float
    difference: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class FoldScore:
    """A metric over folds: `each` [folds] and their mean, whose 95% interval allows for the rows that fits share.

    `out_of_fold` is the figure of all rows that were held out, each answered by the model that has not seen it, with
    the 95% interval of those rows.
    """

    metric: str
    mean: float
    low: float
    high: float
    each: tuple[float, ...]
    out_of_fold: float
    out_of_fold_low: float
    out_of_fold_high: float


@dataclass(frozen=True)
class Folds:
    """The whole plan fitted anew in so many `folds`, each `repeats` times: every choice is made inside them.

    `train` and `test` [folds] are the rows that each fit may see and those that it is measured on; `rows` were held out
    once or more.
    """

    by: str
    folds: int
    repeats: int
    rows: int
    train: tuple[int, ...]
    test: tuple[int, ...]
    scores: tuple[FoldScore, ...]


@dataclass(frozen=True)
class Importance:
    """How much worse the metric is when a column's values are shuffled among the rows, with its 95% interval."""

    column: str
    metric: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Change:
    """A figure before and after a mitigation, with the 95% interval of the paired difference.

    `metric` is a score's, or a disparity's such as `selection_rate difference`, then with its `column`.
    """

    mitigation: str
    metric: str
    before: float
    after: float
    low: float
    high: float
    column: str | None = None


@dataclass(frozen=True)
class Energy:
    """What a piece of work has taken: kilowatt-hours, grams of CO2 equivalents, and money; `low` and `high` in kWh."""

    kwh: float
    low: float
    high: float
    co2e: float
    price: float
    seconds: float


@dataclass(frozen=True)
class Cost:
    """Facts of one machine and one day, outside every digest.

    `training` is the energy of the fit, `thousand` that of a measured thousand predictions. `p50` and `p99` are
    milliseconds of one row alone, `size` the bytes of the bundle, `million` the price of a million predictions by the
    hour of a core, all in `currency`. `method` says how energy was reckoned, and how sure that is.
    """

    training: Energy
    thousand: Energy
    grid: str
    grams_per_kwh: float
    price_per_kwh: float
    currency: str
    p50: float
    p99: float
    size: int
    million: float
    method: str


@dataclass(frozen=True)
class Provenance:
    """The rows that a model was made from: how many there were, and the newest time in a column of times.

    `changed` is when the file that they were read from was last written, a fact of one machine that no digest covers.
    Times are in ISO 8601, and empty where they are not known.
    """

    digest: str
    rows: int
    newest: str = ""
    column: str = ""
    changed: str = ""


@dataclass(frozen=True)
class Review:
    """A named person signed a bundle off; `at` is a time in ISO 8601."""

    by: str
    at: str
    note: str = ""
