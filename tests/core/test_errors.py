"""Errors: the value, the place and the way out, all that can be found at once."""

from __future__ import annotations

import inspect

import pytest

from modelyard.core import errors
from modelyard.core.errors import DataError, ModelyardError, Problem, Problems, RecipeError, nearest

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ModelyardError)]


def test_an_error_tells_all_its_problems() -> None:
    error = DataError("is ragged", "a.csv:3", "mend it", more=[Problem("is empty", "b.csv"), Problem("no place")])
    assert str(error) == "a.csv:3: is ragged\n  hint: mend it\nb.csv: is empty\nno place"
    assert (error.problem, error.where, error.hint) == ("is ragged", "a.csv:3", "mend it")
    assert len(error.problems) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_carries_what_the_outside_needs(kind: type[ModelyardError]) -> None:
    assert kind.code.replace("_", "").isalpha()
    assert kind.exit_status in {1, 2, 3}
    assert 400 <= kind.http_status < 600
    assert (kind.__doc__ or "").strip()
    assert isinstance(kind("x"), ModelyardError)


def test_codes_are_one_a_kind() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_problems_are_raised_together_or_not_at_all() -> None:
    found = Problems(RecipeError)
    found.raise_any()
    found.add("one", "a")
    found.absorb(DataError("two", "b", more=[Problem("three", "c")]))
    with pytest.raises(RecipeError) as caught:
        found.raise_any()
    assert [(p.problem, p.where) for p in caught.value.problems] == [("one", "a"), ("two", "b"), ("three", "c")]


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("taget_mean", ["target_mean", "number"], "did you mean 'target_mean'?"),
        ("age", ["Age", "Income"], "did you mean 'Age'?"),
        ("STATUS", ["Status", "state"], "did you mean 'Status'?"),
        ("年令", ["年龄", "城市"], "did you mean '年龄'?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [], ""),
        ("", ["a"], "known: a"),
        (
            "zzz",
            [f"c{place:02}" for place in range(25)],
            f"known: {', '.join(f'c{p:02}' for p in range(20))} and 5 more",
        ),
    ],
)
def test_the_nearest_word_is_offered(word: str, known: list[str], hint: str) -> None:
    assert nearest(word, known) == hint
