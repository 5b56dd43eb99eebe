"""Whether rows keep what a recipe expects of them, by pandera: what is broken, in how many rows, in which first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from modelyard.core import events
from modelyard.core.errors import DataError, PartError, Problems, RecipeError, nearest
from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import missing_extra
from modelyard.core.types import Kind
from modelyard.data import keys, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import polars as pl

    from modelyard.core.types import Ints, Schema, Table
    from modelyard.data.read import Rows
    from modelyard.quality.expectation import Expectation
    from modelyard.recipe.schema import Recipe

SHOWN = 5  # row numbers that are told
ALL = "all parts"
HINT = "mend the rows, or say `severity: warning`"


def expected(expectations: Sequence[Expectation], rows: Rows, recipe: Recipe, *, again: bool = False) -> Rows:
    """The rows, whose notes tell of what is broken and only warned of; `again` asks only what goes by the clock.

    Raises:
        DataError: an expectation of severity `error` is broken; all that are, at once.
        RecipeError: an expectation names a column that is not there or not of its kind.
    """
    found = broken(expectations, rows, recipe, again=again)
    severe = Problems(DataError)
    for one in found:
        if one.severity is Severity.SEVERE:
            severe.add(one.problem, recipe.place(str(one.evidence["place"])), one.hint)
    severe.raise_any()
    notes = tuple(f"{one.evidence['place']}: {one.problem}" for one in found)
    for note in notes:
        events.note(note)
    return replace(rows, notes=tuple(dict.fromkeys((*rows.notes, *notes))))


def broken(
    expectations: Sequence[Expectation], rows: Rows, recipe: Recipe, *, again: bool = False
) -> tuple[Finding, ...]:
    """Every expectation that is broken, for each part that breaks it; one of a whole table is of all parts together.

    Only those that go by the clock are asked `again` of rows that kept all others.

    Raises:
        RecipeError: an expectation names a column that is not there or not of its kind.
        MissingExtraError: pandera is not installed.
    """
    _check(expectations, rows.train.schema, recipe)
    named = {"train": rows.train, "valid": rows.valid, "test": rows.test}
    parts = {name: table for name, table in named.items() if table is not None}
    found = []
    for place, expectation in enumerate(expectations):
        if again and not expectation.by_clock:
            continue
        name = recipe.checks[place].name
        for part, tables in _judged(expectation, parts).items():
            kept = _kept(expectation, tables)
            if not kept.all():
                found.append(_finding(expectation, name, part, kept, rows.numbers.get(part), place))
    return tuple(found)


def _judged(expectation: Expectation, parts: Mapping[str, Table]) -> dict[str, list[Table]]:
    if expectation.of == "table":
        return {ALL: list(parts.values())}
    return {name: [table] for name, table in parts.items()}


def _check(expectations: Sequence[Expectation], schema: Schema, recipe: Recipe) -> None:
    """Each column that is named is there, and of a kind that the expectation reads."""
    found, known = Problems(RecipeError), [column.name for column in schema.columns]
    for place, expectation in enumerate(expectations):
        where, kinds = recipe.place(f"checks.{place}"), set[Kind]()
        for name in expectation.about():
            if name not in known:
                found.add(f"no column called '{name}'", where, nearest(name, known))
                continue
            kind = schema[name].kind
            kinds.add(kind)
            if expectation.kinds and kind not in expectation.kinds:
                hint = f"say columns: {{{name}: {{kind: {min(expectation.kinds)}}}}}, or how it is to be cleaned"
                wanted = " or ".join(sorted(expectation.kinds))
                found.add(f"the column '{name}' is of the kind '{kind}', and this is of {wanted}", where, hint)
        if expectation.kinds and len(kinds) > 1 and kinds <= expectation.kinds:
            found.add("compares a number with a time", where, "name columns of one kind")
    found.raise_any()


def _kept(expectation: Expectation, tables: Sequence[Table]) -> npt.NDArray[np.bool_]:
    """Which rows keep it: [rows] bool; of a whole table [1]."""
    import polars as pl

    try:
        import pandera.errors
        from pandera.config import ValidationDepth, config_context
    except ModuleNotFoundError as error:
        raise missing_extra(error, "checks") from error
    frame = pl.concat([_frame(expectation, table) for table in tables])
    try:
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            expectation.rule().validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        kept: npt.NDArray[np.bool_] = np.logical_and.reduce([_output(one) for one in errors.schema_errors])
        return kept
    return np.ones(1, dtype=bool)


def _output(error: Any) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - pandera's own
    if error.check_output is None:
        raise PartError(f"the rule cannot be checked: {error.reason_code}", str(error.check), "see CONTRIBUTING.md")
    output: npt.NDArray[np.bool_] = error.check_output.to_series().fill_null(value=True).to_numpy()
    return output


def _frame(expectation: Expectation, table: Table) -> pl.DataFrame:
    """The columns that it reads, as it reads them; the target's where it reads none, so that there are rows."""
    import polars as pl

    columns = []
    for name in dict.fromkeys(expectation.about() or (table.schema.target.name,)):
        series = table.frame[name]
        if expectation.kinds:
            read = pl.Series(name, values.from_series(series, table.schema[name]))
            columns.append(read.fill_nan(None) if read.dtype.is_float() else read)
        else:
            columns.append(keys.written(series))
    return pl.DataFrame(columns)


def _finding(
    expectation: Expectation, name: str, part: str, kept: npt.NDArray[np.bool_], numbers: Ints | None, place: int
) -> Finding:
    about = expectation.about()
    severity = Severity.SEVERE if expectation.severity == "error" else Severity.WARNING
    evidence: dict[str, Any] = {"check": name, "place": f"checks.{place}", "part": part}
    titled = f"{name} of {', '.join(about)}" if about else name
    if expectation.of == "table":
        return Finding("expectation", severity, f"{titled}: {expectation.told()}", about, evidence, hint=HINT)
    rows = np.flatnonzero(~kept)
    first = [int(row) for row in (rows + 1 if numbers is None else numbers[rows])[:SHOWN]]
    evidence |= {"broken": len(rows), "rows": len(kept), "row_numbers": first}
    told = ", ".join(map(str, first)) + (", ..." if len(rows) > SHOWN else "")
    problem = f"{titled}: {len(rows)} of {len(kept)} rows of {part} {expectation.told()}; row numbers {told}"
    return Finding("expectation", severity, problem, about, evidence, hint=HINT)
