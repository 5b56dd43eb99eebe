"""Where is the model worse? A search over levels and ranges of every column, alone and two at a time.

What is found was looked for on the test rows themselves, among hundreds of parts of them: the worst of so many looks
bad by chance alone. So a part is told only where it is worse than the worst part is in 95 of 100 shufflings of the
errors among the rows (the largest statistic over permutations: Westfall and Young 1993), which is honest about parts
that share rows. The figures of what was found are still somewhat worse than new rows will show, as the worst was
picked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelyard.core import events, intervals
from modelyard.core.evidence import WeakSlice
from modelyard.core.seeds import generator
from modelyard.core.types import Role
from modelyard.data.read import target_values, weight_values
from modelyard.evaluate import parts as searched

if TYPE_CHECKING:
    from modelyard.core.types import Floats
    from modelyard.evaluate.parts import Parts
    from modelyard.evaluate.score import Measured

ALPHA = 0.05  # at most so often something is found where nothing is
MOST = 10  # that are told
ROWS = 4000  # that are looked at, and no more: chosen by the seed
SHUFFLES = 500
ENOUGH = 20  # shufflings that look as bad as the worst part, after which there is nothing to be found
CLEAR = 3.0  # standard errors by which a part is worse than what else of it there is, to be told beside it
EQUAL = 1e-3  # standard errors within which two statistics are one


@dataclass(frozen=True)
class Found:
    """What a search found, the clearest first, among how many parts, and on how many of the `rows` if not on all."""

    slices: tuple[WeakSlice, ...]
    looked_at: int
    rows: str = ""

    @property
    def told(self) -> str:
        """A sentence where nothing was found, or where not all rows were looked at."""
        if not self.looked_at:
            return ""
        if self.slices:
            return f"weak slices are found and measured on {self.rows}" if self.rows else ""
        return f"no weak slice was found among {self.looked_at:,} that were looked at" + (
            self.rows and f", on {self.rows}"
        )


def search(measured: Measured, seed: int) -> Found:
    """Parts of the rows with more errors than the rest: `accuracy` for classes, `mae` for numbers.

    A part holds 20 rows and 2% of them at least; at most 4,000 rows are looked at. A pair of conditions is told beside
    one of them only where it is clearly worse than the rest of that, and nothing that only overlaps a clearer part.
    """
    random = generator(seed, "weak slices")
    rows, some = np.arange(len(measured.table)), ""
    if len(rows) > ROWS:
        some = f"{ROWS:,} of the {len(rows):,} test rows"
        rows = np.sort(random.choice(rows, ROWS, replace=False))
    columns = measured.table.schema.features + measured.table.schema.having(Role.SLICE)
    parts = searched.of(measured.table.take(rows), columns)
    if not len(parts):
        return Found((), 0)
    loss, weight = _losses(measured)
    errors = _Errors(loss[rows], weight[rows], parts)
    p_values = errors.p_values(random)
    metric = "accuracy" if measured.task.classifies else "mae"
    chosen = _told_apart(errors, np.flatnonzero(p_values < ALPHA))
    told = tuple(_slice(errors, place, metric, float(p_values[place])) for place in chosen)
    return Found(told, len(parts), some)


def _losses(measured: Measured) -> tuple[Floats, Floats]:
    """0 or 1 for a class, the absolute error of a number, [rows], and the rows' weights."""
    truth, weight = target_values(measured.table, measured.task), weight_values(measured.table)
    plain = np.ones(len(truth)) if weight is None else weight.astype(np.float64)
    if measured.task.classifies:
        return (measured.decided() != truth).astype(np.float64), plain
    return np.abs(truth - measured.answers[:, 0].astype(np.float64)), plain


