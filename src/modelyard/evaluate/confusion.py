"""The counts that precision, recall, F1 and the rates of decisions are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from modelyard.evaluate import shares
from modelyard.evaluate.sums import over

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.core.types import Floats

Average = Literal["macro", "micro", "weighted"]


def each(truth: npt.NDArray[Any], predicted: Floats) -> Floats:
    """By row and class, 1 where it is rightly answered, answered, and true: [rows, 3 * classes]."""
    classes = np.eye(predicted.shape[1])
    true, answered = classes[truth], classes[predicted.argmax(axis=1)]
    return np.concatenate([true * answered, answered, true], axis=1)


def counts(truth: npt.NDArray[Any], predicted: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights by class, [classes] each: rightly answered, answered, and true."""
    return parted(weight @ each(truth, predicted))


def parted(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """Sums of `each`, [..., 3 * classes], as weights by class, [..., classes] each: right, answered, true."""
    third = sums.shape[-1] // 3
    return sums[..., :third], sums[..., third : 2 * third], sums[..., 2 * third :]


def averaged(above: Floats, below: Floats, true: Floats, average: Average) -> Floats:
    """`above / below`, each [..., classes], as one figure; 0 where `below` is 0, as scikit-learn's `zero_division=0`.

    For two classes it is the positive one's, the second.
    """
    if above.shape[-1] == 2:
        return over(above[..., 1], below[..., 1])
    if average == "micro":
        return over(above.sum(axis=-1), below.sum(axis=-1))
    shares_of = over(above, below)
    if average == "macro":
        return np.asarray(shares_of.mean(axis=-1))
    return over((shares_of * true).sum(axis=-1), true.sum(axis=-1))


def span(
    hits: Floats,
    among: Floats,
    weight: Floats,
    average: Average,
    of: Callable[[float], float] = shares.same,
    *,
    twice: bool = False,
) -> tuple[float, float] | None:
    """The interval of an average over classes of what rises with a share: `hits` and `among` [rows, classes] of 0, 1.

    A row may count in two classes where `twice`. None where the classes count by their rows: then it is drawn.
    """
    if hits.shape[1] == 2:
        return shares.span(hits[:, 1], among[:, 1], weight, of)
    return None if average != "macro" else shares.span(hits, among, weight, of, 2.0 if twice else 1.0)


def among(answered: npt.NDArray[Any], asked: npt.NDArray[Any]) -> Floats:
    """Whether each of the rows `asked` is `answered` so, both [rows] bool, beside whether it is asked: [rows, 2]."""
    return np.stack([answered & asked, asked], axis=1).astype(np.float64)


def span_among(each: Floats, weight: Floats) -> tuple[float, float]:
    """The interval of the share that `among` counts; (NaN, NaN) where no row is asked."""
    if not weight @ each[:, 1] > 0:
        return float("nan"), float("nan")
    return shares.span(each[:, 0], each[:, 1], weight)
