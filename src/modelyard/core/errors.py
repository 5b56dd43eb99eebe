"""Errors that name the value, the place and the way out, all that can be found at once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, where, and what to do about it."""

    problem: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """The problem as a person reads it, the hint on a line of its own."""
        told = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{told}\n  hint: {self.hint}" if self.hint else told


class ModelyardError(Exception):
    """The root of every error that Modelyard raises on purpose.

    The class carries what the outside needs to know: a stable `code`, the `exit_status` of the command line and the
    `http_status` of the server.
    """

    code: ClassVar[str] = "failed"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, problem: str, where: str = "", hint: str = "", *, more: Sequence[Problem] = ()) -> None:
        """One problem, and any `more` that were found along with it."""
        self.problems: tuple[Problem, ...] = (Problem(problem, where, hint), *more)
        super().__init__(problem)

    def __str__(self) -> str:
        """All problems, one below the other."""
        return "\n".join(str(problem) for problem in self.problems)

    @property
    def problem(self) -> str:
        """What is wrong (the first problem, where there are several)."""
        return self.problems[0].problem

    @property
    def where(self) -> str:
        """The place: a file, a line, a key of the recipe, a column."""
        return self.problems[0].where

    @property
    def hint(self) -> str:
        """The way out."""
        return self.problems[0].hint

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """One error that tells all of `problems` (at least one)."""
        first, *rest = problems
        return cls(first.problem, first.where, first.hint, more=rest)


class RecipeError(ModelyardError):
    """The recipe asks for something that cannot be."""

    code = "recipe_invalid"
    exit_status = 2
    http_status = 422


class DataError(ModelyardError):
    """The rows do not keep what the recipe or the schema promises."""

    code = "data_invalid"
    exit_status = 2
    http_status = 422


class UsageError(ModelyardError):
    """The words of a call do not fit."""

    code = "usage"
    exit_status = 2
    http_status = 400


class MissingExtraError(ModelyardError):
    """A part needs a package that is not installed."""

    code = "extra_missing"
    exit_status = 2


class BundleError(ModelyardError):
    """A bundle is altered, cut short, unknown, or made by a newer Modelyard."""

    code = "bundle_invalid"
    exit_status = 2


class RoomError(ModelyardError):
    """Rows fit neither into memory nor onto the disk."""

    code = "no_room"


class ParityError(ModelyardError):
    """The packed bundle does not answer as training did, so it was not packed."""

    code = "parity"


class RefusedError(ModelyardError):
    """A gate said no."""

    code = "refused"
    exit_status = 3


class YardError(ModelyardError):
    """The yard does not hold what was asked for."""

    code = "not_in_yard"
    exit_status = 2
    http_status = 404


class YardGoneError(YardError):
    """The yard cannot be reached at the moment, or not be written."""

    code = "yard_unreachable"
    exit_status = 1
    http_status = 503


class StoreError(ModelyardError):
    """The place where bundles lie cannot be reached at the moment, or not be written."""

    code = "store_unreachable"
    http_status = 503


class PartError(ModelyardError):
    """A part's file does not keep its family's contract: a mistake of whoever wrote the part."""

    code = "part_invalid"


class Problems:
    """A collector: problems are added as they are found and raised together.

    >>> found = Problems(DataError)
    >>> found.add("the column is constant", "Age", "leave it out")
    >>> found.add("the column is empty", "Home")
    >>> found.raise_any()
    Traceback (most recent call last):
    ...
    modelyard.core.errors.DataError: Age: the column is constant
      hint: leave it out
    Home: the column is empty
    """

    def __init__(self, kind: type[ModelyardError]) -> None:
        """An empty collector that will raise an error of type `kind`."""
        self.kind = kind
        self.found: list[Problem] = []

    def add(self, problem: str, where: str = "", hint: str = "") -> None:
        """Keep one problem."""
        self.found.append(Problem(problem, where, hint))

    def absorb(self, error: ModelyardError) -> None:
        """Keep all problems of an error that was raised elsewhere."""
        self.found.extend(error.problems)

    def raise_any(self) -> None:
        """Raise one error that tells all, if anything was added."""
        if self.found:
            raise self.kind.of(self.found)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that offers the known word nearest to `word`, or lists what is known.

    >>> nearest("taget_mean", ["target_mean", "number"])
    "did you mean 'target_mean'?"
    >>> nearest("zzz", ["b", "a"])
    'known: a, b'
    """
    names = sorted({str(name) for name in known})
    cutoff = 0.6 if len(word) > 3 else 0.5  # one slip in a word of two Chinese characters is half of it
    close = difflib.get_close_matches(word, names, n=1, cutoff=cutoff)
    if not close:  # capitals are the commonest slip
        folded = {name.casefold(): name for name in names}
        close = [folded[match] for match in difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)]
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"known: {shown}" if shown else ""
