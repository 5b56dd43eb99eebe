"""Levels that are one to a reader and several to a model: by case, white space, width, or letters that look alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from modelyard.core.findings import Finding, Severity
from modelyard.core.normal import normal
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.data.cleaners.whitespace import NO_WIDTH
from modelyard.quality import remedies
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from modelyard.quality.subject import Subject

# Cyrillic and Greek letters that look like Latin ones (Unicode Technical Standard 39, confusables).
ALIKE = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0430\u0435"
    "\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d"
    "\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
    "ABESIJKMHOPCTYXaeopcyxijsABEZHIKMNOPTYXo",
)
MOST = 20_000  # levels that are compared
MENDS: Mapping[str, Callable[[str], str]] = {  # the ways in which levels may differ, and what makes them one
    "white space": lambda text: " ".join(text.translate(NO_WIDTH).split()),
    "width": normal,
    "letters that look alike": lambda text: text.translate(ALIKE),
    "case": str.casefold,
}
CLEANERS: Mapping[str, str | Mapping[str, str]] = {
    "white space": "whitespace",
    "width": {"clean": "unicode"},
    "case": {"clean": "levels", "case": "fold"},
}


@part
class Spelling(Inspection):
    """Levels of a category, or classes of the target, that differ in nothing that a reader sees or means."""

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The target first: its classes would be torn apart."""
        for column in (subject.target, *subject.written):
            series = subject.frame[column.name]
            if series.dtype != pl.String or column.kind not in {Kind.CATEGORY, Kind.BOOLEAN, Kind.IDENTIFIER}:
                continue
            counts = {str(level): int(count) for level, count in series.drop_nulls().value_counts().iter_rows()}
            torn, ways = _torn(counts) if len(counts) <= MOST else ([], [])
            if torn:
                yield _found(subject, column.name, series, torn, ways)


def plain(level: str, without: str = "") -> str:
    r"""What a reader takes a level for.

    >>> plain(" \uff22erlin"), plain("\u0412erlin")
    ('berlin', 'berlin')
    """
    for way, mend in MENDS.items():
        level = level if way == without else mend(level)
    return level


def _torn(counts: dict[str, int]) -> tuple[list[str], list[str]]:
    """The rarer spellings of levels that have several, and how they differ."""
    groups: dict[str, list[str]] = defaultdict(list)
    for level in counts:
        groups[plain(level)].append(level)
    several = [sorted(group, key=lambda level: (-counts[level], level)) for group in groups.values() if len(group) > 1]
    rarer = [level for group in several for level in group[1:]]
    ways = [way for way in MENDS if any(len({plain(level, way) for level in group}) > 1 for group in several)]
    return rarer, ways


def _found(subject: Subject, name: str, series: pl.Series, rarer: list[str], ways: list[str]) -> Finding:
    places = series.is_in(rarer).fill_null(value=False).arg_true().to_numpy()
    target = name == subject.target.name
    cleaners = [CLEANERS[way] for way in ways if way in CLEANERS]
    return Finding(
        "torn_classes" if target else "spelling",
        Severity.SEVERE if target else Severity.WARNING,
        f"spells {counted(len(rarer), 'level')} in another way than the usual: by {', '.join(ways) or 'signs'}",
        (name,),
        {"levels": len(rarer), "ways": [*ways], **subject.listed(places)},
        remedies.clean(name, *cleaners) if cleaners and not target else "",
        "mend them at the source" if target or not cleaners else "",
    )
