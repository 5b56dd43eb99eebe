"""Written values mended before their kind is read: the same way for a file's rows and for a request's."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelyard.core.errors import DataError
from modelyard.core.featuring import Cleaner
from modelyard.core.registry import Family, missing_extra, settings_of
from modelyard.core.types import Cleaning, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelyard.core.types import Column, Schema

CLEANERS: Family[Cleaner] = Family("modelyard.data.cleaners", Cleaner, "clean")


class Cleaned:
    """The cleaners of a column, one after the other."""

    def __init__(self, cleaners: Sequence[Cleaner]) -> None:
        """In the order in which they work."""
        self.cleaners = tuple(cleaners)
        self.texts_alone = all(cleaner.mends == "text" for cleaner in self.cleaners)
        self.reads_text = any(_reads_text(cleaner) for cleaner in self.cleaners)
        kinds = [cleaner.kind for cleaner in self.cleaners if cleaner.kind is not None]
        self.kind: Kind | None = kinds[-1] if kinds else None

    def __call__(self, value: object) -> Any:  # noqa: ANN401 - what a cleaner makes of it
        """A written value mended; None stays None.

        Raises:
            ValueError: a cleaner cannot read it.
        """
        for cleaner in self.cleaners:
            if value is None:
                return None
            if cleaner.mends == "all" or isinstance(value, str):
                value = cleaner(value)
        return value

    def applies(self, dtype: pl.DataType) -> bool:
        """Whether it may change what a frame's column of such a type holds."""
        import polars as pl

        if dtype == pl.String:
            return True
        done = {Kind.TIME} if dtype.is_temporal() else {Kind.BOOLEAN} if dtype == pl.Boolean else set()
        return any(cleaner.mends == "all" and cleaner.kind not in done for cleaner in self.cleaners)


@lru_cache(maxsize=1024)
def of(clean: tuple[Cleaning, ...]) -> Cleaned:
    """What a column's `clean` does."""
    return Cleaned([CLEANERS.build(one.name, one.settings, "clean") for one in clean])


def ready(known: Sequence[Column]) -> None:
    """Tell at once what the cleaners of some columns need and do not find, such as a key.

    Raises:
        RecipeError, MissingExtraError: of the first.
    """
    for clean in dict.fromkeys(column.clean for column in known):
        for told, cleaner in zip(clean, of(clean).cleaners, strict=True):
            check_ready(told.name, cleaner)


def check_ready(name: str, cleaner: Cleaner) -> None:
    """Tell at once what a cleaner needs and does not find.

    Raises:
        RecipeError: there is no key.
        MissingExtraError: a package is not installed.
    """
    check_packages(name, cleaner)
    cleaner.ready()


def check_packages(name: str, cleaner: Cleaner) -> None:
    """Whether what a cleaner imports is installed.

    Raises:
        MissingExtraError: it is not.
    """
    for package in cleaner.packages:
        try:
            import_module(package)
        except ModuleNotFoundError as error:
            raise missing_extra(error, f"cleaner '{name}'") from error


def settled(clean: Sequence[Cleaner], names: Sequence[str], series: pl.Series) -> tuple[Cleaning, ...]:
    """The cleaners with what the training file's values decide, each by what those before it have made of them.

    Raises:
        DataError: the values do not decide it, or one cleaner undoes what another has done.
    """
    written = series.drop_nulls().unique(maintain_order=True).to_list()
    done: list[Cleaner] = []
    for cleaner in clean:
        one = cleaner.settled([value for value in written if cleaner.mends == "all" or isinstance(value, str)])
        done.append(one)
        if len(clean) > 1:  # one alone keeps to its contract
            written = [after for value in written if (after := _tried(Cleaned([one]), value)) is not None]
    if len(clean) > 1:
        _check_lasting(Cleaned(done), written)
    return tuple(Cleaning(name, settings_of(one), text=_reads_text(one)) for name, one in zip(names, done, strict=True))


