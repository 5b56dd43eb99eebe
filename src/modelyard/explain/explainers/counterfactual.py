"""The nearest row with the other answer (Wachter 2017), over values that a person can change, few of them at once.

Candidates are the values that the bundle's summaries tell of: levels, quantiles, both truths. One change at a time is
tried in all ways; where none does, the changes that bring the answer nearest for their distance are tried with a second
one, and so on (a beam). Then each change is taken back as far as the answer holds, and the row is asked once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from modelyard.core import events
from modelyard.core.errors import Problems, UsageError, nearest
from modelyard.core.explaining import Columns, Move, Otherwise, Reason, Subject, Way
from modelyard.core.protocols import Explainer
from modelyard.core.registry import part
from modelyard.core.types import Column, Floats, Kind, Values
from modelyard.explain import background as backgrounds
from modelyard.explain.game import count, restored

if TYPE_CHECKING:
    import numpy.typing as npt

    from modelyard.core.types import Ints

SETS = 8  # of columns whose nearest candidates are taken back, to tell which is the nearest then
DAY = 86_400_000_000  # microseconds
FARTHER = 1.1  # times the way to a value, which a rounder one may be away
HALVINGS = 12  # of the way back from a number that changes the answer
NEAR = 1e-9


@dataclass(frozen=True)
class Choice:
    """What a column may become: `values` [options], the row's own first, and how far each is from it, [options]."""

    column: Column
    values: Values
    far: Floats


@part
class Counterfactual(Explainer):
    """Changes of at most `most` columns; of classes the answer becomes another one, or the class `to`.

    A number must come to be `above` or `below` a bound. Columns change as the recipe says (`columns.NAME.change`),
    but for `keep`, `up` and `down`; `change` names the only ones that may. Texts and identifiers stay.
    """

    compares: ClassVar[bool] = False

    to: str | None = None
    above: float | None = None
    below: float | None = None
    most: int = Field(default=3, ge=1, le=10, description="columns that change at once")
    beam: int = Field(default=20, ge=1, le=1000, description="beginnings that a further change is tried with")
    change: tuple[str, ...] | None = Field(default=None, description="the columns that may change, and no other")
    keep: tuple[str, ...] = Field(default=(), description="columns that stay as they are")
    up: tuple[str, ...] = Field(default=(), description="columns that may only become larger")
    down: tuple[str, ...] = Field(default=(), description="columns that may only become smaller")

    def __call__(self, model: Subject, rows: Columns, background: Columns) -> tuple[Reason, ...]:  # noqa: ARG002
        """An `Otherwise` a row; without moves where none was found.

        Raises:
            UsageError: a column or a class is unknown, or nothing says what another number is.
        """
        self._check(model)
        found = []
        for row in range(count(rows)):
            found.append(self._otherwise(model, {name: held[row : row + 1] for name, held in rows.items()}, row))
            events.step("explaining", row + 1, count(rows))
        return tuple(found)

    def _check(self, model: Subject) -> None:
        found, names = Problems(UsageError), [column.name for column in model.columns]
        for key in ("change", "keep", "up", "down"):
            for name in getattr(self, key) or ():
                if name not in names:
                    found.add(f"no column called '{name}'", f"explain.{key}", nearest(name, names))
        for column in model.columns:
            if column.kind is Kind.CATEGORY and self._way(model, column.name) in {"up", "down"}:
                hint = "say change: never, or free"
                found.add("its levels have no order, so it goes neither up nor down", column.name, hint)
        if self.to is not None and self.to not in model.classes:
            found.add(f"no class called '{self.to}'", "explain.to", nearest(self.to, model.classes))
        if not model.classes and (self.above is None) == (self.below is None):
            found.add("nothing says which number is another answer", "explain", "say above=... or below=...")
        if model.classes and (self.above is not None or self.below is not None):
            found.add("classes are answered, which no bound is for", "explain", "leave it out, or say to=...")
        found.raise_any()

    def _otherwise(self, model: Subject, row: Columns, place: int) -> Otherwise:
        choices = {column.name: self._choice(model, column, row[column.name]) for column in model.columns}
        hunt = Hunt(model, row, choices, self._aim(model, row, place), place)
        before = float(hunt.start[hunt.output])
        paths = [] if hunt.reached(hunt.start[None])[0] else hunt.shortest(self.most, self.beam)
        told = [hunt.told(hunt.refined(path), model.of[place], before) for path in paths]
        found = [each for each in told if each.found]
        nothing = Otherwise(model.of[place], before, before)
        return min(found, key=lambda each: (len(each.moves), each.distance)) if found else nothing

    def _aim(self, model: Subject, row: Columns, place: int) -> Aim:
        blocks = {name: model.encode(name, value) for name, value in row.items()}
        answered = int(model.decide(model.answers(blocks), np.array([place]))[0])
        to = None if self.to is None else model.classes.index(self.to)
        return Aim(answered, to, self.above, self.below)

    def _choice(self, model: Subject, column: Column, value: Values) -> Choice:
        """What a column may become from a value [1]."""
        alone = Choice(column, value, np.zeros(1))
        way, known = self._way(model, column.name), model.known.get(column.name, {})
        options = backgrounds.options(column, known)
        if way == "never" or not len(options):
            return alone
        missing = restored(value[0], column) is None
        if column.kind in {Kind.CATEGORY, Kind.BOOLEAN}:
            options = options[options != value[0]]
            if column.kind is Kind.BOOLEAN and not missing:
                options = _beyond(options, value, way)
            return Choice(column, np.concatenate([value, options]), np.append(0.0, np.ones(len(options))))
        if missing:
            return alone  # how far a number is from none is not known
        options = _beyond(options, value, way)
        here, there = (backgrounds.position(column, known, found) for found in (value, options))
        return Choice(column, np.concatenate([value, options]), np.append(0.0, np.abs(there - here[0]) + NEAR))

    def _way(self, model: Subject, name: str) -> Way:
        if name in self.keep or (self.change is not None and name not in self.change):
            return "never"
        if name in self.up or name in self.down:
            return "up" if name in self.up else "down"
        way = model.ways.get(name, "free")
        return "free" if way == "never" and self.change is not None else way


