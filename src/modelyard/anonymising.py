"""A release of a table: identifiers out, quasi-identifiers coarse, and the figures that tell what is left to risk."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from modelyard.core import artifacts
from modelyard.core.errors import Problems, UsageError, nearest
from modelyard.data import cleaning
from modelyard.data.anonymity.release import Measured, Promise, release
from modelyard.data.cleaning import CLEANERS
from modelyard.data.personal.columns import held
from modelyard.data.personal.finder import finder, label
from modelyard.data.personal.keyed import KEY
from modelyard.data.plain import plain
from modelyard.data.read import every_row
from modelyard.families import DataLike, source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

TOLD = 0.01  # of a kept column's rows that may look like personal data by chance, where no check digit proves it


@dataclass(frozen=True)
class Anonymised:
    """What was written, where to, and what became of each column."""

    path: Path
    k: int
    l: float  # noqa: E741 - the letter of the literature
    measured: Measured
    columns: dict[str, str] = field(default_factory=dict)


def anonymise(  # noqa: PLR0913 - each is a word of the call
    data: DataLike,
    out: str | Path,
    *,
    quasi: Sequence[str],
    sensitive: Sequence[str] = (),
    k: int = 5,
    l: float = 1,  # noqa: E741
    drop: Sequence[str] = (),
    hashed: Sequence[str] = (),
    keep: Sequence[str] = (),
    diversity: Literal["distinct", "entropy"] = "distinct",
    key: str = KEY,
) -> Anonymised:
    """Write a table in which each row is like at least k - 1 others in all that may be known of a person.

    Args:
        data: a path, or a source as recipes name it.
        out: a `.csv`, `.parquet` or `.jsonl` file, written whole or not at all.
        quasi: columns that others may know of a person, such as age and town: they are made coarse.
        sensitive: columns that nobody may learn of a person; they stay, and `l` values are left open in each class.
        k: rows that are alike, at least.
        l: different values of each sensitive column among them.
        drop: columns that are left out.
        hashed: columns that are hashed.
        keep: columns that stay as they are. Each column of the table is named in one of these.
        diversity: how different values are counted, see `data/anonymity/diversity.py`.
        key: the environment variable that holds the key to hash with.

    Raises:
        UsageError: a column is not there, is named twice or not at all, or would be released with personal data in it.
        DataError: the promise cannot be kept; nothing is written.
        RecipeError: there is no key to hash with.
    """
    place = Path(out)
    write = _writer(place)
    if k < 2 or l < 1:
        raise UsageError("k is at least 2, and l at least 1", "anonymise")
    ways = {"quasi": quasi, "sensitive": sensitive, "drop": drop, "hash": hashed, "keep": keep}
    frame = plain(every_row(source(data)))
    _check(frame, ways)
    frame = frame.drop(drop).with_columns([_hashed(frame[name], key) for name in hashed])
    told, measured = release(frame, quasi, sensitive, Promise(k, l, diversity))
    artifacts.write_file(place, write(told))
    columns = {name: way for way, names in ways.items() for name in names}
    return Anonymised(place, k, l, measured, columns)


def _writer(place: Path) -> Callable[[pl.DataFrame], bytes]:
    def table(frame: pl.DataFrame) -> bytes:
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()

    writers: dict[str, Callable[[pl.DataFrame], bytes]] = {
        ".csv": lambda frame: frame.write_csv().encode(),
        ".jsonl": lambda frame: frame.write_ndjson().encode(),
        ".parquet": table,
    }
    if place.suffix.lower() not in writers:
        raise UsageError(f"the ending '{place.suffix}' is none of {', '.join(writers)}", str(place))
    return writers[place.suffix.lower()]


def _check(frame: pl.DataFrame, ways: Mapping[str, Sequence[str]]) -> None:
    """Every column has one way, and none that stays holds what tells who somebody is."""
    found = Problems(UsageError)
    counts = Counter(name for names in ways.values() for name in names)
    if not ways["quasi"]:
        found.add("no column is named that may be known of a person", "quasi", "name at least one, such as an age")
    for name, count in counts.items():
        if name not in frame.columns:
            found.add("no such column", name, nearest(name, frame.columns))
        elif count > 1:
            found.add("is named twice", name, "a column is quasi, sensitive, drop, hash or keep")
    for name in frame.columns:
        if name not in counts:
            hint = "if others may know it of a person it is quasi; else say sensitive, drop, hash or keep"
            found.add("nothing is said of this column", name, hint)
    for name in (*ways["keep"], *ways["sensitive"]):
        if name in frame.columns and (sorts := _personal(frame[name])):
            found.add(f"holds personal data ({', '.join(map(label, sorts))})", name, "drop it, or hash it")
    found.raise_any()


def _personal(series: pl.Series) -> list[str]:
    """The sorts that a column holds, whole or inside its texts."""
    told = held(series, finder())
    return sorted(s for s, rows in told.counts.items() if told.proven.get(s) or rows > TOLD * told.rows)


def _hashed(series: pl.Series, key: str) -> pl.Series:
    part = CLEANERS.build("hash", {"key": key}, "anonymise")
    cleaning.check_ready("hash", part)
    return cleaning.mended(series, cleaning.settled([part], ["hash"], series))