def written(clean: Mapping[str, Sequence[Cleaner]]) -> list[str]:
    """The columns whose cleaners want a file's values as they are written, and not as numbers that they seem to be."""
    return [name for name, cleaners in clean.items() if any(map(_reads_text, cleaners))]


def check_installed(schema: Schema) -> None:
    """Say at once, and not at the first row, which package the cleaners of a schema need.

    Raises:
        MissingExtraError: it is not installed.
    """
    for clean in dict.fromkeys(column.clean for column in schema.columns):
        for told, cleaner in zip(clean, of(clean).cleaners, strict=True):
            check_packages(told.name, cleaner)


def mended(series: pl.Series, clean: tuple[Cleaning, ...]) -> pl.Series:
    """A frame's column mended: each different value once. What cannot be read is missing here; others tell of it."""
    return _mended(series, clean)[0]


def readable(frame: pl.DataFrame, clean: Mapping[str, tuple[Cleaning, ...]]) -> pl.DataFrame:
    """A frame with those columns mended of which every value can be: so each is read once. Others stay, to be told."""
    made = [_mended(frame[name], cleaners) for name, cleaners in clean.items() if name in frame.columns]
    return frame.with_columns([series for series, whole in made if whole])


def _mended(series: pl.Series, clean: tuple[Cleaning, ...]) -> tuple[pl.Series, bool]:
    """The column mended, and whether every value could be read."""
    import polars as pl

    cleaned = of(clean)
    if not clean or not cleaned.applies(series.dtype):
        return series, True
    distinct = series.drop_nulls().unique(maintain_order=True)
    whole, made = True, list[Any]()
    for value in distinct.to_list():
        try:
            made.append(cleaned(value))
        except ValueError:
            whole = False
            made.append(None)
    after = pl.Series(series.name, made, dtype=_dtype(made, series.dtype, cleaned.kind), strict=False)
    return series.replace_strict(distinct, after, default=None, return_dtype=after.dtype), whole


def columns(frame: pl.DataFrame, known: Sequence[Column]) -> pl.DataFrame:
    """A frame with the columns mended that are to be; a raw value stays nowhere."""
    return frame.with_columns([mended(frame[c.name], c.clean) for c in known if c.clean and c.name in frame.columns])


def unread(series: pl.Series, clean: tuple[Cleaning, ...]) -> pl.Series:
    """The different values of a frame's column that its cleaners cannot read."""
    distinct = series.drop_nulls().unique(maintain_order=True)
    cleaned = of(clean)
    return distinct.filter([_refused(cleaned, value) for value in distinct.to_list()])


def _reads_text(cleaner: Cleaner) -> bool:
    return cleaner.kind is not None and cleaner.mends == "text"


def _check_lasting(cleaned: Cleaned, made: Sequence[object]) -> None:
    """What is mended is read again where a table is, and must not change then."""
    for value in made:
        if (again := _tried(cleaned, value)) != value or type(again) is not type(value):
            raise DataError(
                "the cleaners change again what they have mended", "", "change their order, or leave one of them out"
            )


def _refused(cleaned: Cleaned, value: object) -> bool:
    try:
        cleaned(value)
    except ValueError:
        return True
    return False


def _tried(cleaned: Cleaned, value: object) -> Any:  # noqa: ANN401 - as above
    try:
        return cleaned(value)
    except ValueError:
        return None


def _dtype(made: list[Any], before: pl.DataType, kind: Kind | None) -> pl.DataType | type[pl.DataType]:
    """How a frame holds what was made: numbers, moments, or text; as before where nothing says otherwise."""
    import polars as pl

    known = [value for value in made if value is not None]
    if not known:
        return {Kind.NUMBER: pl.Float64(), Kind.TIME: pl.Datetime("us")}.get(kind, before) if kind else before
    if all(isinstance(value, bool) for value in known):
        return pl.Boolean()
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known):
        return pl.Int64() if all(isinstance(value, int) for value in known) else pl.Float64()
    if all(hasattr(value, "year") for value in known):
        return pl.Datetime("us")
    return pl.String()