@dataclass(frozen=True)
class Aim:
    """What another answer is: not the class that was `answered`, or the class `to`, or a number beyond a bound."""

    answered: int
    to: int | None
    above: float | None
    below: float | None

    def gain(self, answers: Floats) -> Floats:
        """How near answers [rows, outputs] are, the larger the nearer: [rows]."""
        if self.above is not None or self.below is not None:
            return answers[:, 0] if self.above is not None else -answers[:, 0]
        return -answers[:, self.answered] if self.to is None else answers[:, self.to]


class Hunt:
    """One row and what it may become, encoded once: a candidate is the place of an option in each column."""

    def __init__(self, model: Subject, row: Columns, choices: dict[str, Choice], aim: Aim, place: int) -> None:
        """The row's own values are the first options; `place` is the row's among those that are explained."""
        self.model, self.choices, self.aim, self.place = model, choices, aim, place
        self.output = int(model.output[place])
        self.names = list(choices)
        self.blocks = {name: model.encode(name, choice.values) for name, choice in choices.items()}
        self.row = row
        self.start: Floats = self.ask(np.zeros((1, len(self.names)), dtype=np.int64))[0]

    def ask(self, places: Ints) -> Floats:
        """Answers [candidates, outputs] to `places` [candidates, columns]."""
        return self.model.answers({name: self.blocks[name].take(places[:, at]) for at, name in enumerate(self.names)})

    def reached(self, answers: Floats) -> npt.NDArray[np.bool_]:
        """Which answers [rows, outputs] are the other one: [rows]."""
        if self.aim.above is not None:
            return np.asarray(answers[:, 0] > self.aim.above)
        if self.aim.below is not None:
            return np.asarray(answers[:, 0] < self.aim.below)
        decided = self.model.decide(answers.astype(np.float32), np.full(len(answers), self.place))
        return np.asarray(decided != self.aim.answered if self.aim.to is None else decided == self.aim.to)

    def far(self, places: Ints) -> Floats:
        """The distances of candidates [candidates, columns]: [candidates]."""
        far = [self.choices[name].far[places[:, at]] for at, name in enumerate(self.names)]
        return np.asarray(np.sum(far, axis=0))

    def shortest(self, most: int, beam: int) -> list[Ints]:
        """Candidates [columns] with as few columns changed as can be, the nearest of some sets of columns; or none."""
        begun: Ints = np.zeros((1, len(self.names)), dtype=np.int64)
        for _ in range(most):
            places = self._further(begun)
            if not len(places):
                return []
            answers = self.ask(places)
            there = self.reached(answers)
            if there.any():
                return self._nearest(places[there])
            gain = self.aim.gain(answers) - self.aim.gain(self.start[None])[0]
            begun = places[np.argsort(-gain / (1 + self.far(places)), kind="stable")[:beam]]
        return []

    def _nearest(self, places: Ints) -> list[Ints]:
        """Of candidates [candidates, columns] the nearest of each set of changed columns, at most `SETS` of them."""
        found: dict[bytes, Ints] = {}
        for at in np.argsort(self.far(places), kind="stable"):
            found.setdefault((places[at] > 0).tobytes(), places[at])
            if len(found) == SETS:
                break
        return list(found.values())

    def _further(self, begun: Ints) -> Ints:
        """Each beginning with one further column changed, in every way: [candidates, columns], none twice."""
        found = []
        for at, name in enumerate(self.names):
            options = np.arange(1, len(self.choices[name].values))
            base = begun[begun[:, at] == 0]
            grown = np.repeat(base, len(options), axis=0)
            grown[:, at] = np.tile(options, len(base))
            found.append(grown)
        return np.unique(np.concatenate(found), axis=0)

    def refined(self, path: Ints) -> dict[str, Any]:
        """The values of the changed columns, each taken back as far as the answer stays the other one."""
        moved = {name: self.choices[name].values[place] for name, place in zip(self.names, path, strict=True) if place}
        for name in sorted(moved, key=lambda name: -self.choices[name].far[path[self.names.index(name)]]):
            without = {other: value for other, value in moved.items() if other != name}
            if without and self._holds(without):
                moved = without
                continue
            column = self.choices[name].column
            if column.kind in {Kind.NUMBER, Kind.TIME}:
                moved[name] = self._back(moved, name)
        return moved

    def _back(self, moved: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - one of Values
        """The value nearest to the row's own with which the answer is still the other one, by halving."""
        column, time = self.choices[name].column, self.choices[name].column.kind is Kind.TIME
        near, far = (float(np.asarray(value).astype(np.float64)) for value in (self.row[name][0], moved[name]))
        whole = time or column.storage == "integer"
        kept = moved[name]
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            middle = (np.ceil(middle) if far > near else np.floor(middle)) if whole else middle
            if middle in {near, far}:
                break
            value = np.int64(middle).astype("datetime64[us]") if time else middle
            if self._holds({**moved, name: value}):
                far, kept = middle, value
            else:
                near = middle
        return self._round(moved, name, kept)

    def _round(self, moved: dict[str, Any], name: str, kept: Any) -> Any:  # noqa: ANN401 - one of Values
        """The roundest value a little farther than `kept` with which the answer still is the other one."""
        time = self.choices[name].column.kind is Kind.TIME
        own, here, end = (float(np.asarray(v).astype(np.float64)) for v in (self.row[name][0], kept, moved[name]))
        away = np.ceil if end > own else np.floor
        size = 10 ** np.floor(np.log10(max(abs(here), 1e-300)))
        for unit in [DAY] if time else [size / 10**digits for digits in range(1, 6)]:
            value = float(f"{away(here / unit) * unit:.12g}")
            if abs(value - own) > min(FARTHER * abs(here - own) + DAY * time, abs(end - own)):
                continue
            told = np.int64(value).astype("datetime64[us]") if time else value
            if self._holds({**moved, name: told}):
                return told
        return kept

    def _holds(self, moved: dict[str, Any]) -> bool:
        return bool(self.reached(self._answer(moved))[0])

    def _answer(self, moved: dict[str, Any]) -> Floats:
        """What is answered to the row with some values changed, encoded from the start: [1, outputs]."""
        blocks = {}
        for name, own in self.row.items():
            value = own if name not in moved else np.array([moved[name]], dtype=own.dtype)
            blocks[name] = self.model.encode(name, value)
        return self.model.answers(blocks)

    def told(self, moved: dict[str, Any], of: str, before: float) -> Otherwise:
        """What was found, asked once more; nothing where the answer is not the other one after all."""
        answers = self._answer(moved)
        if not self.reached(answers)[0]:
            return Otherwise(of, before, before)
        moves, distance = [], 0.0
        for name, value in moved.items():
            column = self.choices[name].column
            moves.append(Move(name, restored(self.row[name][0], column), restored(value, column)))
            distance += self._distance(column, value)
        told = Otherwise(of, before, float(answers[0, self.output]), tuple(moves), distance)
        return replace(told, moves=tuple(sorted(told.moves, key=lambda move: self.names.index(move.column))))

    def _distance(self, column: Column, value: Any) -> float:  # noqa: ANN401 - one of Values
        if column.kind in {Kind.CATEGORY, Kind.BOOLEAN}:
            return 1.0
        both = np.array([self.row[column.name][0], value], dtype=self.row[column.name].dtype)
        here, there = backgrounds.position(column, self.model.known.get(column.name, {}), both)
        return abs(float(there - here))


def _beyond(options: Values, value: Values, way: Way) -> Values:
    """The options that lie where the column may go."""
    if way == "up":
        return np.asarray(options[options > value[0]])
    return np.asarray(options[options < value[0]] if way == "down" else options[options != value[0]])
