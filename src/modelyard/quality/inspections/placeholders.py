"""Words that stand for a missing value: a model takes them for a level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.core.types import Kind
from modelyard.quality import remedies
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.quality.subject import Subject

WORDS = frozenset(
    {"?", "??", "-", "--", "---", ".", "..", "*", "n/a", "na", "n.a.", "#n/a", "#na", "nan", "null", "nil", "none"}
    | {
        "missing",
        "unknown",
        "undefined",
        "not available",
        "not known",
        "tbd",
        "unspecified",
        "(blank)",
        "<na>",
        "#value!",
    }
    | {"无", "未知", "不详", "空", "暂无", "缺失", "未填", "未填写", "没有", "\\n"}
)


@part
class Placeholders(Inspection):
    """`?`, `unknown`, `无` and the like, in columns of text."""

    words: tuple[str, ...] = ()

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        known = WORDS | {word.casefold() for word in self.words}
        for column in subject.written:
            series = subject.frame[column.name]
            held = [v for v in subject.different(series) if v.strip().casefold() in known]
            places = series.is_in(held).fill_null(value=False).arg_true().to_numpy()
            if len(places):
                yield Finding(
                    "placeholder",
                    Severity.NOTE if column.kind is Kind.TEXT else Severity.WARNING,
                    f"holds a word that usually stands for a missing value in {counted(len(places), 'row')}",
                    (column.name,),
                    {"words": len(held), **subject.listed(places)},
                    remedies.clean(column.name, {"clean": "missing", "words": sorted(held)}),
                    "leave it, if the word says something itself",
                )
