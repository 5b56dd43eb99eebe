"""A function of one's own, found beside a recipe or among what is installed, and what it gives as one frame."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.core import room
from modelyard.core.errors import DataError, ModelyardError, nearest
from modelyard.data.gathered import gathered, stored, united

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

HINT = "let it return a Polars, pandas or Arrow table, or mappings of one row each, or frames"
SORTS = "let a column hold values of one sort"


def rows(call: str, arguments: Mapping[str, Any], folder: Path) -> pl.DataFrame:
    """What the function `package.module:function` gives for `arguments`; modules in `folder` are found first.

    What it prints goes to standard error. Its modules are forgotten afterwards, so that the next call reads them anew.

    Raises:
        DataError: it is not there, raises something, or gives no table.
    """
    with _beside(folder.resolve()), contextlib.redirect_stdout(sys.stderr):
        function = _found(call, folder.resolve())
        try:
            return _frame(function(**arguments), call)
        except ModelyardError:
            raise
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            told = f"raises {type(error).__name__}, in line {at.lineno} of {Path(at.filename).name}"
            raise DataError(told, call, "call it by itself to see more: its words may hold what a row holds") from error


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Find modules in a folder, and leave no trace of them."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if _lies_in(sys.modules[name], folder):
                del sys.modules[name]


def _lies_in(module: object, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).resolve().is_relative_to(folder)


def _found(call: str, folder: Path) -> Callable[..., Any]:
    name, colon, inner = call.partition(":")
    if not colon or not name or not inner:
        raise DataError("is not of the form package.module:function", call, "such as call: loading:customers")
    try:
        found: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise _absent(error, call, name, folder) from error
    except Exception as error:
        raise DataError(
            f"its module cannot be imported: {type(error).__name__}", call, "import it by itself"
        ) from error
    here = folder.joinpath(*name.split("."))
    if (here.is_dir() or here.with_suffix(".py").is_file()) and not _lies_in(found, folder):
        raise DataError(
            f"another module called '{name}' is in use", call, "give the file beside the recipe another name"
        )
    for word in inner.split("."):
        if not hasattr(found, word):
            raise DataError(f"the module '{name}' has no '{inner}'", call, nearest(word, _public(found)))
        found = getattr(found, word)
    if not callable(found):
        raise DataError(f"'{inner}' cannot be called", call, "name a function")
    return found  # type: ignore[no-any-return]


def _absent(error: ModuleNotFoundError, call: str, name: str, folder: Path) -> DataError:
    if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
        beside = [path.stem for path in folder.glob("*.py")]
        return DataError(f"no module called '{error.name}'", call, nearest(error.name, beside) or f"looked in {folder}")
    return DataError(f"its module needs '{error.name}', which is not installed", call, f"pip install {error.name}")


def _public(found: object) -> list[str]:
    return [name for name in dir(found) if not name.startswith("_")]


def _frame(made: object, call: str) -> pl.DataFrame:
    """One frame of whatever was returned.

    Raises:
        DataError: it is no table, or has no rows.
    """
    table = _table(made)
    if table is None:
        table = _gathered(made, call)
    if table.height == 0:
        raise DataError("gives no rows", call, HINT)
    return table


def _table(made: object) -> pl.DataFrame | None:
    """A Polars frame of a Polars, pandas or Arrow table; none where it is none."""
    import polars as pl

    if isinstance(made, pl.LazyFrame):
        return made.collect()
    if isinstance(made, pl.DataFrame):
        return made
    if type(made).__module__.partition(".")[0] == "pandas" and hasattr(made, "columns"):
        return pl.DataFrame(pl.from_pandas(made))
    return pl.DataFrame(made) if hasattr(made, "__arrow_c_stream__") else None


def _gathered(made: object, call: str) -> pl.DataFrame:
    if isinstance(made, (str, bytes, Mapping)) or not isinstance(made, Iterable):
        raise DataError(f"gives {type(made).__name__}, which is no table", call, HINT)
    each = iter(made)
    first = next(each, None)
    if first is None:
        raise DataError("gives no rows", call, HINT)
    whole = chain([first], each)
    if _table(first) is not None:
        return united([stored(_one(frame, call)) for frame in whole], call, SORTS)
    piece = list(islice(whole, room.PIECE))
    names = list(dict.fromkeys(str(name) for row in piece if isinstance(row, Mapping) for name in row))
    return gathered(names, _pieces(piece, whole, names, call), call, SORTS)


def _one(frame: object, call: str) -> pl.DataFrame:
    table = _table(frame)
    if table is None:
        raise DataError(f"gives frames, and then {type(frame).__name__}", call, HINT)
    return table


def _pieces(piece: list[Any], rest: Iterator[Any], names: list[str], call: str) -> Iterator[list[list[Any]]]:
    start = 0
    while piece:
        yield [_row(row, names, call, start + place) for place, row in enumerate(piece, 1)]
        start += len(piece)
        piece = list(islice(rest, room.PIECE))


def _row(row: object, names: list[str], call: str, number: int) -> list[Any]:
    if not isinstance(row, Mapping):
        raise DataError(f"row {number} is {type(row).__name__}, no mapping of columns to values", call, HINT)
    strange = [str(name) for name in row if str(name) not in names]
    if strange:
        raise DataError(
            f"row {number} has a column '{strange[0]}' that no earlier row has", call, "give it in each row"
        )
    return [row.get(name) for name in names]