class _Errors:
    """The errors of rows beside the parts that they are in."""

    def __init__(self, loss: Floats, weight: Floats, parts: Parts) -> None:
        self.loss, self.weight, self.parts = loss, weight, parts
        mean = np.average(loss, weights=weight) if weight.any() else 0.0
        self.excess = weight * (loss - mean)
        self.counts = parts.sums(np.ones(len(loss)))
        self.scale = self._scale(self.counts, len(loss), self.excess)
        self.z = parts.sums(self.excess) / self.scale

    def p_values(self, random: np.random.Generator) -> Floats:
        """How often the worst part of shuffled errors is as bad as each part, [parts]; ends early where that is often.

        Where it ends early the share is that of the shufflings that were made (Besag and Clifford 1991).
        """
        worse, done, clearest = np.zeros(len(self.z)), 0, int(self.z.argmax())
        while done < SHUFFLES and worse[clearest] < ENOUGH:
            worst = float((self.parts.sums(random.permutation(self.excess)) / self.scale).max())
            worse += worst >= self.z - EQUAL
            done += 1
            if done % 50 == 0:
                events.step("looking for weak slices", done, SHUFFLES)
        events.step("looking for weak slices", SHUFFLES, SHUFFLES)
        return np.asarray((1 + worse) / (1 + done))

    def beside(self, mask: npt.NDArray[Any], among: npt.NDArray[Any]) -> float:
        """By how many standard errors some of `among` are worse than the others, both [rows] bool.

        Infinite where there are no others.
        """
        inside, others = mask & among, ~mask & among
        if not inside.any():
            return 0.0
        if not others.any():
            return float("inf")
        some = np.flatnonzero(among)
        weight = self.weight[some]
        centred = weight * (self.loss[some] - np.average(self.loss[some], weights=weight if weight.any() else None))
        scale = self._scale(np.array([inside.sum()], dtype=np.float64), len(some), centred)
        return float(centred[inside[some]].sum() / scale[0])

    @staticmethod
    def _scale(counts: Floats, rows: int, excess: Floats) -> Floats:
        """The standard error of a sum of `excess` over so many of the rows, drawn without replacement; never 0."""
        return np.asarray(np.sqrt(np.maximum(counts * (1 - counts / rows) * excess.var(), 1e-300)))


def _told_apart(errors: _Errors, clear: npt.NDArray[Any]) -> list[int]:
    """Of the parts that are clearly worse, those that say something new, the clearest first."""
    left, told, parts = np.ones(len(errors.loss), dtype=bool), list[int](), errors.parts
    wider = {int(place): [one for one in parts.parents(place) if one in clear] for place in clear}
    new = [
        place
        for place, around in wider.items()
        if all(errors.beside(parts.mask(place), parts.mask(one)) >= CLEAR for one in around)
    ]
    for place in sorted(new, key=lambda one: -errors.z[one]):
        if len(told) == MOST:
            break
        if errors.beside(parts.mask(place), left) >= CLEAR:
            told.append(place)
            left &= ~parts.mask(place)
    return told


def _slice(errors: _Errors, place: int, metric: str, p_value: float) -> WeakSlice:
    """The figures there and elsewhere, and Welch's interval of their difference, by weight."""
    mask = errors.parts.mask(place)
    (here, spread), (other, others) = (_mean(errors.loss[rows], errors.weight[rows]) for rows in (mask, ~mask))
    if metric == "accuracy":
        here, other = 1 - here, 1 - other
    margin = intervals.Z95 * float(np.hypot(spread, others))
    apart = here - other
    return WeakSlice(
        where=errors.parts.name(place),
        metric=metric,
        value=here,
        other=other,
        low=apart - margin,
        high=apart + margin,
        rows=int(mask.sum()),
        p_value=p_value,
    )


def _mean(loss: Floats, weight: Floats) -> tuple[float, float]:
    """The weighted mean, and its standard error."""
    if not weight.any():
        return float("nan"), float("nan")
    share = weight / weight.sum()
    mean = float(share @ loss)
    return mean, float(np.sqrt((share**2) @ (loss - mean) ** 2))
